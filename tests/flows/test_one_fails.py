"""What fails is noted and passed over; nothing else is held up by it (contract §5.2–5.4)."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import time
from pathlib import Path

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def one_call(pbx: SimulatedPbx) -> World:
    pbx.add(place(SCENARIOS["answered_direct"], dt.datetime.now(dt.UTC) - dt.timedelta(hours=8)))
    return World([Account("acme", "Acme Dental", pbxs=[pbx])])


def test_reports_and_lists_that_fail_leave_the_history(stage) -> None:
    pbx = SimulatedPbx("acme-main")
    for part in ("GetInboundCalls", r"/Recordings\?", "/Queues"):
        pbx.faults.add(part, status=500, body="{}", times=99)
    with stage(one_call(pbx)) as s:
        assert s.run(sync).failures == []
        assert s.query("SELECT outcome, did FROM calls") == [("answered", None)]
        assert s.query("SELECT DISTINCT state FROM windows") == [("complete",)]


def test_a_window_of_which_no_row_can_be_read_is_not_complete(stage) -> None:
    """Rows of a build that nobody knows yet: the window must be read again by a trunkline that knows them."""
    pbx = SimulatedPbx("acme-main")
    pbx.book.add_row(dt.datetime.now(dt.UTC) - dt.timedelta(hours=8), {"CallId": 7, "SegmentId": 1, "Indent": 0})
    with stage(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as s:
        outcome = s.run(sync)
        assert [failure.code for failure in outcome.failures] == ["partial"]
        state, rows, quarantined, error = s.query("SELECT state, rows, quarantined, error FROM windows WHERE rows > 0")[
            0
        ]
        assert (state, rows, quarantined) == ("partial", 1, 1)
        assert error.startswith("no row could be read: no start time")


def test_a_fault_in_one_crm_ends_neither_the_run_nor_tells_its_token(stage) -> None:
    world = scenario_world()[0]
    world.accounts[0].crms.append(SimulatedCrm("acme-ghl", options={"token": "gehe\u00efm"}))
    with stage(world) as s:
        outcome = s.run(sync)
        assert [(failure.part, failure.code) for failure in outcome.failures] == [
            ("account acme, CRM acme-ghl", "fault")
        ]
        assert "gehe" not in str(outcome.as_json())
        assert s.query("SELECT count(*) FROM calls") == [(len(s.pbx.book),)]


def test_a_crm_that_refuses_never_stops_another(stage, world_with_contacts) -> None:
    world = world_with_contacts()
    world.accounts[0].crms.insert(0, SimulatedCrm("acme-old"))
    with stage(world) as s:
        s.world.crms[0].site.token = "another"
        outcome = s.run(sync)
        assert [(failure.part, failure.code) for failure in outcome.failures] == [
            ("account acme, CRM acme-old", "bad_credentials")
        ]
        assert s.world.crms[0].site.messages == []
        assert len(s.world.crms[1].site.messages) > 50


def test_only_what_was_not_read_is_noted_as_failed(stage) -> None:
    """The PBX goes away after the second window: the ones before stay read."""
    pbx = SimulatedPbx("acme-main")
    with stage(one_call(pbx)) as s:
        day = dt.datetime.now(dt.UTC).date()
        since, until = (day - dt.timedelta(days=6)).isoformat(), (day - dt.timedelta(days=1)).isoformat()
        first = (day - dt.timedelta(days=4)).isoformat()
        s.run(backfill, since=since, until=first)
        s.world.stop("acme-main")
        assert [failure.code for failure in s.run(backfill, since=since, until=until).failures] == ["unreachable"]
        first_failed, last_read = s.query(
            "SELECT min(since) FILTER (state = 'failed'), max(until) FILTER (state = 'complete') FROM windows"
        )[0]
        assert first_failed == last_read


def test_a_span_beyond_the_consoles_reach_is_refused_once_and_not_due_for_ever(stage) -> None:
    pbx = SimulatedPbx("acme-main", surface="console18", shape="console", version="18.0.3.461", login="admin")
    with stage(one_call(pbx)) as s:
        day = dt.datetime.now(dt.UTC).date()
        long_ago = (day - dt.timedelta(days=120)).isoformat(), (day - dt.timedelta(days=118)).isoformat()
        codes = {one.code for one in s.run(backfill, since=long_ago[0], until=long_ago[1]).failures}
        assert codes == {"out_of_reach"}
        assert s.run(sync).failures == []


def test_a_sync_leaves_no_file_open_and_nothing_staged(stage) -> None:
    with stage(scenario_world()[0]) as s:
        s.run(sync)
        before = open_files()
        (recordings,) = s.query("SELECT count(*) FROM recordings WHERE state = 'stored'")[0]
        s.pbx.log.clear()
        lake = s.folder / "data"
        for path in lake.glob("lake.duckdb*"):
            path.unlink()
        s.run(sync)
        assert sum(s.pbx.log.downloads.values()) >= recordings > 20
        assert open_files() < before + 5
        assert [path for path in (lake / "state" / "staged").rglob("*") if path.is_file()] == []


def test_one_recording_that_always_breaks_holds_up_no_other(stage) -> None:
    world = scenario_world()[0]
    with stage(world) as s:
        s.run(sync)
        (native_id,) = s.query("SELECT min_by(native_id, started_at) FROM recordings WHERE state = 'stored'")[0]
        stored = s.query("SELECT count(*) FROM recordings WHERE state = 'stored'")
        for path in (s.folder / "data").glob("lake.duckdb*"):
            path.unlink()
        s.pbx.faults.add(rf"DownloadRecording\(recId={native_id}\)", drop=True, times=99)
        s.run(sync)
        assert s.query("SELECT state, cause FROM recordings WHERE native_id = ?", native_id) == [("missing", "damaged")]
        assert s.query("SELECT count(*) + 1 FROM recordings WHERE state = 'stored'") == stored


def test_a_pbx_that_goes_away_amid_the_recordings_ends_its_own_part_and_the_rest_waits(stage) -> None:
    with stage(scenario_world()[0]) as s:
        s.pbx.faults.add("DownloadRecording", delay_seconds=0.1, times=999)

        def pull_the_plug() -> None:
            while sum(s.pbx.log.downloads.values()) < 6:
                time.sleep(0.01)
            s.world.stop("acme-main")

        plug = threading.Thread(target=pull_the_plug)
        plug.start()
        outcome = s.run(sync)
        plug.join()
        assert [(one.part, one.code) for one in outcome.failures] == [
            ("account acme, PBX acme-main, recordings", "unreachable")
        ]
        waits = "SELECT count(*) FROM recordings WHERE state = 'pending' OR cause = 'unreachable'"
        assert s.query(waits)[0][0] > 10
        assert s.query("SELECT count(*) > 10 FROM coverage WHERE state = 'unknown' AND cause = 'unreachable'") == [
            (True,)
        ]
        s.pbx.faults.clear()
        s.world.start("acme-main")
        assert s.run(sync).failures == []
        assert s.query(waits) == [(0,)]


def test_a_workers_own_log_lines_are_redacted(tmp_path: Path) -> None:
    script = (
        "import logging; logging.basicConfig(); from trunkline import log; log.guard(); log.guard()\n"
        "try:\n    raise ValueError('token=abcdef')\n"
        "except ValueError:\n    logging.getLogger('prefect.flow_runs').exception('rang %s', '+61412345678')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "rang" in done.stderr
    assert "ValueError" in done.stderr
    assert "abcdef" not in done.stderr
    assert "12345678" not in done.stderr
