"""A v20 PBX that came to Update 6: two logs, and the boundary between them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx

from trunkline.simulator.pbx.by_hand import call_log_path, trunk_calls_path
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall, place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
UPGRADED_AT = NOW - 60 * MINUTE


def rows(client: httpx.Client, *, old: bool) -> list[dict[str, Any]]:
    answer = client.get(call_log_path(NOW - DAY, NOW, old=old))
    assert answer.status_code == 200, answer.text
    value: list[dict[str, Any]] = answer.json()["value"]
    return value


def fill(pbx: SimulatedPbx) -> list[PlacedCall]:
    """Long before the upgrade, just before, at that moment, and after."""
    starts = (UPGRADED_AT - 90 * MINUTE, UPGRADED_AT - 5 * MINUTE, UPGRADED_AT, UPGRADED_AT + 5 * MINUTE)
    return pbx.add(*(place(SCENARIOS["answered_direct"], start) for start in starts))


def new_and_old(client: httpx.Client) -> tuple[list[str], list[int]]:
    new, old = rows(client, old=False), rows(client, old=True)
    assert not any("CdrId" in row for row in old)
    return [row["MainCallHistoryId"] for row in new], [row["CallId"] for row in old]


def test_without_an_upgrade_the_old_log_is_empty(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx)
    assert [len(rows(xapi, old=old)) for old in (False, True)] == [4, 0]


def test_each_call_is_in_the_log_of_its_time(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    long_before, before, at, after = fill(pbx)
    pbx.upgraded_at = UPGRADED_AT
    assert new_and_old(xapi) == ([after.main_id, at.main_id], [before.number, long_before.number])
    told = xapi.get(trunk_calls_path("inbound", NOW - DAY, NOW)).json()["value"]
    assert [one["CallHistoryId"] for one in told] == [after.main_id, at.main_id]


def test_calls_that_were_taken_over_are_in_both(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    long_before, before, at, after = fill(pbx)
    pbx.upgraded_at, pbx.old_log_overlap = UPGRADED_AT, 30 * MINUTE
    assert new_and_old(xapi) == ([after.main_id, at.main_id, before.main_id], [before.number, long_before.number])


def test_a_call_goes_by_its_own_start_not_by_that_of_its_legs(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    (call,) = pbx.add(place(SCENARIOS["blind_transfer"], UPGRADED_AT - dt.timedelta(seconds=30)))
    pbx.upgraded_at = UPGRADED_AT
    assert new_and_old(xapi) == ([], [call.number, call.number])


def test_the_old_log_keeps_the_rules_of_the_new(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx)
    pbx.upgraded_at = NOW
    everything = rows(xapi, old=True)
    path = call_log_path(NOW - DAY, NOW, old=True)
    assert xapi.get(path, params={"$top": 2, "$skip": 1}).json()["value"] == everything[1:3]
    assert xapi.get(path.replace("sourceType=0,", "")).status_code == 404
    assert xapi.get(path, params={"$top": 5000}).status_code == 400
    pbx.rights.history = False
    assert xapi.get(path).status_code == 403


def test_the_newest_row_is_of_the_new_log(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    fill(pbx)
    probe = "/xapi/v1/LastCdrAndChatMessageTimestamp"
    assert "LastCdrStartedAt" in xapi.get(probe).json()["value"][0]
    pbx.upgraded_at = NOW
    assert xapi.get(probe).json()["value"] == [{}]
