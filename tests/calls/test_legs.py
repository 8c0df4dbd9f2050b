from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trunkline.calls.facts import PbxFacts
from trunkline.calls.legs import Parsed, parse
from trunkline.errors import BadAnswer

Row = Callable[..., bytes]
Read = Callable[..., Parsed]
SINCE = dt.datetime(2026, 9, 16, tzinfo=dt.UTC)

NO_IDS = {"CdrId": None, "CallHistoryId": None, "MainCallHistoryId": None}


def test_a_row_is_one_leg_with_all_it_says(xapi_row: Row, read: Read) -> None:
    leg = read(xapi_row()).legs.row(0, named=True)
    assert leg["leg_id"] == "p:leg-1"
    assert leg["call_id"] == "p:call-1"
    assert leg["started_at"] == dt.datetime(2026, 9, 16, 3, 0, 0, 123_456, tzinfo=dt.UTC)
    assert (leg["source_kind"], leg["source_number"], leg["source_name"]) == ("external", "+61412345678", "Jo Caller")
    assert (leg["destination_kind"], leg["destination_dn"], leg["destination_number"]) == ("extension", "100", None)
    assert (leg["ring_seconds"], leg["talk_seconds"], leg["duration_seconds"]) == (5.0, 60.0, 65.0)
    assert (leg["answered"], leg["human"], leg["spoke"]) == (True, True, True)
    assert (leg["surface"], leg["row_shape"], leg["account_id"]) == ("xapi20", "xapi-u6", "acme")


def test_the_shape_is_the_newest_that_a_row_shows(xapi_row: Row, read: Read) -> None:
    assert read().row_shape is None
    assert read(xapi_row("a"), xapi_row("b", Recordings=[])).row_shape == "xapi-u10"


@pytest.mark.parametrize(("main", "history", "key"), [("m", "h", "p:m"), (None, "h", "p:h"), (None, None, "p:leg-1")])
def test_a_call_is_known_by_its_main_history_then_its_history_then_its_leg(
    xapi_row: Row, read: Read, main: str | None, history: str | None, key: str
) -> None:
    assert read(xapi_row(MainCallHistoryId=main, CallHistoryId=history)).legs["call_id"].to_list() == [key]


def test_the_same_row_twice_is_one_leg_and_a_duplicate(xapi_row: Row, read: Read) -> None:
    parsed = read(xapi_row(), xapi_row(), xapi_row("leg-2"))
    assert (parsed.rows, len(parsed.legs), parsed.duplicates) == (3, 2, 1)


def test_a_row_outside_the_window_is_set_aside_and_counted(xapi_row: Row, read: Read) -> None:
    stray = xapi_row("leg-2", MainCallHistoryId="other", StartTime="2026-09-14T03:00:00Z")
    parsed = read(xapi_row(), stray)
    assert parsed.legs["leg_id"].to_list() == ["p:leg-1"]
    assert [(one.row, one.reason) for one in parsed.unreadable] == [
        (stray, "starts outside the window that was asked for")
    ]
    assert parsed.outside == 1


def test_a_later_leg_of_a_call_that_began_inside_is_inside(xapi_row: Row, read: Read) -> None:
    parsed = read(
        xapi_row("leg-1", StartTime="2026-09-16T23:59:59Z"), xapi_row("leg-2", StartTime="2026-09-17T00:00:20Z")
    )
    assert (len(parsed.legs), parsed.outside) == (2, 0)


def test_rows_of_another_day_only_are_a_bad_answer(xapi_row: Row, read: Read) -> None:
    with pytest.raises(BadAnswer, match="asked for 2026-09-16 00:00–2026-09-17 00:00 UTC and got rows of 2026-09-14"):
        read(xapi_row(StartTime="2026-09-14T03:00:00Z"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [(NO_IDS, "names no call"), ({"StartTime": "soon"}, "no start time"), ({"StartTime": None}, "no start time")],
)
def test_a_row_without_id_or_start_is_quarantined_with_its_reason(
    xapi_row: Row, read: Read, changes: dict[str, object], reason: str
) -> None:
    parsed = read(xapi_row("good"), xapi_row("bad", **changes))
    assert parsed.legs["leg_id"].to_list() == ["p:good"]
    assert reason in parsed.unreadable[0].reason


@pytest.mark.parametrize(
    ("changes", "spoke"),
    [
        ({}, True),
        ({"Status": "Unanswered", "TalkingDuration": "PT0S", "Answered": False}, False),
        ({"Status": "Redirected"}, True),
        ({"Status": None}, True),
        ({"Status": "Beantwortet"}, True),
        ({"Status": "Waiting"}, False),
        ({"Status": None, "TalkingDuration": "PT0S"}, False),
        ({"DestinationType": 4}, False),
        ({"DestinationType": 5}, False),
        ({"DestinationType": 6}, False),
        ({"DestinationType": 1}, True),
    ],
)
def test_somebody_spoke_only_at_a_persons_phone(
    xapi_row: Row, read: Read, changes: dict[str, object], spoke: bool
) -> None:
    assert read(xapi_row(**changes)).legs["spoke"].to_list() == [spoke]


@pytest.mark.parametrize(
    ("number", "kind", "word", "known_as"),
    [
        (0, "", None, "extension"),
        (6, "", None, "ivr"),
        (6, "800", "Digital Receptionist", "queue"),
        (99, "810", "Digital Receptionist", "ivr"),
        (None, "800", None, "queue"),
        (5, "101", None, "voicemail"),
        (1, "101", None, "extension"),
        (None, "555", None, "unknown"),
        (99, "555", "Gyldig", "unknown"),
    ],
)
def test_the_kind_is_told_by_the_directory_then_the_type_then_the_word(
    xapi_row: Row, number: int | None, kind: str, word: str | None, known_as: str
) -> None:
    facts = PbxFacts("p", "acme", "AU", "xapi20", directory={"800": "queue", "101": "extension"})
    row = xapi_row(DestinationType=number, DestinationDn=kind, CallType=word)
    parsed = parse([row], facts, SINCE, SINCE + dt.timedelta(days=1))
    assert parsed.legs["destination_kind"].to_list() == [known_as]


def test_all_recordings_that_a_row_names_are_kept_once(xapi_row: Row, read: Read) -> None:
    row = xapi_row(SrcRecId=7, DstRecId=0, Recordings=[{"Id": 9}, {"Id": 7}, {"Id": 0}])
    assert read(row).legs["recording_ids"].to_list() == [["7", "9"]]


MIXTURE = st.lists(
    st.sampled_from(["first", "second", "outside", "no id", "no time", "text", "broken", "wrong type"]), max_size=20
)


@given(MIXTURE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_disappears_whatever_comes(xapi_row: Row, read: Read, mixture: list[str]) -> None:
    rows = {
        "first": xapi_row("first"),
        "second": xapi_row("second"),
        "outside": xapi_row("outside", MainCallHistoryId="o", StartTime="2026-09-10T00:00:00Z"),
        "no id": xapi_row("x", **NO_IDS),
        "no time": xapi_row("x", StartTime=None),
        "text": b'"text"',
        "broken": b'{"CdrId":',
        "wrong type": xapi_row("y", SourceType=json.loads('"one"')),
    }
    readable_inside = {"first", "second"} & set(mixture)
    if "outside" in mixture and not readable_inside:
        with pytest.raises(BadAnswer):
            read(*(rows[kind] for kind in mixture))
        return
    parsed = read(*(rows[kind] for kind in mixture))
    assert parsed.rows == len(mixture) == len(parsed.legs) + parsed.duplicates + len(parsed.unreadable)
    assert len(parsed.legs) == len(readable_inside)
    assert parsed.outside == mixture.count("outside")
