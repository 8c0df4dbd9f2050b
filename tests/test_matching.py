from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from trunkline.matching import match, same_party
from trunkline.models import ListedRecording

START = dt.datetime(2026, 9, 14, 10, 0, tzinfo=dt.UTC)
SCHEMA = {
    "call_id": pl.String,
    "started_at": pl.Datetime("us", "UTC"),
    "duration_seconds": pl.Float64,
    "source_kind": pl.String,
    "source_dn": pl.String,
    "source_raw": pl.String,
    "destination_dn": pl.String,
    "destination_raw": pl.String,
}
CALLER, ANNA = "+61412345678", "Anna Agnew (101)"


def leg(
    call_id: str = "a", after: float = 0, *, caller: str | None = CALLER, to: str = "101", length: float | None = 60
) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "started_at": START + dt.timedelta(seconds=after),
        "duration_seconds": length,
        "source_kind": "external",
        "source_dn": None,
        "source_raw": caller,
        "destination_dn": to,
        "destination_raw": to,
    }


def recording(after: float = 5, source: str = CALLER, destination: str = ANNA) -> ListedRecording:
    return ListedRecording("1", START + dt.timedelta(seconds=after), source=source, destination=destination)


def call_of(one: ListedRecording, *legs: dict[str, Any]) -> str | None:
    return match([one], pl.DataFrame(legs, schema=SCHEMA))[0].call_id


def test_a_recording_belongs_to_the_call_that_was_going_on() -> None:
    assert call_of(recording(), leg("a"), leg("b", after=3600)) == "a"


def test_the_nearest_start_wins() -> None:
    assert call_of(recording(50), leg("a", after=-30, length=600), leg("b", after=40)) == "b"


def test_a_recording_after_the_end_of_the_call_is_not_its_own() -> None:
    assert call_of(recording(64.9), leg("a")) == "a"
    assert call_of(recording(65.1), leg("a")) is None


def test_a_recording_before_the_call_is_not_its_own() -> None:
    assert call_of(recording(-5), leg("a")) == "a"
    assert call_of(recording(-5.1), leg("a")) is None


def test_another_callers_call_is_not_taken() -> None:
    assert call_of(recording(), leg("a", caller="+61499999999")) is None


def test_who_shares_both_ends_goes_before_who_is_nearer() -> None:
    assert call_of(recording(5), leg("a", after=5, to="102"), leg("b", after=0, to="101")) == "b"


def test_a_queue_may_stand_where_the_agent_was_recorded() -> None:
    assert call_of(recording(), leg("a", to="801")) == "a"


def test_a_transfer_turns_the_ends_round() -> None:
    assert call_of(recording(source=ANNA, destination=f"Jo ({CALLER})"), leg("a")) == "a"


def test_withheld_callers_match_one_another_only() -> None:
    anonymous = recording(source="Anonymous")
    assert call_of(anonymous, leg("a", caller="anonymous")) == "a"
    assert call_of(anonymous, leg("a")) is None


def test_nothing_is_matched_to_nothing() -> None:
    assert match([], pl.DataFrame(schema=SCHEMA)) == []
    assert call_of(recording()) is None


@pytest.mark.parametrize(
    ("shown", "number", "same"),
    [
        ("Anna Agnew (101)", "101", True),
        ("Anna Agnew (101)", "Ext.101", True),
        ("101 Anna", "101", True),
        ("+61412345678", "0412345678", True),
        ("0061412345678", "+61412345678", True),
        ("Jo (+61412345678)", "+61412345679", False),
        ("Anna Agnew (101)", "1101", False),
        ("", None, True),
        ("", "101", False),
        ("101", None, False),
    ],
)
def test_the_same_party_in_two_spellings(shown: str, number: str | None, same: bool) -> None:
    assert same_party(shown, number) is same
