"""The list of requests that trunkline may send, and that a request beside it is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from trunkline.simulator.pbx import documented
from trunkline.simulator.pbx.model import SimulatedPbx

OURS = {"User-Agent": "trunkline/0.1.0"}


@pytest.fixture
def noted() -> Iterator[list[tuple[str, str]]]:
    """What the guard noticed; forgotten afterwards, as these tests stray on purpose."""
    yield documented.STRAYS
    documented.STRAYS.clear()


def test_a_request_beside_the_list_is_noted(noted: list[tuple[str, str]], xapi: httpx.Client) -> None:
    xapi.get("/xapi/v1/CallHistoryView", headers=OURS, params={"$top": 1})
    xapi.delete("/xapi/v1/Users", headers=OURS)
    xapi.post("/xapi/v1/Recordings/Pbx.BulkRecordingsDelete", headers=OURS, json={"ids": [1]})
    assert noted == [
        ("GET", "/xapi/v1/CallHistoryView"),
        ("DELETE", "/xapi/v1/Users"),
        ("POST", "/xapi/v1/Recordings/Pbx.BulkRecordingsDelete"),
    ]


def test_a_request_is_noted_even_when_a_fault_answers(
    noted: list[tuple[str, str]], pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    pbx.faults.add("ActiveCalls", status=503)
    xapi.get("/xapi/v1/ActiveCalls", headers=OURS)
    assert noted == [("GET", "/xapi/v1/ActiveCalls")]


def test_a_part_of_a_file_is_asked_for_only_where_it_is_offered(
    noted: list[tuple[str, str]], pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    address = "/xapi/v1/Recordings/Pbx.DownloadRecording(recId=7)"
    xapi.get(address, headers={**OURS, "Range": "bytes=7-"})
    pbx.quirks.range_downloads = True
    xapi.get(address, headers={**OURS, "Range": "bytes=7-"})
    assert noted == [("GET", f"{address} with Range")]


def test_documented_requests_and_other_systems_are_not_noted(noted: list[tuple[str, str]], xapi: httpx.Client) -> None:
    xapi.get("/xapi/v1/Defs", headers=OURS, params={"$select": "Id"})
    xapi.get("/xapi/v1/CallHistoryView")
    assert noted == []


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("POST", "/connect/token", True),
        ("GET", "/connect/token", False),
        ("POST", "/api/login", True),
        ("POST", "/api/logout", True),
        ("GET", "/api/Token", True),
        ("GET", "/api/recordinglist/", True),
        ("GET", "/api/RecordingList/Download", True),
        ("POST", "/api/RecordingList/archive", False),
        ("GET", "/api/ActiveCalls", False),
        ("GET", "/xapi/v1/$metadata", True),
        ("GET", "/xapi/v1/Groups", True),
        ("POST", "/xapi/v1/Groups", False),
        ("GET", "/xapi/v1/DidNumbers", True),
        ("GET", "/xapi/v1/Recordings/Pbx.DownloadRecording(recId=7)", True),
        ("GET", "/xapi/v1/Recordings/Pbx.DownloadRecordingByName(recName='a')", False),
        ("GET", "/xapi/v1/ReportCallLogData/Pbx.GetOldCallLogData(a=1)", True),
        ("GET", "/xapi/v1/ReportCallLogData/Pbx.DownloadCallLog(a=1)", False),
        ("GET", "/xapi/v1/ReportCallLogData", False),
        ("GET", "/.well-known/openid-configuration", True),
        ("GET", "/callcontrol", False),
        ("GET", "/", False),
    ],
)
def test_the_list(method: str, path: str, may: bool) -> None:
    assert documented.is_documented(method, path) is may
