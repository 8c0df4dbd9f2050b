from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import sign_in
from trunkline.simulator.pbx.model import SimulatedPbx

Connect = Callable[[SimulatedPbx], httpx.Client]

QUICK_TEST = "/xapi/v1/Defs?$select=Id"


def test_a_new_token_kills_the_one_before(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    sign_in(client, pbx)
    first = dict(client.headers)
    assert client.get(QUICK_TEST).status_code == 200
    sign_in(client, pbx)
    assert client.get(QUICK_TEST).status_code == 200
    assert client.get(QUICK_TEST, headers={"Authorization": first["authorization"]}).status_code == 401
    assert pbx.log.tokens_minted == 2


@pytest.mark.parametrize(("version", "expires_in"), [("20.0.8.1109", 60), ("20.0.9.995", 3600), ("20.0.10.1621", 3600)])
def test_expires_in_changes_its_unit(version: str, expires_in: int, serve: Connect) -> None:
    pbx = SimulatedPbx("acme-main", version=version)
    answer = sign_in(serve(pbx), pbx).json()
    claims = json.loads(base64.urlsafe_b64decode(answer["access_token"].split(".")[1] + "=="))
    assert answer["expires_in"] == expires_in
    assert claims["exp"] - time.time() == pytest.approx(3600, abs=5)


def test_an_expired_token_is_refused(pbx: SimulatedPbx, serve: Connect) -> None:
    pbx.quirks.token_minutes = 0
    client = serve(pbx)
    sign_in(client, pbx)
    assert client.get(QUICK_TEST).status_code == 401


def test_a_wrong_secret_is_refused_and_at_last_black_listed(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    form = {"client_id": "900", "client_secret": "wrong", "grant_type": "client_credentials"}
    answer = client.post("/connect/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    for _ in range(3):
        client.post("/connect/token", data=form)
    assert pbx.log.failed_logins == 4
    right = client.post("/connect/token", data={**form, "client_secret": pbx.secret})
    assert right.status_code == 403


def test_the_form_may_be_multipart(pbx: SimulatedPbx, serve: Connect) -> None:
    parts = {"client_id": "900", "client_secret": pbx.secret, "grant_type": "client_credentials"}
    answer = serve(pbx).post("/connect/token", files={key: (None, value) for key, value in parts.items()})
    assert answer.status_code == 200


def test_no_token_no_data(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    assert client.get(QUICK_TEST).status_code == 401
    assert client.get("/xapi/v1/$metadata").status_code == 200


def test_every_answer_of_the_xapi_names_the_version(xapi: httpx.Client) -> None:
    for path in ("Defs?$select=Id", "Nonsense", "Users?$select=Number"):
        assert xapi.get(f"/xapi/v1/{path}").headers["X-3CX-Version"] == "20.0.8.1109"


def test_unknown_paths(xapi: httpx.Client) -> None:
    inside, outside = xapi.get("/xapi/v1/Nonsense"), xapi.get("/nonsense")
    assert (inside.status_code, inside.content) == (404, b"")
    assert outside.status_code == 200
    assert outside.headers["content-type"].startswith("text/html")
