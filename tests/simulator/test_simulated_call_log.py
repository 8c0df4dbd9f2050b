from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place, time_of

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def fill(pbx: SimulatedPbx, *names: str, before: dt.timedelta = 10 * MINUTE) -> None:
    for index, name in enumerate(names):
        pbx.add(place(SCENARIOS[name], NOW - before - index * 10 * MINUTE))


def rows(client: httpx.Client, path: str | None = None, **query: str | int) -> list[dict[str, Any]]:
    answer = client.get(path or call_log_path(NOW - DAY, NOW), params=query or None)
    assert answer.status_code == 200, answer.text
    value: list[dict[str, Any]] = answer.json()["value"]
    return value


def test_rows_come_newest_first_and_page_by_skip(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "menu_queue_agent", "rang_out", "answered_direct")
    starts = [row["StartTime"] for row in rows(xapi)]
    assert starts == sorted(starts, reverse=True)
    assert [row["StartTime"] for row in rows(xapi, **{"$top": 2, "$skip": 1})] == starts[1:3]


def test_after_update_6_the_old_ids_say_nothing(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "menu_queue_agent")
    found = rows(xapi)
    assert {(row["CallId"], row["SegmentId"], row["Indent"]) for row in found} == {(1, 1, 1)}
    assert len({row["CdrId"] for row in found}) == 3
    assert len({row["MainCallHistoryId"] for row in found}) == 1


def test_an_id_carries_the_start_of_its_row(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "attended_transfer", "queue_ping_pong")
    for row in rows(xapi):
        assert time_of(row["CdrId"]) == dt.datetime.fromisoformat(row["StartTime"])


def test_nulls_are_left_out(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "withheld_absent", "row_without_start_time", "duration_left_out")
    found = rows(xapi)
    assert all(value is not None for row in found for value in row.values())
    assert [key in row for row, key in zip(found, ("SourceCallerId", "StartTime", "TalkingDuration"), strict=True)] == [
        False,
        False,
        False,
    ]


def test_a_call_appears_when_it_has_ended(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    call = place(SCENARIOS["answered_direct"], NOW - MINUTE)
    pbx.add(call)
    assert rows(xapi) == []
    pbx.now = lambda: call.ended_at
    assert len(rows(xapi)) == 1


def test_the_period_is_by_start_and_takes_both_ends(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    start = (NOW - 60 * MINUTE).replace(microsecond=0)
    pbx.add(place(SCENARIOS["rang_out"], start))
    assert len(rows(xapi, call_log_path(start, start + MINUTE))) == 1
    assert len(rows(xapi, call_log_path(start - MINUTE, start))) == 1
    assert rows(xapi, call_log_path(start + MINUTE, NOW)) == []


def test_too_large_a_top_is_refused_in_so_many_words(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.report_top_limit = 100
    answer = xapi.get(call_log_path(NOW - DAY, NOW), params={"$top": 500})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "The query specified in the URI is not valid. The limit of '100' for Top query has been exceeded. "
        "The value from the incoming request is '500'."
    )


def test_the_row_limit_cuts_the_oldest_without_a_word(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, *["rang_out"] * 5)
    everything = rows(xapi)
    pbx.row_limit = 3
    assert rows(xapi) == everything[:3]
    assert rows(xapi, **{"$top": 100, "$skip": 3}) == []


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("sourceType=0,", "", 404),
        ("periodFrom=", "periodfrm=", 404),
        ("hidePcalls=true", "hidePcalls=1", 404),
        ("sourceFilter=''", "sourceFilter=null", 404),
        ("sourceType=0", "sourceType=x", 500),
        ("periodFrom=2026", "periodFrom=Mon2026", 500),
        ("callTimeFilterFrom='0:00:0'", "callTimeFilterFrom=''", 500),
    ],
)
def test_a_wrong_parameter(old: str, new: str, status: int, xapi: httpx.Client) -> None:
    path = call_log_path(NOW - DAY, NOW)
    assert old in path
    assert xapi.get(path.replace(old, new)).status_code == status


def test_paths_are_not_case_sensitive(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "rang_out")
    path = call_log_path(NOW - DAY, NOW).replace("ReportCallLogData", "reportcalllogdata")
    assert len(rows(xapi, path)) == 1


def test_calls_type_filters_by_the_row(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "rang_out", "answered_direct")
    for calls_type, answered in ((1, True), (2, False)):
        found = rows(xapi, call_log_path(NOW - DAY, NOW, calls_type=calls_type))
        assert [row["Answered"] for row in found] == [answered]


def test_only_the_newest_shape_lists_recordings(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "two_recordings_of_one_leg")
    (old,) = rows(xapi)
    pbx.shape = "xapi-u10"
    (new,) = rows(xapi)
    assert "Recordings" not in old
    assert {one["Id"] for one in new["Recordings"]} == {old["DstRecId"], old["SrcRecId"]}


def test_inbound_calls_tell_the_did(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "menu_queue_agent", "outbound_connected", "rang_out")
    path = "/xapi/v1/ReportInboundCalls/Pbx.GetInboundCalls(periodFrom={},periodTo={},trunkDns='',callsType=0)"
    found = rows(xapi, path.format(f"{NOW - DAY:%Y-%m-%dT%H:%M:%SZ}", f"{NOW:%Y-%m-%dT%H:%M:%SZ}"))
    assert [(one["Did"], one["Status"]) for one in found] == [
        ("+61870100100", "Answered"),
        ("+61870100100", "Unanswered"),
    ]
    assert {one["CallHistoryId"] for one in found} <= {row["MainCallHistoryId"] for row in rows(xapi)}


def test_the_newest_row_is_told_from_20_0_7_on(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "rang_out")
    probe = "/xapi/v1/LastCdrAndChatMessageTimestamp"
    assert xapi.get(probe).json()["value"][0]["LastCdrStartedAt"] == "2026-09-16T02:50:00Z"
    pbx.version = "20.0.6.724"
    assert xapi.get(probe).status_code == 404


def test_without_the_right_history_is_forbidden_and_nothing_else(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.rights.history = False
    assert xapi.get(call_log_path(NOW - DAY, NOW)).status_code == 403
    assert xapi.get("/xapi/v1/Recordings").status_code == 200


def test_texts_name_people_as_the_directory_does(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.directory.extension("103").last_name = "Novak"
    pbx.add(place(SCENARIOS["queue_second_agent_answers"], NOW - 10 * MINUTE, stand_ins={"102": "103", "103": "102"}))
    found = rows(xapi)
    assert found[-1]["Reason"] == "The queue was replaced by Carla Novak (103)"
    assert found[0]["DestinationDisplayName"] == "Carla Novak"


def test_a_trunk_may_write_national_numbers(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "rang_out", "number_idd")
    pbx.quirks.number_style = "national"
    assert [row["SourceCallerId"] for row in rows(xapi)] == ["0870101101", "0061491570158"]


def test_polling_legs_are_hidden_by_a_build_that_hides_them(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "queue_abandoned_while_agents_rang")
    hiding, showing = (call_log_path(NOW - DAY, NOW, hide=value) for value in ("true", "false"))
    assert [len(rows(xapi, path)) for path in (hiding, showing)] == [3, 3]
    pbx.quirks.hide_polling_legs = True
    assert [len(rows(xapi, path)) for path in (hiding, showing)] == [1, 3]


def test_counting_and_ordering_are_not_to_be_trusted(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "rang_out", "answered_direct")
    newest = rows(xapi)[0]
    assert newest not in rows(xapi, **{"$orderby": "StartTime asc"})
    pbx.quirks.count_comes_empty = True
    answer = xapi.get(call_log_path(NOW - DAY, NOW), params={"$count": "true"}).json()
    assert (answer["@odata.count"], answer["value"]) == (2, [])
