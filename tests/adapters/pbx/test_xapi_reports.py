"""The PBX's own account of its calls, as small records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.adapters.pbx import xapi_reports
from trunkline.adapters.pbx.xapi_reports import abandoned_waits, inbound_calls
from trunkline.errors import BadAnswer, Forbidden
from trunkline.models import AbandonedWait, PbxReports, ReportedCall
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.ids import guid
from trunkline.simulator.scenarios.place import place
from trunkline.windows import Window

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = Window(NOW - 24 * HOUR, NOW)
QUEUES = ["801", "802"]
ID = guid(NOW - HOUR, 7)


def ask(window: Window = DAY, queues: list[str] = QUEUES) -> Callable[[Any], Any]:
    async def reports(surface: Any) -> PbxReports | None:
        return await surface.reports(window, queues)  # type: ignore[no-any-return]

    return reports


def answer(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"status": 200, "body": json.dumps({"value": rows}), "headers": {"Content-Type": "application/json"}}


def raw(*rows: dict[str, Any]) -> list[bytes]:
    return [json.dumps(row).encode() for row in rows]


def test_both_reports_of_a_window(v20: Any) -> None:
    names = (
        "answered_direct",
        "rang_out",
        "queue_abandoned",
        "queue_abandoned_while_agents_rang",
        "outbound_connected",
    )
    calls = [v20.pbx.add(place(SCENARIOS[name], NOW - HOUR * n))[0] for n, name in enumerate(names, 1)]
    found = v20.run(ask())
    assert {one.call_id: one.status for one in found.inbound} == {
        call.main_id: "Answered" if call is calls[0] else "Unanswered" for call in calls[:4]
    }
    assert found.inbound[0] == ReportedCall(
        calls[0].main_id, calls[0].started_at, calls[0].legs[0].cdr_id, calls[0].caller, "Answered"
    )
    assert {(one.call_id, one.started_at, one.queue) for one in found.abandoned} == {
        (call.main_id, call.started_at, "801") for call in calls[2:4]
    }
    assert (found.problem, found.unreadable) == (None, 0)
    assert v20.run(ask(queues=[])).abandoned == ()
    assert v20.pbx.log.count("GetAbandonedQueueCallsData") == 1, "without queues nothing is asked"


def test_pages_are_read_to_the_end(v20: Any) -> None:
    v20.pbx.report_top_limit = 10
    for index in range(25):
        v20.pbx.add(place(SCENARIOS["queue_abandoned"], NOW - HOUR - dt.timedelta(minutes=5) * index))
    found = v20.run(ask())
    assert (len(found.inbound), len(found.abandoned)) == (25, 25)


def test_a_report_at_the_row_limit_is_read_in_halves(v20: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xapi_reports, "ROW_LIMIT", 10)
    v20.pbx.row_limit = 10
    for index in range(25):
        v20.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR - dt.timedelta(minutes=40) * index))
    assert len({one.call_id for one in v20.run(ask()).inbound}) == 25
    for index in range(12):
        v20.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR - dt.timedelta(seconds=index)))
    with pytest.raises(BadAnswer, match="ends at 10 rows within a minute"):
        v20.run(ask())


def test_there_is_no_such_report_before_20_0_6_and_on_v18(bench: Any, v18: Any) -> None:
    assert bench(SimulatedPbx("old", version="20.0.5.551", shape="xapi-u0", now=lambda: NOW)).run(ask()) is None
    assert v18.run(ask()) is None
    assert v18.pbx.log.entries == [], "it is not even asked"
    xapi18 = SimulatedPbx("x", version="18.0.8.939", surface="xapi18", shape="xapi-v18", login="admin")

    async def after_probe(surface: Any) -> Any:
        await surface.probe()
        return surface.name, await surface.reports(DAY, QUEUES)

    assert bench(xapi18).run(after_probe) == ("xapi18", None)


def test_a_missing_right_is_told(v20: Any) -> None:
    v20.pbx.rights.history = False
    with pytest.raises(Forbidden):
        v20.run(ask())


@pytest.mark.parametrize(("status", "code"), [(403, "forbidden"), (404, "not_there"), (500, "bad_answer")])
def test_the_second_report_failing_leaves_the_first(v20: Any, status: int, code: str) -> None:
    v20.pbx.add(place(SCENARIOS["queue_abandoned"], NOW - HOUR))
    v20.pbx.faults.add("GetAbandonedQueueCallsData", status=status, body="{}", times=99)
    found = v20.run(ask())
    assert (len(found.inbound), found.abandoned, found.problem.code) == (1, None, code)


def test_a_build_that_ignores_the_period_is_asked_in_the_other_spelling_and_else_not_believed(v20: Any) -> None:
    other = {"CallHistoryId": ID, "StartTime": "2026-09-01T10:00:00Z", "Status": "Answered"}
    mine = {**other, "StartTime": "2026-09-16T02:00:00Z"}
    v20.pbx.faults.add("GetInboundCalls", **answer(other))
    v20.pbx.faults.add("GetInboundCalls", **answer(mine))
    assert len(v20.run(ask(queues=[])).inbound) == 1
    v20.pbx.faults.add("GetInboundCalls", **answer(other), times=2)
    with pytest.raises(BadAnswer, match="other days"):
        v20.run(ask(queues=[]))


def test_rows_that_lack_what_others_have() -> None:
    at = NOW - HOUR
    rows = raw(
        {"CallHistoryId": ID, "Status": "Unanswered"},
        {
            "CallHistoryId": "00000000-0000-0000-0000-000000000000",
            "CdrId": ID,
            "StartTime": "2026-09-16T12:30:00+10:30",
        },
        {"StartTime": "2026-09-16T02:00:00Z"},
        {"CallHistoryId": "no-time-in-it"},
        {"CallHistoryId": ID, "StartTime": 7},
    )
    assert inbound_calls(rows) == [
        ReportedCall(ID, at, status="Unanswered"),
        ReportedCall(ID, at, ID),
    ]


def test_the_time_of_an_abandoned_call_is_its_rows_first_that_tells_one() -> None:
    at = NOW - HOUR
    told, for_csv = "2026-09-16T02:00:00Z", "2026-09-16T12:30:00Z"
    rows = raw(
        {"CallHistoryId": "x", "CallTimeForCsv": for_csv, "QueueDn": "801"},
        {
            "CallHistoryId": "x",
            "CallTime": told,
            "CallTimeForCsv": for_csv,
            "QueueDn": "801",
            "CallerId": "+61870101203",
        },
        {"CallHistoryId": "y", "CallTimeForCsv": told, "QueueDn": "802"},
        {"CallHistoryId": ID, "QueueDn": "802"},
        {"QueueDn": "802", "CallTime": told},
    )
    assert abandoned_waits(rows) == [
        AbandonedWait("x", at, "801", "+61870101203"),
        AbandonedWait("x", at + 10.5 * HOUR, "801"),
        AbandonedWait("y", at, "802"),
        AbandonedWait(ID, at, "802"),
    ]
