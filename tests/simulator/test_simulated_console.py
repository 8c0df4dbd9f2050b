from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
Connect = Callable[[SimulatedPbx], httpx.Client]

HOUR = dt.timedelta(hours=1)
COOKIE = ".AspNetCore.CookiesA"


@pytest.fixture
def pbx() -> SimulatedPbx:
    return SimulatedPbx("plains", version="18.0.3.461", surface="console18", shape="console", now=lambda: NOW)


@pytest.fixture
def console(pbx: SimulatedPbx, serve: Connect) -> httpx.Client:
    client = serve(pbx)
    answer = client.post("/api/login", json={"Username": pbx.login, "Password": pbx.secret})
    assert answer.text == "AuthSuccess"
    return client


def log(client: httpx.Client, **changed: str | int) -> dict[str, Any]:
    query: dict[str, str | int] = {
        "TimeZoneName": "Australia/Adelaide",
        "callState": "All",
        "dateRangeType": "LastSevenDays",
        "fromFilter": "",
        "fromFilterType": "Any",
        "numberOfRows": 50,
        "searchFilter": "",
        "startRow": 0,
        "toFilter": "",
        "toFilterType": "Any",
    }
    answer = client.get("/api/CallLog", params=query | changed)
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


def test_signing_in_answers_200_either_way(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    wrong = client.post("/api/login", json={"Username": "900", "Password": "wrong"})
    assert (wrong.status_code, wrong.text == "AuthSuccess") == (200, False)
    assert COOKIE not in client.cookies
    right = client.post("/api/login", json={"username": "900", "password": pbx.secret})
    assert right.text == "AuthSuccess"
    assert COOKIE in client.cookies
    assert (pbx.log.login_attempts, pbx.log.failed_logins) == (2, 1)


def test_without_a_session_there_is_nothing(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    for path in ("CurrentUser", "CallLog", "RecordingList", "RecordingList/Download?file=1"):
        assert client.get(f"/api/{path}").status_code == 401


def test_an_old_v18_knows_neither_bearer_nor_xapi(console: httpx.Client) -> None:
    assert console.post("/connect/token").status_code == 404
    assert console.get("/api/Token").status_code == 404
    assert console.get("/xapi/v1/Users").headers["content-type"].startswith("text/html")


def test_one_row_for_each_call(pbx: SimulatedPbx, console: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["menu_queue_agent"], NOW - HOUR), place(SCENARIOS["queue_abandoned"], NOW - 2 * HOUR))
    found = log(console)
    assert not found["HasMoreRows"]
    answered, abandoned = found["CallLogRows"]
    assert answered.pop("Id") > abandoned.pop("Id")
    assert answered == {
        "CallTime": "2026-09-16T11:30:00+09:30",
        "CallerId": "+61870101201",
        "Destination": "Ben Birtles (102)",
        "Duration": "00:02:33",
        "Answered": True,
    }
    assert (abandoned["Destination"], abandoned["Duration"], abandoned["Answered"]) == (
        "Sales (801)",
        "00:00:34",
        False,
    )


def test_rows_come_in_pages_newest_first(pbx: SimulatedPbx, console: httpx.Client) -> None:
    pbx.quirks.rows_have_ids = False
    pbx.add(*(place(SCENARIOS["rang_out"], NOW - hours * HOUR) for hours in range(1, 6)))
    first, last = log(console, numberOfRows=3), log(console, numberOfRows=3, startRow=3)
    assert [first["HasMoreRows"], last["HasMoreRows"]] == [True, False]
    times = [row["CallTime"] for row in first["CallLogRows"] + last["CallLogRows"]]
    assert len(times) == 5
    assert times == sorted(times, reverse=True)
    assert "Id" not in first["CallLogRows"][0]


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("Today", [1]),
        ("Yesterday", [20]),
        ("LastSevenDays", [1, 20, 100]),
        ("LastWeek", [100]),
        ("LastThirtyDays", [1, 20, 100, 400]),
        ("LastMonth", [400, 800]),
        ("NoLimit", [1, 20, 100, 400, 800]),
    ],
)
def test_the_preset_ranges(name: str, hours: list[int], pbx: SimulatedPbx, console: httpx.Client) -> None:
    calls = {back: place(SCENARIOS["rang_out"], NOW - back * HOUR) for back in (1, 20, 100, 400, 800)}
    pbx.add(*calls.values())
    found = [dt.datetime.fromisoformat(row["CallTime"]) for row in log(console, dateRangeType=name)["CallLogRows"]]
    assert found == [calls[back].started_at for back in hours]


def test_nobody_knows_how_to_ask_for_a_custom_range(console: httpx.Client) -> None:
    query = {"TimeZoneName": "UTC", "dateRangeType": "Custom", "from": "2026-09-01"}
    assert console.get("/api/CallLog", params=query).status_code == 400


def test_recordings_and_their_audio(pbx: SimulatedPbx, console: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["answered_direct"], NOW - HOUR), place(SCENARIOS["recording_purged"], NOW - 2 * HOUR))
    found = console.get("/api/RecordingList", params={"count": 10, "start": 0}).json()
    assert found["TotalRowsCount"] == 2
    kept, purged = found["list"]
    assert kept["Participants"] == ["+61870101001", "Anna Agnew (101)"]
    assert (kept["Date"], kept["DID"]) == ("2026-09-16T11:30:08.200000+09:30", "+61870100100")
    audio = console.get("/api/RecordingList/Download", params={"file": kept["Id"]})
    assert (audio.status_code, audio.content[:4]) == (200, b"RIFF")
    gone = console.get("/api/RecordingList/Download", params={"file": purged["Id"]})
    assert (gone.status_code, gone.headers["location"]) == (302, "/")


def test_an_expired_session(pbx: SimulatedPbx, console: httpx.Client) -> None:
    pbx.sessions.expire()
    assert console.get("/api/CurrentUser").status_code == 401
    download = console.get("/api/RecordingList/Download", params={"file": 1})
    assert (download.status_code, download.headers["location"]) == (302, "/login")


def test_signing_out_ends_the_session(console: httpx.Client) -> None:
    assert console.get("/api/CurrentUser").json()["version"] == "18.0.3.461"
    assert console.post("/api/logout").status_code == 200
    assert console.get("/api/CurrentUser").status_code == 401


def test_the_directory(console: httpx.Client) -> None:
    numbers = {
        name: [one["Number"] for one in console.get(f"/api/{name}").json()["list"]]
        for name in ("ExtensionList", "QueueList", "RingGroupList", "IVRList", "FaxList")
    }
    assert numbers["ExtensionList"][0] == "101"
    assert numbers["QueueList"] == ["801", "802"]
    assert (numbers["RingGroupList"], numbers["IVRList"], numbers["FaxList"]) == (["600"], ["800", "810"], ["888"])
    assert console.get("/api/grouplist").status_code == 200


def test_rights_are_refused_one_by_one(pbx: SimulatedPbx, console: httpx.Client) -> None:
    pbx.rights.history = pbx.rights.list_recordings = False
    assert console.get("/api/CallLog", params={"TimeZoneName": "UTC"}).status_code == 403
    assert console.get("/api/RecordingList").status_code == 403
    assert console.get("/api/SystemStatus").status_code == 200
