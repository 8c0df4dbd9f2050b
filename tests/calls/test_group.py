from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from trunkline.calls.columns import CALLS, LEGS
from trunkline.calls.group import to_calls

Legs = Callable[..., pl.DataFrame]
START = dt.datetime(2026, 9, 16, tzinfo=dt.UTC)


def test_many_legs_are_one_call(legs: Legs) -> None:
    calls, ordered = to_calls(legs(("ivr", 0, 0, 20), ("queue", 20, 0, 40), ("extension", 60, 8, 100)))
    call = calls.row(0, named=True)
    assert (len(calls), call["leg_count"], ordered["seq"].to_list()) == (1, 3, [1, 2, 3])
    assert (call["started_at"], call["ended_at"]) == (START, START + dt.timedelta(seconds=168))
    assert (call["direction"], call["outcome"], call["miss_reason"]) == ("inbound", "answered", None)
    assert (call["wait_seconds"], call["talk_seconds"]) == (68.0, 100.0)
    assert (call["first_destination"], call["first_destination_kind"]) == ("ivr-0", "ivr")
    assert (call["answered_by"], call["answered_by_kind"], call["queue"]) == ("extension-2", "extension", "queue-1")
    assert (call["external_number"], call["external_raw"]) == ("+61412345678", "0412345678")
    assert (call["confidence"], call["row_shape"]) == ("exact", "xapi-u6")


def test_the_order_in_which_legs_come_makes_no_difference(legs: Legs) -> None:
    frame = legs(("ivr", 0, 0, 20), ("queue", 20, 0, 40), ("extension", 60, 8, 100))
    for one, other in zip(to_calls(frame), to_calls(frame.reverse()), strict=True):
        assert one.equals(other)


def test_legs_that_start_together_go_by_their_id(legs: Legs) -> None:
    frame = legs(("queue", 0, 0, 9), ("extension", 0, 9, 0)).reverse()
    assert to_calls(frame)[1].select("seq", "leg_id").rows() == [(1, "p:0"), (2, "p:1")]


@pytest.mark.parametrize(
    ("source", "kind", "talk", "direction", "outcome"),
    [
        ("extension", "external", 30, "outbound", "connected"),
        ("extension", "external", 0, "outbound", "not_connected"),
        ("extension", "extension", 30, "internal", "internal"),
        ("extension", "extension", 0, "internal", "internal"),
        ("external", "external", 30, "inbound", "answered"),
    ],
)
def test_direction_and_outcome(legs: Legs, source: str, kind: str, talk: int, direction: str, outcome: str) -> None:
    call = to_calls(legs((kind, 0, 5, talk, {"source_kind": source})))[0].row(0, named=True)
    assert (call["direction"], call["outcome"], call["miss_reason"]) == (direction, outcome, None)


def test_a_call_that_came_in_stays_inbound_when_it_is_passed_outside(legs: Legs) -> None:
    call = to_calls(legs(("extension", 0, 5, 20), ("external", 30, 5, 60)))[0].row(0, named=True)
    assert (call["direction"], call["external_number"]) == ("inbound", "+61412345678")


def test_the_outside_party_of_an_outbound_call_is_who_was_dialled(legs: Legs) -> None:
    dialled = {
        "source_kind": "extension",
        "destination_number": "+61870101101",
        "destination_raw": "0870101101",
        "destination_name": "Bay",
    }
    call = to_calls(legs(("external", 0, 5, 20, dialled)))[0].row(0, named=True)
    assert (call["external_number"], call["external_raw"], call["external_name"]) == (
        "+61870101101",
        "0870101101",
        "Bay",
    )


def test_a_missed_caller_waited_until_the_end(legs: Legs) -> None:
    call = to_calls(legs(("ivr", 0, 0, 20), ("extension", 20, 15, 0)))[0].row(0, named=True)
    assert (call["wait_seconds"], call["talk_seconds"], call["answered_by"]) == (35.0, 0.0, None)


def test_scripts_and_system_legs_are_nowhere_that_a_caller_meant_to_reach(legs: Legs) -> None:
    call = to_calls(legs(("script", 0, 0, 2), ("extension", 2, 5, 10)))[0].row(0, named=True)
    assert (call["first_destination"], call["first_destination_kind"]) == ("extension-1", "extension")


def test_the_did_is_the_first_that_any_leg_knows(legs: Legs) -> None:
    frame = legs(("ivr", 0, 0, 2), ("extension", 2, 5, 10, {"did": "+61870000001"}))
    assert to_calls(frame)[0]["did"].item() == "+61870000001"


def test_no_legs_are_no_calls_with_all_columns(legs: Legs) -> None:
    calls, ordered = to_calls(legs(("ivr", 0, 0, 2)).head(0))
    assert (len(calls), calls.columns, ordered.columns) == (0, list(CALLS), list(LEGS))
