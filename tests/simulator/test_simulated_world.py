from __future__ import annotations

import datetime as dt
from pathlib import Path

import httpx
import pytest

from trunkline import configfile
from trunkline.simulator.demo_world import demo_world
from trunkline.simulator.pbx.model import Shape, Surface
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.world import World

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo() -> World:
    return demo_world(NOW, seed=1)


def test_the_config_of_a_world_can_be_read(demo: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in demo.environment.items():
        monkeypatch.setenv(name, value)
    with demo.running(tmp_path):
        config = configfile.load(demo.write_config(tmp_path))
    assert [account.id for account in config.account] == [
        "acme-dental",
        "harbour-legal",
        "plains-plumbing",
        "vine-realty",
    ]
    pbxs = {pbx.id: pbx for account in config.account for pbx in account.pbx}
    assert {pbx_id: pbx.secret().get_secret_value() for pbx_id, pbx in pbxs.items()} == {
        pbx.id: pbx.secret for pbx in demo.pbxs
    }
    assert pbxs["plains-main"].username == "admin"
    assert config.account[0].crm[0].base_url == demo.url("acme-ghl")
    assert config.mail is not None
    assert config.mail.url == demo.mail.url


def test_an_unreachable_pbx_and_one_that_comes_and_goes(demo: World) -> None:
    with demo.running(), httpx.Client(verify=False) as client:  # noqa: S501 - loopback
        with pytest.raises(httpx.ConnectError):
            client.get(demo.url("vine-barossa"))
        demo.stop("acme-main")
        with pytest.raises(httpx.ConnectError):
            client.get(demo.url("acme-main"))
        demo.start("acme-main")
        assert client.get(demo.url("acme-main")).status_code == 200


def test_the_demo_is_the_same_for_the_same_seed(demo: World) -> None:
    again, other = demo_world(NOW, seed=1), demo_world(NOW, seed=2)
    for pbx in demo.pbxs:
        ids = [call.main_id for call in pbx.book.calls(NOW - dt.timedelta(days=30), NOW, NOW)]
        assert ids == [c.main_id for c in again.pbx(pbx.id).book.calls(NOW - dt.timedelta(days=30), NOW, NOW)]
    assert len(other.pbx("acme-main").book) != len(demo.pbx("acme-main").book)


def test_the_demo_has_about_sixteen_days_of_each_outcome(demo: World) -> None:
    for pbx in demo.pbxs:
        if pbx.id in demo.unreachable:
            continue
        calls = pbx.book.calls(NOW - dt.timedelta(days=30), NOW, NOW)
        assert calls[0].started_at > NOW - dt.timedelta(hours=16)
        assert NOW - dt.timedelta(days=18) < calls[-1].started_at < NOW - dt.timedelta(days=14)
        assert 300 < len(calls) < 1000
        outcomes = {call.truth.outcome for call in calls}
        assert outcomes == {"answered", "missed", "connected", "not_connected", "internal"}
        callers = [call.truth.external_number for call in calls if call.truth.outcome == "missed"]
        assert len(set(callers)) < len(callers)


def test_extensions_whose_switch_is_off_have_no_recordings(demo: World) -> None:
    pbx = demo.pbx("vine-city")
    off = {one.number for one in pbx.directory.extensions if not one.record_calls}
    assert off == {"104", "106"}
    for kept in pbx.book.recordings():
        leg = kept.recording.leg.story
        assert not off & {leg.source.dn, leg.destination.dn}


@pytest.mark.parametrize(
    ("surface", "shape", "count"),
    [("xapi20", "xapi-u6", 69), ("xapi20", "xapi-u0", 69), ("xapi18", "xapi-v18", 69), ("console18", "console", 66)],
)
def test_every_scenario_happened_within_three_days(surface: Surface, shape: Shape, count: int) -> None:
    world, cases = scenario_world(surface, shape, NOW)
    assert len(cases) == len({call.main_id for call, _ in cases}) == count
    shown = world.pbxs[0].book.calls(NOW - dt.timedelta(days=3), NOW, NOW)
    assert len(shown) == count
    over_midnight = [call for call, _ in cases if call.scenario.placement == "before_utc_midnight"]
    assert over_midnight
    assert all(call.started_at.date() < call.ended_at.date() for call in over_midnight)
