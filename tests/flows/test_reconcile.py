"""`reconcile` on the simulated world: what differs is named, and what is not known is never called equal."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from trunkline.errors import SpanError
from trunkline.flows.backfill import backfill
from trunkline.flows.maintain import maintain
from trunkline.flows.reconcile import Reconciled, reconcile
from trunkline.flows.report import report
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.tasks.reconcile import span_of

HOUR = dt.timedelta(hours=1)
PBX = "account acme, PBX acme-main"


def everything(s: Any, **parameters: Any) -> Reconciled:
    """The last days up to now, so that all calls of the world are in it."""
    now = dt.datetime.now(dt.UTC)
    since = now - dt.timedelta(days=5)
    found = s.run(reconcile, since=since.isoformat(), until=now.isoformat(), **parameters)
    assert isinstance(found, Reconciled)
    return found


def total(found: Reconciled, name: str, pbx_id: str = "acme-main") -> int:
    return sum(getattr(day, name) for day in found.days if day.pbx_id == pbx_id)


def kinds(found: Reconciled) -> list[str]:
    return [one.kind for day in found.days for one in day.differences]


def change(s: Any, sql: str, *values: object) -> None:
    with contextlib.closing(duckdb.connect(str(s.folder / "data" / "lake.duckdb"))) as connection:
        connection.execute(sql, list(values))


def files(folder: Path) -> dict[str, bytes]:
    kept = (path for path in (folder / "data").rglob("*") if path.is_file() and "state" not in path.parts)
    return {str(path): path.read_bytes() for path in kept}


def with_queue(*calls: tuple[str, float], **settings: Any) -> SimulatedPbx:
    pbx = SimulatedPbx("acme-main", **settings)
    for name, hours_ago in calls:
        pbx.add(place(SCENARIOS[name], dt.datetime.now(dt.UTC) - HOUR * hours_ago))
    return pbx


def world_of(*pbxs: SimulatedPbx) -> World:
    return World([Account("acme", "Acme Dental", pbxs=list(pbxs))])


def test_after_a_sync_all_sides_are_equal_and_nothing_is_written(stage, world_with_contacts) -> None:
    with stage(world_with_contacts(shape="xapi-u10")) as s:
        s.run(sync)
        before = files(s.folder)
        found = everything(s)
        assert files(s.folder) == before
        inbound = [call for call in s.pbx.book.calls(*_always()) if call.truth.direction == "inbound"]
        answered = [call for call in inbound if call.truth.outcome == "answered"]
        assert {day.state for day in found.days} <= {"equal", "explained"}
        assert total(found, "pbx_inbound") == total(found, "lake_inbound") == len(inbound) > 40
        assert total(found, "pbx_answered") == total(found, "lake_answered") == len(answered)
        assert kinds(found) == ["abandoned_then_answered"]
        assert total(found, "pbx_abandoned") == total(found, "lake_abandoned") + 1 == 4
        assert {day.state for day in found.crm_days} == {"equal"}
        assert sum(day.delivered for day in found.crm_days) == len(s.crm.messages)
        assert sum(day.calls for day in found.crm_days) == len(s.pbx.book)
        assert (found.failures, found.exit_status) == ([], 0)


def _always() -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    now = dt.datetime.now(dt.UTC)
    return now - dt.timedelta(days=9), now, now


def test_a_call_that_the_lake_lost_and_one_that_it_made_up_are_named(stage, world_with_contacts) -> None:
    with stage(world_with_contacts()) as s:
        s.run(sync)
        (lost,) = s.query("SELECT min_by(call_id, started_at) FROM calls WHERE direction = 'inbound'")[0]
        change(s, "DELETE FROM calls WHERE call_id = ?", lost)
        change(
            s,
            """INSERT INTO calls BY NAME SELECT * REPLACE (
                'acme-main:made-up' AS call_id, started_at + INTERVAL 1 HOUR AS started_at,
                '+61870109999' AS external_number
            ) FROM calls WHERE direction = 'inbound' ORDER BY started_at LIMIT 1""",
        )
        found = everything(s)
        assert [one for day in found.days for one in day.only_pbx] == [lost]
        assert [one for day in found.days for one in day.only_lake] == ["acme-main:made-up"]
        assert [(one.call_id, one.crm) for day in found.crm_days for one in day.differences] == [
            ("acme-main:made-up", "absent")
        ]
        assert total(found, "pbx_inbound") == total(found, "lake_inbound"), "the counts alone would not tell"
        assert (found.failures, found.exit_status) == ([], 1)


def test_a_lake_that_was_never_filled_is_unknown(stage) -> None:
    with stage(world_of(with_queue(("queue_abandoned", 30)))) as s:
        found = everything(s)
        assert kinds(found) == ["not_read"]
        assert {reason for day in found.days for reason in day.unknown} >= {
            "the lake was never asked for some of that time; `trunkline backfill` reads it"
        }
        assert any("queues are not known" in reason for reason in found.days[0].unknown)
        assert (found.failures, found.exit_status) == ([], 0)


def test_a_call_of_several_rows_in_the_abandoned_report_counts_once(stage) -> None:
    with stage(world_of(with_queue(("queue_abandoned_while_agents_rang", 30), ("queue_abandoned", 31)))) as s:
        s.run(sync)
        found = everything(s)
        assert (total(found, "pbx_abandoned"), total(found, "lake_abandoned")) == (2, 2)
        assert {day.state for day in found.days} == {"equal"}
        change(s, "UPDATE pbx_settings SET dn = '899' WHERE kind = 'queue'")
        assert {one.kind for day in everything(s).days for one in day.differences} == {"queue_not_asked"}


def test_a_wait_after_a_transfer_has_a_history_id_of_its_own(stage) -> None:
    told = SCENARIOS["transferred_to_queue_that_was_abandoned"]
    apart = dataclasses.replace(told, legs=(told.legs[0], dataclasses.replace(told.legs[1], history=1)))
    pbx = SimulatedPbx("acme-main")
    (call,) = pbx.add(place(apart, dt.datetime.now(dt.UTC) - 30 * HOUR))
    with stage(world_of(pbx)) as s:
        s.run(sync)
        found = everything(s)
        assert kinds(found) == ["abandoned_then_answered"]
        assert found.exit_status == 0
        assert call.legs[1].history_id != call.main_id


@pytest.mark.parametrize("surface", ["console18", "xapi18"])
def test_v18_has_no_such_report_and_is_not_even_asked(stage, surface: Any) -> None:
    shape, version = ("console", "18.0.3.461") if surface == "console18" else ("xapi-v18", "18.0.8.939")
    with stage(
        world_of(with_queue(("answered_direct", 30), surface=surface, shape=shape, version=version, login="admin"))
    ) as s:
        s.run(sync)
        s.pbx.log.clear()
        found = everything(s)
        assert {(day.state, day.pbx_inbound) for day in found.days} == {("unknown", None)}
        assert {day.unknown for day in found.days} == {("no such report: 3CX v18 has none that names its calls",)}
        assert (total(found, "lake_inbound"), s.pbx.log.entries, found.exit_status) == (1, [], 0)


def test_before_20_0_6_there_is_no_such_report(stage) -> None:
    with stage(world_of(with_queue(("answered_direct", 30), shape="xapi-u0", version="20.0.5.551"))) as s:
        s.run(sync)
        found = everything(s)
        assert {(day.state, day.unknown) for day in found.days} == {
            ("unknown", ("no such report: it came with 3CX 20.0.6, and this one runs 20.0.5.551",))
        }
        assert (total(found, "lake_inbound"), found.exit_status) == (1, 0)


def test_calls_from_before_an_upgrade_are_unknown(stage) -> None:
    calls = (("answered_direct", 50), ("rang_out", 49), ("queue_abandoned", 30))
    pbx = with_queue(*calls, upgraded_at=dt.datetime.now(dt.UTC) - 40 * HOUR)
    with stage(world_of(pbx)) as s:
        s.run(sync)
        found = everything(s)
        assert kinds(found) == ["old_log", "old_log"]
        assert {day.state for day in found.days if any(one.kind == "old_log" for one in day.differences)} == {"unknown"}
        assert found.exit_status == 0


def test_a_sign_in_that_sees_only_part_is_told_and_nothing_of_it_is_equal(stage) -> None:
    pbx = with_queue(("answered_direct", 30), ("menu_queue_agent", 60))
    pbx.rights.extensions = frozenset({"101"})
    with stage(world_of(pbx)) as s:
        s.run(sync)
        found = everything(s)
        assert {day.state for day in found.days} == {"unknown", "differs"}
        assert kinds(found) == ["only_pbx"], "the report tells of a call that the call log hides"
        assert (total(found, "pbx_inbound"), total(found, "lake_inbound")) == (2, 1)
        assert all("sees only part" in day.unknown[0] for day in found.days)


def test_a_pbx_that_is_down_stops_no_other(stage) -> None:
    other = with_queue(("answered_direct", 30))
    other.id = "acme-other"
    with stage(world_of(with_queue(("answered_direct", 31)), other)) as s:
        s.run(sync)
        s.world.stop("acme-main")
        found = everything(s)
        assert [(one.part, one.code) for one in found.failures] == [(PBX, "unreachable")]
        down = [day for day in found.days if day.pbx_id == "acme-main"]
        assert {(day.state, day.pbx_inbound) for day in down} == {("unknown", None)}
        assert all("could not be asked" in day.unknown[0] for day in down)
        assert {day.state for day in found.days if day.pbx_id == "acme-other"} == {"equal"}
        assert (total(found, "pbx_inbound", "acme-other"), found.exit_status) == (1, 1)
        assert {day.pbx_id for day in everything(s, pbxs=["acme-other"]).days} == {"acme-other"}


def test_a_window_that_fails_leaves_the_others_and_a_refused_report_is_a_failure(stage) -> None:
    with stage(world_of(with_queue(("answered_direct", 30), ("queue_abandoned", 54)))) as s:
        s.run(sync)
        s.pbx.faults.add("GetInboundCalls", status=400, body="{}")
        found = everything(s)
        assert [one.code for one in found.failures] == ["bad_answer"]
        assert {day.state for day in found.days} == {"unknown", "equal"}
        assert found.exit_status == 1
        s.pbx.faults.clear()
        s.pbx.faults.add("GetAbandonedQueueCallsData", status=403, body="{}", times=99)
        refused = everything(s)
        assert {one.code for one in refused.failures} == {"forbidden"}
        assert {(day.state, day.pbx_abandoned) for day in refused.days} == {("unknown", None)}
        assert total(refused, "pbx_inbound") == 2
        s.pbx.faults.clear()
        s.pbx.rights.history = False
        assert [(one.part, one.code) for one in everything(s).failures] == [(PBX, "forbidden")]


def test_refused_credentials_are_not_tried_again(stage) -> None:
    with stage(world_of(with_queue(("answered_direct", 30)))) as s:
        s.pbx.secret = "another"
        for _ in range(2):
            assert [one.code for one in everything(s).failures] == ["bad_credentials"]
        assert s.pbx.log.failed_logins == 1


def test_a_day_of_23_hours_has_its_own_calls(stage) -> None:
    """On 4 October 2026 the clocks of Adelaide go forward: the day begins at 14:30 UTC and ends at 13:30 UTC."""
    first, last = dt.datetime(2026, 10, 3, 14, 30, tzinfo=dt.UTC), dt.datetime(2026, 10, 4, 13, 29, 59, tzinfo=dt.UTC)
    pbx = SimulatedPbx("acme-main")
    moments = (first - dt.timedelta(seconds=1), first, last, last + dt.timedelta(seconds=1))
    pbx.add(*(place(SCENARIOS["queue_abandoned"], at) for at in moments))
    with stage(world_of(pbx)) as s:
        s.run(sync)
        s.run(backfill, since="2026-10-02", until="2026-10-07")
        found = s.run(reconcile, since="2026-10-03", until="2026-10-06")
        assert [(str(day.day), day.pbx_inbound, day.lake_inbound, day.pbx_abandoned) for day in found.days] == [
            ("2026-10-03", 1, 1, 1),
            ("2026-10-04", 2, 2, 2),
            ("2026-10-05", 1, 1, 1),
        ]
        assert {(day.state, day.is_whole) for day in found.days} == {("equal", True)}


def test_the_span_is_by_default_the_last_seven_whole_days_of_the_account() -> None:
    now = dt.datetime(2026, 10, 6, 20, 0, tzinfo=dt.UTC)  # 7 October, 06:30 in Adelaide
    adelaide, perth = "Australia/Adelaide", "Australia/Perth"
    span = span_of(None, None, adelaide, adelaide, now)
    assert (span.since.isoformat(), span.until.isoformat()) == (
        "2026-09-29T14:30:00+00:00",
        "2026-10-06T13:30:00+00:00",
    )
    assert span_of(None, None, adelaide, perth, now).until.isoformat() == "2026-10-06T16:00:00+00:00"
    assert span_of("2026-10-05", None, adelaide, perth, now).since.isoformat() == "2026-10-04T13:30:00+00:00"
    assert span_of(None, "2026-12-01", adelaide, adelaide, now).until == now - dt.timedelta(minutes=5)
    for since, until in (("2026-10-07", None), ("2026-10-05", "2026-10-05"), ("2027-01-01", "2027-01-02")):
        with pytest.raises(SpanError, match="is not before"):
            span_of(since, until, adelaide, adelaide, now)


def test_what_a_crm_lost_or_has_twice_is_found_and_is_in_the_agencys_report(stage, world_with_contacts) -> None:
    with stage(world_with_contacts()) as s:
        s.run(sync)
        zone = ZoneInfo("Australia/Adelaide")
        yesterday = dt.datetime.now(zone).date() - dt.timedelta(days=1)
        days = [dt.datetime.fromisoformat(one["dateAdded"]).astimezone(zone).date() for one in s.crm.messages]
        gone, twice, *_ = [one for one, day in zip(s.crm.messages, days, strict=True) if day == yesterday]
        s.crm.messages.remove(gone)
        s.crm.messages.append({**twice, "id": "again"})
        found = everything(s)
        assert {(one.kind, one.call_id) for day in found.crm_days for one in day.differences} == {
            ("deleted_in_crm", gone["altId"]),
            ("twice_in_crm", twice["altId"]),
        }
        assert found.exit_status == 1
        s.run(maintain)
        s.run(report, period="day", out="out")
        pages = "".join(path.read_text() for path in (s.folder / "out").rglob("*.html"))
        assert "list: 1 call delivered and no longer there; 1 call there more than once" in pages
        s.crm.faults.add("export", status=403, body={"message": "no scope"})
        assert [one.code for one in everything(s).failures] == ["forbidden"]
