"""Call log rows without ids of their own, and what can be known from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path, trunk_calls_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
NEW_IDS = {"CdrId", "CallHistoryId", "MainCallHistoryId"}
WORDS = {"Direction", "CallType", "Status"}


@pytest.fixture
def pbx() -> SimulatedPbx:
    return SimulatedPbx("acme-main", version="20.0.5.551", shape="xapi-u0", now=lambda: NOW)


def rows(client: httpx.Client) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = client.get(call_log_path(NOW - DAY, NOW)).json()["value"]
    return value[::-1]


def test_a_call_is_a_number_and_a_row_is_another(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    transfer, missed = pbx.add(
        place(SCENARIOS["blind_transfer"], NOW - 20 * MINUTE), place(SCENARIOS["rang_out"], NOW - 10 * MINUTE)
    )
    found = rows(xapi)
    assert [row["CallId"] for row in found] == [transfer.number, transfer.number, missed.number]
    assert [row["Indent"] for row in found] == [0, 1, 0]
    segments = [row["SegmentId"] for row in found]
    assert segments == sorted(set(segments))
    assert max(segments) < 2**31
    assert not set().union(*found) & {*NEW_IDS, *WORDS, "Recordings"}
    assert {row["QualityReport"] for row in found} == {False}


def test_rows_of_calls_at_one_moment_keep_their_own_numbers(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    calls = pbx.add(*(place(SCENARIOS["ring_group_nobody"], NOW - 10 * MINUTE) for _ in range(3)))
    found = rows(xapi)
    assert len({row["SegmentId"] for row in found}) == len(found) == 12
    for call in calls:
        own = sorted((row for row in found if row["CallId"] == call.number), key=lambda row: row["SegmentId"])
        assert [row["DestinationDn"] for row in own] == ["600", "101", "102", "103"]


def test_the_start_is_always_told_and_other_styles_stay(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    names = ("row_without_start_time", "duration_with_days", "duration_left_out")
    pbx.add(*(place(SCENARIOS[name], NOW - 100 * MINUTE + index * MINUTE) for index, name in enumerate(names)))
    unnamed, days, left_out = sorted(rows(xapi), key=lambda row: row["SegmentId"])
    assert unnamed["StartTime"] == "2026-09-16T01:20:00Z"
    assert days["TalkingDuration"] == "P0DT1H2M3.5S"
    assert "TalkingDuration" not in left_out


def test_transcripts_stand_in_the_row(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["recording_with_transcript"], NOW - 10 * MINUTE))
    (row,) = rows(xapi)
    assert (row["Summary"], row["SentimentScore"]) == ("Books a table.", 4)
    assert "IsTranscribed" not in xapi.get("/xapi/v1/Recordings").json()["value"][0]


def test_what_came_with_update_6_is_not_there(xapi: httpx.Client) -> None:
    missing = [trunk_calls_path("inbound", NOW - DAY, NOW), trunk_calls_path("outbound", NOW - DAY, NOW)]
    missing += [call_log_path(NOW - DAY, NOW, old=True), "/xapi/v1/LastCdrAndChatMessageTimestamp"]
    assert [xapi.get(path).status_code for path in missing] == [404] * 4
    told = xapi.get("/xapi/v1/$metadata").text
    assert 'Name="CallId"' in told
    assert not [name for name in (*NEW_IDS, *WORDS) if f'Name="{name}"' in told]


def test_the_did_is_known_only_from_a_listed_recording() -> None:
    _, full = scenario_world("xapi20", "xapi-u6", NOW)
    _, old = scenario_world("xapi20", "xapi-u0", NOW)
    assert [call.scenario.name for call, _ in old] == list(SCENARIOS)
    for (call, truth), (_, knowable) in zip(full, old, strict=True):
        assert knowable == (truth if truth.did_is_listed else replace(truth, did=None)), call.scenario.name
    unknown = {call.scenario.name for call, truth in old if truth.outcome == "answered" and truth.did is None}
    assert unknown == {
        "answered_too_short_to_judge",
        "recording_purged",
        "recording_unlisted",
        "not_recorded",
        "not_recorded_by_policy",
    }


def test_v18_knows_no_did_and_no_archive() -> None:
    _, full = scenario_world("xapi20", "xapi-u6", NOW)
    world, old = scenario_world("xapi18", now=NOW)
    pbx = world.pbxs[0]
    assert (pbx.version, pbx.shape, pbx.login) == ("18.0.8.939", "xapi-v18", "admin")
    assert [call.scenario.name for call, _ in old] == list(SCENARIOS)
    assert {truth.did for _, truth in old} == {None}
    other = {
        call.scenario.name: truth.recordings
        for (call, truth), (_, before) in zip(old, full, strict=True)
        if replace(before, did=None) != truth
    }
    assert other == {"recording_archived": (("missing", "purged"),)}
