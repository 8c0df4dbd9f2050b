"""A PBX that is upgraded between two runs tells of the same calls under other ids: no call is lost and none doubled."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

HOUR = dt.timedelta(hours=1)
STORIES = ("answered_direct", "queue_abandoned", "outbound_connected", "internal_answered", "withheld_anonymous")


def office(**changes: Any) -> tuple[World, dt.datetime]:
    """A PBX with a call of each story in each of the hours before, and now."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    pbx = SimulatedPbx("acme-main", **changes)
    for ago in range(2, 9):
        at = now - ago * HOUR
        pbx.add(*(place(SCENARIOS[name], at + dt.timedelta(minutes=9 * n)) for n, name in enumerate(STORIES)))
    return World([Account("acme", "Acme Dental", pbxs=[pbx])]), now


def upgrade(stage: Any, **changes: Any) -> None:
    """The PBX is another from now on, under the same address."""
    for name, value in changes.items():
        setattr(stage.pbx, name, value)
    stage.config = stage.world.write_config(stage.folder)


def calls(stage: Any) -> list[tuple[Any, ...]]:
    """Start to the second, outcome and number of every call: what no upgrade changes."""
    return stage.query(  # type: ignore[no-any-return]
        "SELECT date_trunc('second', started_at), outcome, external_number FROM calls ORDER BY ALL"
    )


def keys(stage: Any) -> set[str]:
    return {call_id for (call_id,) in stage.query("SELECT call_id FROM calls")}


@pytest.mark.parametrize("taken_over", [dt.timedelta(0), 4 * HOUR])
def test_update_6_between_two_syncs(stage, taken_over: dt.timedelta) -> None:
    """Some builds take the newest calls over into the new log, under new ids."""
    world, now = office(version="20.0.5.551", shape="xapi-u0")
    with stage(world) as s:
        assert s.run(sync).failures == []
        before, known = calls(s), keys(s)
        assert len(before) == 7 * len(STORIES)
        upgraded_at = now - HOUR
        upgrade(s, version="20.0.8.1109", shape="xapi-u6", upgraded_at=upgraded_at, old_log_overlap=taken_over)
        new = s.pbx.add(place(SCENARIOS["answered_direct"], upgraded_at + dt.timedelta(minutes=20)))[0]
        assert s.run(sync, reread_days=1).failures == []
        assert keys(s) == known | {f"acme-main:{new.main_id}"}
        assert len(calls(s)) == len(before) + 1
        doubles = s.query("SELECT sum(duplicates) FROM windows WHERE row_shape = 'xapi-u6'")[0][0]
        assert (doubles > 0) == bool(taken_over), "what is told twice is counted"
        rows = s.query("SELECT sum(rows - legs - duplicates - quarantined) FROM windows")
        assert rows == [(0,)], "every row is accounted for"
        assert s.query("SELECT count(*) FROM recordings WHERE call_id NOT IN (SELECT call_id FROM calls)") == [(0,)]


def test_a_backfill_across_update_6_reads_the_log_of_before(stage) -> None:
    world, now = office(version="20.0.8.1109", shape="xapi-u6")
    world.pbxs[0].upgraded_at = now - 5 * HOUR
    with stage(world) as s:
        day = (now - dt.timedelta(days=2)).date().isoformat()
        assert s.run(backfill, since=day, until=now.isoformat()).failures == []
        shapes = dict(s.query("SELECT row_shape, count(*) FROM calls GROUP BY 1"))
        assert sum(shapes.values()) == len(calls(s)) == 7 * len(STORIES)
        assert set(shapes) == {"xapi-u0", "xapi-u6"}
        asked = s.pbx.log.count("GetOldCallLogData")
        assert s.run(sync, reread_days=0.1).failures == []
        assert s.pbx.log.count("GetOldCallLogData") == asked, "where the new log begins is remembered"


def test_from_the_console_to_v18s_xapi(stage) -> None:
    world, _now = office(version="18.0.3.461", surface="console18", shape="console", login="admin")
    with stage(world) as s:
        assert s.run(sync).failures == []
        before, known = calls(s), keys(s)
        upgrade(s, version="18.0.8.939", surface="xapi18", shape="xapi-v18")
        assert s.run(sync, reread_days=1).failures == []
        assert s.query("SELECT version, surface FROM pbxs") == [("18.0.8.939", "xapi18")]
        assert keys(s) == known
        assert calls(s) == before


def test_from_v18_to_v20_with_another_sign_in(stage) -> None:
    world, now = office(version="18.0.8.939", surface="xapi18", shape="xapi-v18", login="admin")
    with stage(world) as s:
        assert s.run(sync).failures == []
        known = keys(s)
        upgrade(s, version="20.0.8.1109", surface="xapi20", shape="xapi-u6", login="900", upgraded_at=now)
        new = s.pbx.add(place(SCENARIOS["answered_direct"], now - dt.timedelta(minutes=20)))[0]
        s.pbx.upgraded_at = now - dt.timedelta(minutes=30)
        assert s.run(sync, reread_days=1).failures == []
        assert keys(s) == known | {f"acme-main:{new.main_id}"}


def test_the_surface_is_looked_for_anew_when_the_version_changes_and_only_then(stage) -> None:
    world, _now = office(version="18.0.3.461", surface="console18", shape="console", login="admin")
    with stage(world) as s:
        s.run(sync)
        tried = s.pbx.log.count("/api/Token")
        s.run(sync, reread_days=0.2)
        assert (tried, s.pbx.log.count("/api/Token")) == (1, 1)
        upgrade(s, version="18.0.8.939", surface="xapi18", shape="xapi-v18")
        s.run(sync, reread_days=0.2)
        assert s.query("SELECT surface FROM pbxs") == [("xapi18",)]


def test_a_surface_that_is_gone_is_replaced_in_the_same_run(stage) -> None:
    """A downgrade or a closed XAPI: its address answers 404, and the console goes on."""
    world, _now = office(version="18.0.8.939", surface="xapi18", shape="xapi-v18", login="admin")
    with stage(world) as s:
        s.run(sync)
        known = keys(s)
        s.pbx.faults.add("GetCallLogData.*top=1000", status=404, times=None)
        s.pbx.faults.add("GetCallLogData.*top=1&", status=404, times=None)
        assert s.run(sync, reread_days=0.5).failures == []
        assert s.query("SELECT DISTINCT surface FROM windows WHERE rows > 0 ORDER BY 1")[0] == ("console18",)
        assert keys(s) == known
