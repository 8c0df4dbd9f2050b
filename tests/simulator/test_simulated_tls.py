"""PBXs behind HTTPS, with certificates of an authority that only the config's `verify` knows."""

from __future__ import annotations

import ssl
import tomllib
from pathlib import Path

import httpx
import pytest

from trunkline import configfile
from trunkline.simulator import certificates
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import Server
from trunkline.simulator.world import Account, World

needs_openssl = pytest.mark.skipif(not certificates.is_possible(), reason="needs openssl to make a certificate")


def a_world(*pbxs: SimulatedPbx) -> World:
    return World([Account("acme", "Acme Dental", pbxs=list(pbxs))])


def trusting(ca_file: str) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=ca_file))


@needs_openssl
def test_a_pbx_behind_https_is_trusted_with_its_authority() -> None:
    world = a_world(SimulatedPbx("safe", tls=True), SimulatedPbx("plain"))
    with world.running(), trusting(world.ca_file) as client:
        assert world.url("safe").startswith("https://127.0.0.1:")
        assert world.url("plain").startswith("http://127.0.0.1:")
        for url in (world.url("safe"), world.url("safe").replace("127.0.0.1", "localhost"), world.url("plain")):
            assert client.get(f"{url}/xapi/v1/$metadata").status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(world.url("safe"))


@needs_openssl
def test_it_comes_back_and_its_connections_break_as_any_others() -> None:
    pbx = SimulatedPbx("safe", tls=True)
    world = a_world(pbx)
    with world.running(), trusting(world.ca_file) as client:
        world.stop("safe")
        with pytest.raises(httpx.ConnectError):
            client.get(world.url("safe"))
        world.start("safe")
        pbx.faults.add(drop=True)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(world.url("safe"))
        assert client.get(world.url("safe")).status_code == 200


def test_an_address_is_https_before_anybody_listens() -> None:
    assert Server(SimulatedPbx("safe").app, tls=True).reserve().startswith("https://127.0.0.1:")


@pytest.mark.parametrize(("verify", "written"), [(None, None), (False, False), ("certs/ca.pem", "certs/ca.pem")])
def test_the_config_says_whom_to_trust(verify: str | bool | None, written: object, tmp_path: Path) -> None:
    world = a_world(SimulatedPbx("safe", verify=verify))
    with world.running():
        path = world.write_config(tmp_path)
    block = tomllib.loads(path.read_text(encoding="utf-8"))["account"][0]["pbx"][0]
    assert block.get("verify") == written


@needs_openssl
def test_trunkline_reads_that_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pbx = SimulatedPbx("late", version="18.0.8.939", surface="xapi18", shape="xapi-v18", login="admin", tls=True)
    world = a_world(pbx)
    pbx.verify = world.ca_file
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    with world.running():
        (found,) = configfile.load(world.write_config(tmp_path)).account[0].pbx
    assert (found.verify, found.username, found.client_id) == (world.ca_file, "admin", None)
    assert found.url.startswith("https://")
