from __future__ import annotations

import datetime as dt
import threading

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DAY = dt.timedelta(days=1)
LOG = call_log_path(NOW - DAY, NOW)
STATUS = "/xapi/v1/SystemStatus"


def test_a_fault_comes_as_often_as_planned(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", status=502, times=2)
    assert [xapi.get(STATUS).status_code for _ in range(3)] == [502, 502, 200]
    assert pbx.log.count("systemstatus", 502) == 2


def test_too_many_requests(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", retry_after=7)
    answer = xapi.get(STATUS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_connection_that_breaks_in_the_middle(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        xapi.get(STATUS)
    assert xapi.get(STATUS).status_code == 200


def test_a_web_page_with_200(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", body="<html>sign in</html>")
    answer = xapi.get(STATUS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")


def test_a_redirect_to_somewhere_else(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", redirect_to="http://other.example/xapi/v1/SystemStatus")
    answer = xapi.get(STATUS)
    assert (answer.status_code, answer.headers["location"]) == (302, "http://other.example/xapi/v1/SystemStatus")


def test_slow_answers_and_how_many_were_open_at_once(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("SystemStatus", delay_seconds=0.2, times=3)
    threads = [threading.Thread(target=xapi.get, args=(STATUS,)) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert pbx.log.most_at_once == 3


def test_the_period_may_be_ignored(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["rang_out"], NOW - dt.timedelta(hours=1)), place(SCENARIOS["rang_out"], NOW - 3 * DAY))
    path = call_log_path(NOW - 4 * DAY, NOW - 2 * DAY)
    honest = xapi.get(path).json()["value"]
    pbx.faults.add(kind="ignore_period")
    ignored = xapi.get(path).json()["value"]
    assert [one["StartTime"][:10] for one in (*honest, *ignored)] == ["2026-09-13", "2026-09-16"]


def test_a_build_may_dislike_one_spelling_of_the_period(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["rang_out"], NOW - 3 * DAY))
    raw = call_log_path(NOW - 4 * DAY, NOW - 2 * DAY)
    encoded = raw.replace("03:00:00Z", "03%3A00%3A00.000Z")
    pbx.quirks.ignores_spelling = "raw"
    assert [len(xapi.get(path).json()["value"]) for path in (raw, encoded)] == [0, 1]
    pbx.quirks.ignores_spelling = "encoded"
    assert [len(xapi.get(path).json()["value"]) for path in (raw, encoded)] == [1, 0]


def test_no_rows_although_there_are_some(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["rang_out"], NOW - dt.timedelta(hours=1)))
    pbx.faults.add(kind="suspect_empty")
    assert [len(xapi.get(LOG).json()["value"]) for _ in range(2)] == [0, 1]


def test_rows_that_no_parser_expects(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.faults.add("GetCallLogData", kind="extra_rows", rows=("not an object", {"CdrId": 7}))
    assert xapi.get(LOG).json()["value"] == ["not an object", {"CdrId": 7}]
    pbx.book.add_row(NOW - dt.timedelta(hours=1), {"RingingDuration": "soon"})
    assert xapi.get(LOG).json()["value"] == [{"RingingDuration": "soon"}]


def test_sessions_can_end(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.sessions.expire()
    assert xapi.get(STATUS).status_code == 401
