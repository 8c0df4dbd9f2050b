"""The reports by which totals can be checked: trunk calls and abandoned queue calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import abandoned_path, call_log_path, trunk_calls_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def fill(pbx: SimulatedPbx, *names: str) -> None:
    for index, name in enumerate(names, start=1):
        pbx.add(place(SCENARIOS[name], NOW - index * 10 * MINUTE))


def rows(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    value: list[dict[str, Any]] = answer.json()["value"]
    return value


def test_outbound_calls_are_one_row_each(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "outbound_connected", "rang_out", "outbound_not_connected", "outbound_then_transferred_inside")
    found = rows(xapi, trunk_calls_path("outbound", NOW - DAY, NOW))
    assert [(one["DestinationCalleeId"], one["SourceDn"], one["Status"], one["Answered"]) for one in found] == [
        ("+61870101401", "101", "Answered", True),
        ("+61870101402", "102", "Unanswered", False),
        ("+61870101403", "101", "Answered", True),
    ]
    known = {row["MainCallHistoryId"] for row in rows(xapi, call_log_path(NOW - DAY, NOW))}
    assert {one["CallHistoryId"] for one in found} <= known
    for calls_type, answered in ((1, [True, True]), (2, [False])):
        kept = rows(xapi, trunk_calls_path("outbound", NOW - DAY, NOW, calls_type=calls_type))
        assert [one["Answered"] for one in kept] == answered


def test_a_trunk_that_is_not_there_gives_nothing(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "outbound_connected")
    path = trunk_calls_path("outbound", NOW - DAY, NOW)
    assert len(rows(xapi, path.replace("trunkDns=''", "trunkDns='10000'"))) == 1
    assert rows(xapi, path.replace("trunkDns=''", "trunkDns='10009'")) == []


def test_an_abandoned_wait_is_a_row_for_each_agent_tried(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "queue_abandoned", "queue_abandoned_while_agents_rang", "menu_queue_agent", "queue_overflow_to_voicemail")
    alone, first, second = rows(xapi, abandoned_path(NOW - DAY, NOW))
    assert (alone["QueueDn"], alone["QueueDisplayName"], alone["WaitTime"]) == ("801", "Sales", "PT34.2S")
    assert "ExtensionDn" not in alone
    assert [one["ExtensionDn"] for one in (first, second)] == ["101", "102"]
    assert first["CallHistoryId"] == second["CallHistoryId"] != alone["CallHistoryId"]
    assert ["CallTime" in one for one in (alone, first, second)] == [True, True, False]
    assert {one["CallTimeForCsv"] for one in (first, second)} == {first["CallTime"]}
    known = {row["MainCallHistoryId"] for row in rows(xapi, call_log_path(NOW - DAY, NOW))}
    assert {alone["CallHistoryId"], first["CallHistoryId"]} <= known


def test_a_wait_that_was_left_counts_although_somebody_had_answered(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "transferred_to_queue_that_was_abandoned")
    (found,) = rows(xapi, abandoned_path(NOW - DAY, NOW))
    assert (found["QueueDn"], found["WaitTime"]) == ("802", "PT50S")


@pytest.mark.parametrize(
    ("queues", "least", "count"),
    [("801", "0:00:0", 1), ("802", "0:00:0", 0), ("899", "0:00:0", 0), ("", "0:00:0", 0), ("801 802", "0:00:40", 0)],
)
def test_queues_and_the_least_wait(queues: str, least: str, count: int, pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "queue_abandoned")
    assert len(rows(xapi, abandoned_path(NOW - DAY, NOW, queues, least))) == count


def test_wrong_parameters_and_missing_rights(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    path = abandoned_path(NOW - DAY, NOW)
    assert xapi.get(path.replace(",waitInterval='0:00:0'", "")).status_code == 404
    assert xapi.get(path.replace("0:00:0'", "'")).status_code == 500
    pbx.rights.history = False
    assert [xapi.get(one).status_code for one in (path, trunk_calls_path("outbound", NOW - DAY, NOW))] == [403, 403]


def test_before_update_6_queue_reports_are_all_there_is(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx, "queue_abandoned")
    pbx.version, pbx.shape = "20.0.5.551", "xapi-u0"
    assert len(rows(xapi, abandoned_path(NOW - DAY, NOW))) == 1
    assert xapi.get(trunk_calls_path("outbound", NOW - DAY, NOW)).status_code == 404
