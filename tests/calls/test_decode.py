from __future__ import annotations

import json

import pytest

from trunkline.calls.decode import decode
from trunkline.calls.shapes import ConsoleRow, XapiRow

GOOD = b'{"CdrId":"a","SourceType":1,"Answered":true,"Unknown":{"deep":[1]}}'


def test_rows_become_a_typed_frame_with_their_positions() -> None:
    frame, unreadable = decode([GOOD, b'{"CdrId":"b"}'], XapiRow)
    assert frame.select("CdrId", "SourceType", "Answered", "position").rows() == [
        ("a", 1, True, 0),
        ("b", None, None, 1),
    ]
    assert unreadable == []


def test_no_rows_are_an_empty_frame_of_the_same_columns() -> None:
    assert set(decode([], XapiRow)[0].columns) == set(decode([GOOD], XapiRow)[0].columns)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"CdrId":"x","SourceType":"one"}',
        b'{"CdrId":"x","Answered":"maybe"}',
        b'{"CdrId":"x","SrcRecId":99999999999999999999}',
        b'{"CdrId":"x","Recordings":[7]}',
        b'{"CdrId":"x"',
        b'"a string"',
        b"null",
        b"7",
        b"[]",
        b"[1,2]",
        b"",
        b"\xff\xfe",
        b'{"CdrId":"\xff"}',
    ],
)
def test_a_bad_row_costs_only_itself(bad: bytes) -> None:
    frame, unreadable = decode([GOOD, bad, b'{"CdrId":"c"}'], XapiRow)
    assert frame.select("CdrId", "position").rows() == [("a", 0), ("c", 2)]
    assert [one.row for one in unreadable] == [bad]
    assert unreadable[0].reason


def test_a_row_printed_over_several_lines_is_a_row() -> None:
    pretty = json.dumps({"CdrId": "a", "SourceDisplayName": "Zoë"}, indent=2).replace("\n", "\r\n").encode()
    frame, unreadable = decode([pretty, GOOD], XapiRow)
    assert frame.select("CdrId", "SourceDisplayName").rows() == [("a", "Zoë"), ("a", None)]
    assert unreadable == []


def test_a_broken_row_over_several_lines_costs_only_itself() -> None:
    frame, unreadable = decode([b'{\n"CdrId":', GOOD], XapiRow)
    assert (frame["CdrId"].to_list(), [one.row for one in unreadable]) == (["a"], [b'{\n"CdrId":'])


def test_recordings_of_a_row_are_kept_beside_a_bad_row() -> None:
    named = b'{"CdrId":"a","Recordings":[{"Id":5,"Summary":"s"}]}'
    frame, unreadable = decode([named, b"7"], XapiRow)
    assert frame["Recordings"].to_list() == [[{"Id": 5, "Transcription": None, "Summary": "s", "SentimentScore": None}]]
    assert len(unreadable) == 1


def test_console_rows_have_their_own_columns() -> None:
    frame, _ = decode([b'{"Id":3,"CallerId":"x","Answered":false}'], ConsoleRow)
    assert frame.select("Id", "CallerId", "Answered").rows() == [(3, "x", False)]
