"""`replay` gives the same calls and legs again from what was landed, and asks no PBX."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

Ago = Callable[..., dt.datetime]
HOUR = dt.timedelta(hours=1)


def lived(r: Any, ago: Ago) -> None:
    """Days of a PBX: calls that come later, legs that come later than their call, windows that overlap."""
    ends_at = ago(minutes=6)
    late = place(SCENARIOS["menu_queue_agent"], ago(hours=30))
    r.pbx.add(dataclasses.replace(late, legs=late.legs[:1]))
    assert r.run(sync, until=(ends_at - 20 * HOUR).isoformat()).failures == []
    r.pbx.add(dataclasses.replace(late, legs=late.legs[1:]))
    for hours in (2, 26, 49):
        r.pbx.add(place(SCENARIOS["answered_direct"], ago(hours=hours)))
    assert r.run(sync, until=ends_at.isoformat()).failures == []
    r.pbx.add(place(SCENARIOS["answered_direct"], ago(hours=51)))
    assert r.run(backfill, since=(ends_at - 9 * 24 * HOUR).isoformat(), until=ends_at.isoformat()).failures == []
    assert r.run(sync, until=ends_at.isoformat(), reread_days=3).failures == []


@pytest.mark.parametrize(
    ("surface", "shape"),
    [
        ("xapi20", "xapi-u10"),
        ("xapi20", "xapi-u6"),
        ("console18", "console"),
    ],
)
def test_the_same_rules_give_the_same_bytes(replaying, without_audio, ago: Ago, surface: str, shape: str) -> None:
    with replaying(without_audio(surface, shape)) as r:
        lived(r, ago)
        before = r.exported()
        rest = {table: r.query(f"FROM {table} ORDER BY ALL") for table in ("recordings", "windows", "quarantine")}
        outcome = r.replay()
        (done,) = outcome.pbxs
        assert outcome.exit_status == 0
        assert (done.calls_added, done.calls_changed, done.calls_removed) == (0, 0, 0)
        assert (done.files, done.calls) == (len(r.landed), *r.query("SELECT count(*) FROM calls")[0])
        assert r.exported() == before
        assert {table: r.query(f"FROM {table} ORDER BY ALL") for table in rest} == rest
        r.lose_lake()
        assert r.replay().pbxs[0].calls_added == done.calls
        assert r.exported() == before, "every column, also into a new lake"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("20.0.5.551", "xapi20", "xapi-u0", "900"), ("20.0.8.1109", "xapi20", "xapi-u6", "900")),
        (("18.0.3.461", "console18", "console", "admin"), ("18.0.8.939", "xapi18", "xapi-v18", "admin")),
        (("18.0.8.939", "xapi18", "xapi-v18", "admin"), ("20.0.8.1109", "xapi20", "xapi-u6", "900")),
    ],
)
def test_after_an_upgrade_too(replaying, ago: Ago, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    names = "version", "surface", "shape", "login"
    pbx = SimulatedPbx("acme-main", **dict(zip(names, before, strict=True)))  # type: ignore[arg-type]
    pbx.add(*(place(SCENARIOS["answered_direct"], ago(hours=hours)) for hours in range(2, 9)))
    with replaying(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as r:
        assert r.run(sync).failures == []
        for name, value in zip(names, after, strict=True):
            setattr(pbx, name, value)
        pbx.upgraded_at, pbx.old_log_overlap = ago(hours=1), 4 * HOUR
        r.stage.config = r.stage.world.write_config(r.stage.folder)
        pbx.add(place(SCENARIOS["answered_direct"], ago(minutes=30)))
        assert r.run(sync, reread_days=1).failures == []
        assert r.query("SELECT count(*), count(DISTINCT row_shape) FROM calls") == [(8, 2)]
        lake = r.exported()
        r.replay()
        assert r.exported() == lake
        r.lose_lake()
        r.replay()
        assert r.exported() == lake


def test_rows_that_older_rules_made_are_mended(replaying, without_audio) -> None:
    with replaying(without_audio(shape="xapi-u10")) as r:
        r.run(sync)
        before = r.exported()
        r.damage(
            "UPDATE calls SET outcome = 'answered', miss_reason = NULL WHERE outcome = 'missed'",
            "DELETE FROM legs WHERE seq = 2",
            "DELETE FROM calls WHERE call_id = (SELECT min(call_id) FROM calls)",
            "INSERT INTO calls BY NAME SELECT call_id || 'x' AS call_id, * EXCLUDE (call_id) FROM calls LIMIT 1",
        )
        (done,) = r.replay().pbxs
        assert (done.calls_added, done.calls_removed) == (1, 1)
        assert done.calls_changed > 10
        assert r.exported() == before


def test_a_recording_follows_its_call(replaying, without_audio) -> None:
    with replaying(without_audio()) as r:
        r.run(sync)
        before, calls = r.query("FROM recordings ORDER BY recording_id"), r.exported()
        r.damage(
            "UPDATE recordings SET call_id = call_id || '-old' WHERE native_id IS NOT NULL",
            "UPDATE calls SET call_id = call_id || '-old'",
            "UPDATE legs SET call_id = call_id || '-old'",
        )
        r.replay()
        assert r.exported() == calls
        assert r.query("FROM recordings ORDER BY recording_id") == before


def a_row(at: dt.datetime) -> dict[str, object]:
    return {
        "CdrId": "00000000-1234-5678-9abc-000000000001",
        "MainCallHistoryId": "00000000-1234-5678-9abc-000000000000",
        "StartTime": at.isoformat(),
        "SourceType": 1,
        "SourceCallerId": "0870101101",
        "DestinationType": 0,
        "DestinationDn": "101",
        "Answered": True,
        "Status": "Answered",
        "RingingDuration": "PT5S",
    }


def test_what_was_so_then_otherwise_then_so_again_ends_so(replaying, ago: Ago) -> None:
    pbx, row = SimulatedPbx("acme-main"), a_row(ago(hours=8))
    pbx.book.add_row(ago(hours=8), row)
    with replaying(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as r:
        until, files = ago(minutes=6).isoformat(), []
        for seconds in (10, 10, 20, 20, 10, 10):
            row["TalkingDuration"] = f"PT{seconds}S"
            r.run(sync, until=until, reread_days=1)
            assert r.query("SELECT talk_seconds FROM calls") == [(seconds,)]
            files.append(len(r.landed))
        assert [later - first for first, later in itertools.pairwise(files)] == [0, 1, 0, 1, 0]
        before = r.exported()
        r.replay()
        assert r.exported() == before
        r.lose_lake()
        r.replay()
        assert r.exported() == before


@pytest.mark.parametrize(("windows", "is_same_end"), [(2, True), (5, True), (7, True), (7, False)])
def test_after_a_kill_too(replaying, without_audio, ago: Ago, windows: int, is_same_end: bool) -> None:
    with replaying(without_audio()) as r:
        until = ago(minutes=6).isoformat()
        process = r.stage.start("sync", "--until", until)
        deadline = time.monotonic() + 60
        while r.pbx.log.count("GetInboundCalls") < windows and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert r.run(sync, until=until if is_same_end else None).failures == []
        before, calls = r.exported(), r.stage.snapshot()["calls"]
        r.replay()
        assert r.exported() == before
        r.lose_lake()
        r.replay()
        assert r.stage.snapshot()["calls"] == calls
        if is_same_end:  # else what was landed and not loaded was first loaded from another window
            assert r.exported() == before
