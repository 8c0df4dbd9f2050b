"""Reading again changes nothing: no row, no activity, no recording is fetched twice (contract §5.1, §5.5)."""

from __future__ import annotations

import datetime as dt

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import Rights, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World


@pytest.mark.parametrize(("surface", "shape"), [("xapi20", "xapi-u10"), ("console18", "console")])
def test_a_second_sync_over_the_same_span_changes_nothing(stage, world_with_contacts, surface: str, shape: str) -> None:
    with stage(world_with_contacts(surface, shape)) as s:
        first = s.run(sync)
        before, messages = s.snapshot(), list(s.crm.messages)
        first_downloads = dict(s.pbx.log.downloads)
        requests = len(s.crm.requests)
        again = s.run(sync, reread_days=3)
        stored = {native_id for (native_id,) in s.query("SELECT native_id FROM recordings WHERE state = 'stored'")}
        assert first.failures == again.failures == []
        assert first.calls_changed > 60
        assert again.rows >= first.rows
        assert again.calls_changed == 0
        assert s.snapshot() == before
        assert s.crm.messages == messages
        assert all(seen.method == "GET" for seen in s.crm.requests[requests:])
        asked = {key: count - first_downloads[key] for key, count in s.pbx.log.downloads.items() if str(key) in stored}
        assert set(asked.values()) == {0}, "no stored recording is asked for again"


def test_a_sync_with_nothing_due_asks_for_no_window(stage, world_with_contacts) -> None:
    with stage(world_with_contacts()) as s:
        until = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)).isoformat()
        s.run(sync, until=until)
        s.pbx.log.clear()
        outcome = s.run(sync, until=until)
        assert outcome.windows == 0
        assert s.pbx.log.count("GetInboundCalls") == 0


def test_a_backfill_goes_on_where_it_stopped(stage, world_with_contacts) -> None:
    with stage(world_with_contacts()) as s:
        day = dt.datetime.now(dt.UTC).date()
        since, middle, until = ((day - dt.timedelta(days=n)).isoformat() for n in (3, 2, 1))
        first = s.run(backfill, since=since, until=middle)
        rest = s.run(backfill, since=since, until=until)
        assert (first.windows, rest.windows) == (2, 2)  # a day in Adelaide lies in two days of UTC
        assert s.run(backfill, since=since, until=until).windows == 0


def test_a_403_on_recordings_never_stops_the_history(stage, world_with_contacts) -> None:
    world = world_with_contacts()
    world.pbxs[0].rights = Rights(list_recordings=False, download_recordings=False)
    with stage(world) as s:
        outcome = s.run(sync)
        assert outcome.failures == []
        assert s.query("SELECT count(*) FROM calls")[0][0] == len(world.pbxs[0].book)
        assert s.query("SELECT DISTINCT state, cause FROM recordings") == [("missing", "access")]
        rights = s.query("SELECT can_history, can_list_recordings, can_download_recordings FROM pbxs")
        assert rights == [(True, False, False)]


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
