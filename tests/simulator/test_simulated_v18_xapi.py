"""A v18 PBX from 18.0.5 on: console, bearer, and the part of the XAPI that v18 has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path, sign_in_v18, trunk_calls_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
Connect = Callable[[SimulatedPbx], httpx.Client]

DAYS = dt.timedelta(days=3)
MINUTE = dt.timedelta(minutes=1)
FIELDS = {
    *("StartTime", "CallId", "SegmentId", "Indent", "SubrowDescNumber", "SourceType", "SourceDn", "SourceCallerId"),
    *("SourceDisplayName", "DestinationType", "DestinationDn", "DestinationCallerId", "DestinationDisplayName"),
    *("ActionType", "ActionDnType", "actionDnDn", "ActionDnCallerId", "ActionDnDisplayName", "RingingDuration"),
    *("TalkingDuration", "Answered", "Reason", "CallCost", "RecordingUrl", "SrcRecId", "DstRecId"),
}
"""The 26 of v18 reference §3.2."""


@pytest.fixture
def pbx() -> SimulatedPbx:
    return SimulatedPbx("plains", version="18.0.8.939", surface="xapi18", shape="xapi-v18", now=lambda: NOW)


@pytest.fixture
def v18(pbx: SimulatedPbx, serve: Connect) -> httpx.Client:
    client = serve(pbx)
    sign_in_v18(client, pbx)
    return client


def rows(client: httpx.Client) -> list[dict[str, Any]]:
    answer = client.get(call_log_path(NOW - DAYS, NOW))
    assert answer.status_code == 200, answer.text
    value: list[dict[str, Any]] = answer.json()["value"]
    return value[::-1]


def test_the_session_gives_a_bearer_that_is_told_in_minutes(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    assert client.get("/api/Token").status_code == 401
    assert client.get("/xapi/v1/Users").status_code == 401
    pbx.quirks.token_minutes = 30.0
    told = sign_in_v18(client, pbx).json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 30)
    assert client.get("/xapi/v1/Users").status_code == 200
    pbx.sessions.expire()
    assert [client.get(path).status_code for path in ("/xapi/v1/Users", "/api/Token", "/api/CurrentUser")] == [401] * 3


def test_the_console_answers_as_ever(pbx: SimulatedPbx, v18: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["menu_queue_agent"], NOW - 10 * MINUTE))
    query = {"TimeZoneName": "Australia/Adelaide", "dateRangeType": "LastSevenDays"}
    assert len(v18.get("/api/CallLog", params=query).json()["CallLogRows"]) == 1
    assert v18.get("/api/SystemStatus").json()["Version"] == "18.0.8.939"
    assert v18.post("/connect/token").status_code == 404
    assert v18.get("/login").headers["content-type"].startswith("text/html")


def test_rows_have_the_fields_of_v18_and_number_their_segments(v18: httpx.Client, pbx: SimulatedPbx) -> None:
    world, cases = scenario_world("xapi18", now=NOW)
    pbx.book = world.pbxs[0].book
    (call,) = (one for one, _ in cases if one.scenario.name == "queue_second_agent_answers")
    found = rows(v18)
    assert set().union(*found) <= FIELDS
    own = [row for row in found if row["CallId"] == call.number]
    assert [(row["SegmentId"], row["Indent"]) for row in own] == [(1, 0), (2, 1), (3, 1)]
    assert own[2]["DstRecId"] == call.recordings[0].recording_id


def test_audio_is_fetched_by_the_id_in_a_row(pbx: SimulatedPbx, v18: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["answered_direct"], NOW - 10 * MINUTE))
    recording_id = rows(v18)[0]["DstRecId"]
    audio = v18.get(f"/xapi/v1/Recordings/Pbx.DownloadRecording(recId={recording_id})")
    assert (audio.status_code, audio.content[:4]) == (200, b"RIFF")


def test_what_v18_has_not(v18: httpx.Client) -> None:
    paths = [f"/xapi/v1/{name}" for name in ("Recordings", "SystemStatus", "Peers", "LastCdrAndChatMessageTimestamp")]
    paths += [trunk_calls_path("inbound", NOW - DAYS, NOW), call_log_path(NOW - DAYS, NOW, old=True)]
    assert [v18.get(path).status_code for path in paths] == [404] * 6
    assert "x-3cx-version" not in v18.get("/xapi/v1/Users").headers


def test_version_licence_and_directory(v18: httpx.Client) -> None:
    told = v18.get("/xapi/v1/Defs/Pbx.GetSystemParameters()").json()
    assert told["Version"] == "18.0.8.939"
    assert "IsTranscriptionEnabled" not in told
    assert v18.get("/xapi/v1/LicenseStatus").json()["Version"] == "18.0.8.939"
    for name in ("Queues", "RingGroups", "Receptionists", "Groups"):
        assert v18.get(f"/xapi/v1/{name}").json()["value"]


def test_users_carry_the_old_typing_error(pbx: SimulatedPbx, v18: httpx.Client) -> None:
    pbx.directory.extension("102").record_external_calls_only = True
    asked = {"$select": "Id,Number,RecordCalls,RecordExtenalCallsOnly", "$top": 2}
    found = v18.get("/xapi/v1/Users", params=asked).json()["value"]
    assert [one["RecordExtenalCallsOnly"] for one in found] == [False, True]
    refused = v18.get("/xapi/v1/Users", params={"$select": "Id,RecordExternalCallsOnly"})
    assert refused.status_code == 400
    assert "Could not find a property named 'RecordExternalCallsOnly'" in refused.text


def test_rights_are_refused_one_by_one_here_too(pbx: SimulatedPbx, v18: httpx.Client) -> None:
    pbx.rights.history = False
    assert v18.get(call_log_path(NOW - DAYS, NOW)).status_code == 403
    pbx.rights.download_recordings = False
    assert v18.get("/xapi/v1/Recordings/Pbx.DownloadRecording(recId=1)").status_code == 403
    assert v18.get("/xapi/v1/Users").status_code == 200
