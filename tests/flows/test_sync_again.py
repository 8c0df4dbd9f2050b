"""Reading again changes nothing: no row, no activity, no recording is fetched twice (contract §5.1, §5.5)."""

from __future__ import annotations

import datetime as dt

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import Rights, SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World


def world_with_contacts(surface: str = "xapi20", shape: str = "xapi-u6") -> World:
    """Every scenario, and a CRM that knows every caller."""
    world, cases = scenario_world(surface, shape)  # type: ignore[arg-type]
    contacts = {truth.external_number: f"Caller {n}" for n, (_, truth) in enumerate(cases) if truth.external_number}
    crm = SimulatedCrm("acme-ghl", "acme-location", "acme-provider", contacts=contacts, rate_limit=(5000, 1.0))
    world.accounts[0].crms.append(crm)
    return world


@pytest.mark.parametrize(("surface", "shape"), [("xapi20", "xapi-u10"), ("console18", "console")])
def test_a_second_sync_over_the_same_span_changes_nothing(stage, surface: str, shape: str) -> None:
    with stage(world_with_contacts(surface, shape)) as s:
        first = s.run(sync)
        before, messages, downloads = s.snapshot(), list(s.crm.messages), dict(s.pbx.log.downloads)
        requests = len(s.crm.requests)
        again = s.run(sync, reread_days=3)
        stored = {row[0].rpartition(":")[2] for row in s.query("SELECT recording_id FROM recordings WHERE state = 'stored'")}
        assert first.failures == again.failures == []
        assert first.calls_changed > 60
        assert again.rows >= first.rows
        assert again.calls_changed == 0
        assert s.snapshot() == before
        assert s.crm.messages == messages
        assert all(seen.method == "GET" for seen in s.crm.requests[requests:])
        assert {str(key): s.pbx.log.downloads[key] for key in downloads if str(key) in stored} == dict.fromkeys(stored, 1)


def test_a_sync_with_nothing_due_asks_for_no_window(stage) -> None:
    with stage(world_with_contacts()) as s:
        until = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)).isoformat()
        s.run(sync, until=until)
        s.pbx.log.clear()
        outcome = s.run(sync, until=until)
        assert outcome.windows == 0
        assert s.pbx.log.count("GetInboundCalls") == 0


def test_a_backfill_goes_on_where_it_stopped(stage) -> None:
    with stage(world_with_contacts()) as s:
        day = dt.datetime.now(dt.UTC).date()
        since, middle, until = ((day - dt.timedelta(days=n)).isoformat() for n in (3, 2, 1))
        first = s.run(backfill, since=since, until=middle)
        rest = s.run(backfill, since=since, until=until)
        assert (first.windows, rest.windows) == (2, 2)  # a day in Adelaide lies in two days of UTC
        assert s.run(backfill, since=since, until=until).windows == 0


def test_a_403_on_recordings_never_stops_the_history(stage) -> None:
    world = world_with_contacts()
    world.pbxs[0].rights = Rights(list_recordings=False, download_recordings=False)
    with stage(world) as s:
        outcome = s.run(sync)
        assert outcome.failures == []
        assert s.query("SELECT count(*) FROM calls")[0][0] == len(world.pbxs[0].book)
        assert s.query("SELECT DISTINCT state, cause FROM recordings") == [("missing", "access")]
        assert s.query("SELECT can_history, can_list_recordings, can_download_recordings FROM pbxs") == [(True, False, False)]


def test_a_recording_that_comes_late_is_waited_for_and_then_stored(stage) -> None:
    """Audio is finalised after the call: a young call's missing file is pending, never missing (v20 reference §4.3)."""
    pbx = SimulatedPbx("acme-main")
    pbx.add(place(SCENARIOS["answered_direct"], dt.datetime.now(dt.UTC) - dt.timedelta(minutes=9)))
    pbx.faults.add("DownloadRecording", status=404, times=2)  # the probe's look, and the first try
    with stage(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as s:
        s.run(sync)
        assert s.query("SELECT state, cause FROM recordings") == [("pending", None)]
        s.run(sync)
        assert s.query("SELECT state, attempts FROM recordings") == [("stored", 2)]
