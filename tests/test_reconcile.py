"""The comparison with values made by hand: what the PBX says, what the lake has, and what comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from trunkline.days import LocalDay
from trunkline.delivery import Listed
from trunkline.models import AbandonedWait, ReportedCall
from trunkline.reconcile.crm import LedgerCall, compare_crm
from trunkline.reconcile.days import Day
from trunkline.reconcile.match import LakeCall
from trunkline.reconcile.pbx import Doubt, LakeSide, PbxSide, compare_pbx
from trunkline.windows import Window

NOON = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
DAY = Window(NOON - dt.timedelta(hours=12), NOON + dt.timedelta(hours=12))
DAYS = [LocalDay(NOON.date(), DAY)]
NUMBER = "+61870101203"
OTHER = "+61870101204"
SECOND = dt.timedelta(seconds=1)


def row(key: str, at: dt.datetime = NOON, status: str | None = "Unanswered", **more: Any) -> ReportedCall:
    return ReportedCall(key, at, number=more.pop("number", NUMBER), status=status, **more)


def call(key: str, at: dt.datetime = NOON, outcome: str = "missed", **more: Any) -> LakeCall:
    facts = {"direction": "inbound", "external_number": NUMBER, "row_shape": "xapi-u10", **more}
    return LakeCall(f"p:{key}", key, at, outcome=outcome, **facts)


def abandoned(key: str, **more: Any) -> LakeCall:
    return call(key, miss_reason="queue_abandoned", waits=(("801", NOON),), machines=("queue",), **more)


def compared(
    rows: list[ReportedCall], calls: list[LakeCall], waits: tuple[AbandonedWait, ...] = (), **more: Any
) -> Day:
    lake = {"first_asked": DAY.since, "settled": [DAY], **more.pop("lake", {})}
    side = PbxSide(rows, waits, more.pop("queues", ["801"]), more.pop("doubts", ()))
    return compare_pbx("acme", "p", "AU", DAYS, side, LakeSide(calls, **lake))[0]


def kinds(day: Day) -> list[tuple[str, str]]:
    return [(one.kind, one.call_id) for one in day.differences]


def test_the_same_ids_are_equal() -> None:
    day = compared([row("a"), row("b", status="Answered")], [call("a"), call("b", outcome="answered")])
    assert (day.state, day.pbx_inbound, day.lake_inbound, day.pbx_answered, day.lake_answered) == ("equal", 2, 2, 1, 1)


def test_an_id_on_one_side_only_differs() -> None:
    day = compared([row("a"), row("b", number=OTHER)], [call("a"), call("c", at=NOON + 3 * SECOND)])
    assert (day.state, day.only_pbx, day.only_lake) == ("differs", ("p:b",), ("p:c",))
    assert (day.pbx_inbound, day.lake_inbound) == (2, 2), "the counts alone would be equal"


def test_a_call_is_known_by_its_leg_or_by_start_and_number() -> None:
    by_leg = compared([row("history-2", cdr_id="cdr-2")], [call("main", legs=("cdr-1", "cdr-2"))])
    near = compared([row("x", at=NOON + 2 * SECOND, number="08 7010 1203")], [call("y")])
    withheld = compared([row("x", number="anonymous")], [call("y", external_number=None)])
    assert {by_leg.state, near.state, withheld.state} == {"equal"}
    assert compared([row("x", at=NOON + 2.1 * SECOND)], [call("y")]).state == "differs"
    assert compared([row("x", number=OTHER)], [call("y")]).state == "differs"
    once = compared([row("x"), row("z")], [call("y")])
    assert len(once.only_pbx) == 1, "a call of the lake stands for one row only"


def test_several_rows_of_one_call_are_explained_and_answered_once() -> None:
    rows = [row("main", status="Answered", cdr_id="cdr-1"), row("history-2", status="Answered", cdr_id="cdr-2")]
    day = compared(rows, [call("main", outcome="answered", legs=("cdr-1", "cdr-2"))])
    assert (day.state, kinds(day), day.pbx_inbound, day.lake_inbound) == (
        "explained",
        [("part_of_call", "p:main")],
        2,
        1,
    )
    assert (day.pbx_answered, day.lake_answered) == (1, 1)
    assert compared([row("a"), row("a")], [call("a")]).pbx_inbound == 1, "an id counts once"


def test_an_answer_that_only_the_pbx_sees_is_explained_only_by_a_machine_that_picked_up() -> None:
    queue = compared([row("a", status="Answered")], [abandoned("a")], (AbandonedWait("a", NOON, "801", NUMBER),))
    assert queue.differences[0].why == "the PBX counts a queue's pick-up as an answer"
    assert (queue.state, queue.pbx_answered, queue.lake_answered) == ("explained", 1, 0)
    nobody = compared([row("a", status="Answered")], [call("a", miss_reason="no_answer")])
    (one,) = nobody.differences
    assert (nobody.state, one.pbx, one.lake, one.why) == ("differs", "Answered", "missed: no_answer", None)
    other_way = compared([row("a")], [call("a", outcome="answered", machines=("queue",))])
    assert (other_way.state, other_way.differences[0].why) == ("differs", None)


def test_a_word_that_nobody_knows_is_unknown() -> None:
    day = compared([row("a", status="Angenommen"), row("b", number=OTHER)], [call("a"), call("b")])
    assert (day.state, day.pbx_answered) == ("unknown", None)
    assert day.unknown == ("whether calls were answered: the PBX's word 'Angenommen' is not known",)


def test_a_call_that_is_not_inbound_in_the_lake_differs() -> None:
    day = compared([row("a")], [call("a", direction="internal", outcome="internal")])
    assert (day.state, kinds(day)) == ("differs", [("direction", "p:a")])


def test_the_abandoned_report_agrees_by_id_or_by_the_start_of_the_wait() -> None:
    wait = AbandonedWait("a", NOON, "801", NUMBER)
    assert compared([row("a")], [abandoned("a")], (wait, wait)).pbx_abandoned == 1
    later = AbandonedWait("history-2", NOON + SECOND, "801", NUMBER)
    assert compared([row("a")], [abandoned("a")], (later,)).state == "equal"
    elsewhere = AbandonedWait("history-2", NOON + SECOND, "802", NUMBER)
    assert {kind for kind, _ in kinds(compared([row("a")], [abandoned("a")], (elsewhere,)))} == {
        "abandoned_only_pbx",
        "abandoned_only_lake",
    }


def test_a_caller_who_left_a_queue_and_was_answered_is_explained() -> None:
    waits = (AbandonedWait("a", NOON, "801", NUMBER),)
    answered = call("a", outcome="answered", waits=(("801", NOON),))
    overflowed = call("a", miss_reason="voicemail", waits=(("801", NOON),))
    inside = call("a", direction="internal", outcome="internal", external_number=None)
    for found, kind in ((answered, "then_answered"), (overflowed, "then_missed"), (inside, "inside")):
        rows = [] if found is inside else [row("a", status="Answered" if found is answered else "Unanswered")]
        day = compared(rows, [found], waits)
        assert (day.state, kinds(day)) == ("explained", [(f"abandoned_{kind}", "p:a")])
        assert (day.pbx_abandoned, day.lake_abandoned) == (1, 0)
    day = compared([row("a")], [call("a", miss_reason="no_answer")], waits)
    assert (day.state, kinds(day)) == ("differs", [("abandoned_only_pbx", "p:a")])


def test_a_queue_that_was_not_asked_for_is_unknown() -> None:
    assert kinds(compared([row("a")], [abandoned("a")])) == [("abandoned_only_lake", "p:a")]
    day = compared([row("a")], [abandoned("a")], queues=["802"])
    assert (day.state, kinds(day)) == ("unknown", [("queue_not_asked", "p:a")])


def test_a_missing_call_is_told_once_though_it_was_abandoned_too() -> None:
    assert kinds(compared([row("a")], [], (AbandonedWait("a", NOON, "801", NUMBER),))) == [("only_pbx", "p:a")]
    assert kinds(compared([], [abandoned("a")])) == [("only_lake", "p:a")]


def test_what_the_lake_was_never_asked_for_is_unknown_and_what_it_failed_to_read_differs() -> None:
    for first in (None, NOON + SECOND):
        day = compared([row("a")], [], lake={"first_asked": first})
        assert (day.state, kinds(day), day.pbx_inbound) == ("unknown", [("not_read", "p:a")], 1)
        assert "never asked" in day.unknown[0]
    gap = compared([row("a")], [], lake={"settled": []})
    assert (gap.state, gap.differences[0].lake) == ("differs", "absent; that time is not read to the end")


def test_calls_of_the_log_before_the_upgrade_are_unknown() -> None:
    day = compared([], [call("20261117-7", row_shape="xapi-u0")])
    assert (day.state, kinds(day)) == ("unknown", [("old_log", "p:20261117-7")])
    assert compared([row("a")], [call("20261117-7", row_shape="xapi-u0")]).state == "equal", "it is in both logs"


def test_what_the_pbx_did_not_tell_is_unknown_and_has_no_count() -> None:
    day = compared([], [call("a")], doubts=[Doubt(DAY, "no such report", "all")])
    assert (day.state, day.pbx_inbound, day.lake_inbound, day.differences) == ("unknown", None, 1, ())
    assert day.unknown == ("no such report",)
    some = compared([row("a")], [abandoned("a")], doubts=[Doubt(DAY, "403", "abandoned")])
    assert (some.state, some.pbx_inbound, some.pbx_abandoned, some.differences) == ("unknown", 1, None, ())
    part = compared([row("a")], [call("a")], doubts=[Doubt(DAY, "it sees only part")])
    assert (part.state, part.pbx_inbound) == ("unknown", 1)
    other_day = Window(DAY.until, DAY.until + dt.timedelta(hours=1))
    assert compared([row("a")], [call("a")], doubts=[Doubt(other_day, "502", "all")]).state == "equal"


def test_a_call_counts_for_the_day_on_which_the_lake_has_it() -> None:
    next_day = Window(DAY.until, DAY.until + dt.timedelta(days=1))
    days = [*DAYS, LocalDay(next_day.since.date(), next_day)]
    midnight = DAY.until
    side = PbxSide([row("a", at=midnight + SECOND)], [AbandonedWait("a", midnight + 60 * SECOND, "801")], ["801"])
    lake = LakeSide([abandoned("a", at=midnight - SECOND)], DAY.since, [DAY])
    found = compare_pbx("acme", "p", "AU", days, side, lake)
    assert [(day.state, day.pbx_inbound, day.pbx_abandoned) for day in found] == [("equal", 1, 1), ("equal", 0, 0)]


def logged(key: str, state: str | None, reason: str | None = None, **more: Any) -> LedgerCall:
    facts = {"direction": "inbound", "outcome": "missed", "external_number": NUMBER, **more}
    return LedgerCall(f"p:{key}", NOON, state=state, reason=reason, **facts)


def test_a_crm_lacks_what_is_neither_delivered_nor_skipped_nor_not_to_be_logged() -> None:
    calls = [
        logged("a", "delivered"),
        logged("b", "skipped", "unknown caller"),
        logged("c", "pending"),
        logged("d", "failed", f"refused {NUMBER}"),
        logged("e", None),
        logged("f", None, direction="internal"),
        logged("g", "pending", external_number=None),
        logged("h", "skipped", external_number=OTHER),
    ]
    (day,) = compare_crm("acme", "ghl", DAYS, calls, {OTHER})
    assert (day.calls, day.not_logged, day.delivered, day.skipped, day.pending, day.failed) == (8, 3, 1, 1, 1, 1)
    assert [(one.call_id, one.crm) for one in day.differences] == [
        ("p:c", "pending"),
        ("p:d", "failed: refused •••••••••203"),
        ("p:e", "absent"),
    ]
    assert day.state == "differs"
    assert compare_crm("acme", "ghl", DAYS, calls[:2], set())[0].state == "equal"


def test_a_crms_own_list_is_held_against_the_ledger() -> None:
    calls = [
        logged("a", "delivered", remote_id="1"),
        logged("b", "delivered", remote_id="2"),
        logged("c", "delivered", remote_id="3"),
        logged("d", "pending"),
        logged("e", "skipped", "unknown caller"),
        logged("f", "delivered", remote_id="6"),
    ]
    listed = [Listed("1", "p:a"), Listed("3", "p:c"), Listed("4", "p:c"), Listed("5", "p:d"), Listed("6", None)]
    (day,) = compare_crm("acme", "ghl", DAYS, calls, set(), [*listed, Listed("9", "q:elsewhere")])
    assert (day.delivered, day.listed) == (4, 5)
    assert [(one.kind, one.call_id, one.crm) for one in day.differences] == [
        ("deleted_in_crm", "p:b", "not listed"),
        ("twice_in_crm", "p:c", "listed 2 times"),
        ("not_delivered", "p:d", "pending"),
        ("not_in_ledger", "p:d", "listed"),
    ]
    assert compare_crm("acme", "ghl", DAYS, calls[:1], set(), listed[:1])[0].state == "equal"
    assert compare_crm("acme", "ghl", DAYS, calls[:1], set(), [])[0].state == "differs"
    assert compare_crm("acme", "ghl", DAYS, calls[:1], set())[0].listed is None
