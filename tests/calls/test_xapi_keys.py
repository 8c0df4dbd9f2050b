"""Rows of builds before 20.0.6 and of v18: grouped by `CallId`, whose key holds the day the call began."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.calls.facts import PbxFacts
from trunkline.calls.legs import Parsed, parse
from trunkline.calls.xapi_keys import is_numbered

SINCE = dt.datetime(2026, 9, 16, tzinfo=dt.UTC)
UNTIL = dt.datetime(2026, 9, 17, tzinfo=dt.UTC)
FACTS = PbxFacts("p", "acme", "AU", "xapi20", zone="UTC")
Row = Callable[..., bytes]


def numbered(call: int, segment: int | None, start: str, **changes: Any) -> bytes:
    row = {"CallId": call, "SegmentId": segment, "StartTime": f"2026-09-{start}Z", "SourceDn": "10000", "Indent": 0}
    row |= {"SourceType": 1, "DestinationType": 0, "DestinationDn": "100", "TalkingDuration": "PT9S", "Answered": True}
    return json.dumps({key: value for key, value in (row | changes).items() if value is not None}).encode()


def keys(parsed: Parsed) -> list[tuple[str, str]]:
    return list(parsed.legs.select("call_id", "leg_id").iter_rows())


def test_rows_without_ids_are_grouped_by_their_number_and_day() -> None:
    rows = [numbered(7, 2, "16T03:00:05"), numbered(7, 1, "16T03:00:00"), numbered(8, 3, "16T03:00:00")]
    parsed = parse(rows, FACTS, SINCE, UNTIL)
    assert keys(parsed) == [
        ("p:20260916-7", "p:20260916-7-1"),
        ("p:20260916-7", "p:20260916-7-2"),
        ("p:20260916-8", "p:20260916-8-3"),
    ]
    assert parsed.row_shape == "xapi-u0"


def test_the_same_rows_from_v18_are_of_v18s_shape() -> None:
    facts = dataclasses.replace(FACTS, surface="xapi18")
    assert parse([numbered(7, 1, "16T03:00:00")], facts, SINCE, UNTIL).row_shape == "xapi-v18"


def test_a_call_over_midnight_has_one_key_whichever_window_is_read_first() -> None:
    evening, night = numbered(7, 1, "16T23:59:50"), numbered(7, 2, "17T00:00:10")
    first = parse([evening], FACTS, SINCE, UNTIL)
    second = parse([night], FACTS, UNTIL, UNTIL + dt.timedelta(days=1), earlier=[evening])
    assert [keys(first), keys(second)] == [
        [("p:20260916-7", "p:20260916-7-1")],
        [("p:20260916-7", "p:20260916-7-2")],
    ]
    assert (second.rows, second.duplicates, second.unreadable) == (1, 0, [])


def test_numbers_that_start_again_another_day_are_other_calls() -> None:
    early = parse([numbered(7, 1, "16T03:00:00")], FACTS, SINCE, UNTIL)
    late = parse([numbered(7, 1, "17T03:00:00")], FACTS, UNTIL, UNTIL + dt.timedelta(days=1))
    assert keys(early)[0] != keys(late)[0]


def test_a_segment_without_a_number_is_known_by_when_and_between_whom_it_was() -> None:
    rows = [numbered(7, None, "16T03:00:00"), numbered(7, None, "16T03:00:00", DestinationDn="101")]
    first, again = parse(rows, FACTS, SINCE, UNTIL), parse([*rows, *rows], FACTS, SINCE, UNTIL)
    assert len(first.legs) == 2
    assert (keys(again), again.duplicates) == (keys(first), 2)


@pytest.mark.parametrize("word", ["Direction", "CallType", "Status"])
def test_a_row_of_a_later_build_is_never_grouped_by_its_call_number(word: str) -> None:
    """From 20.0.6 on `CallId` is 1 on every row: grouping by it would make one call of a day."""
    parsed = parse([numbered(1, 1, "16T03:00:00", **{word: "Answered"})], FACTS, SINCE, UNTIL)
    assert parsed.legs.is_empty()
    assert parsed.unreadable[0].reason == "names no call: it has neither CdrId nor CallId"


def test_ids_of_zeros_identify_nothing() -> None:
    zero = "00000000-0000-0000-0000-000000000000"
    row = json.loads(numbered(7, 1, "16T03:00:00")) | {"CdrId": zero, "CallHistoryId": "", "MainCallHistoryId": zero}
    assert keys(parse([json.dumps(row).encode()], FACTS, SINCE, UNTIL)) == [("p:20260916-7", "p:20260916-7-1")]


def test_a_row_with_its_calls_id_but_none_of_its_own_is_kept(xapi_row: Row) -> None:
    parsed = parse([xapi_row(None, MainCallHistoryId="call-1")], FACTS, SINCE, UNTIL)
    assert parsed.legs["call_id"].to_list() == ["p:call-1"]
    assert parsed.legs["leg_id"].to_list()[0].startswith("p:call-1-h")


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("20260916-7", True),
        ("20260916-48211", True),
        ("00000000-01dd-43ab-25e4-c243000000c5", False),
        ("48211", False),
        ("h0123", False),
    ],
)
def test_numbered_keys_are_told_from_others(key: str, is_one: bool) -> None:
    assert is_numbered(key) == is_one
