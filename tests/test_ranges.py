from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.ranges import Span, Unsatisfiable, asked_for


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-", 0, 100),
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=90-5000", 90, 100),
        ("bytes=99-", 99, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-5000", 0, 100),
        ("Bytes= 1-2 ", 1, 3),
    ],
)
def test_a_part(header: str, start: int, stop: int) -> None:
    assert asked_for(header, 100) == Span(start, stop, 100)


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=+1-"],
)
def test_what_is_ignored(header: str | None) -> None:
    assert asked_for(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0)],
)
def test_what_lies_behind_the_end(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        asked_for(header, size)


def test_what_the_answer_says() -> None:
    assert Span(10, 20, 100).content_range == "bytes 10-19/100"
    assert Span(10, 20, 100).length == 10


@given(st.text() | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.integers(0, 10**12))
def test_a_span_always_lies_within_the_file(header: str, size: int) -> None:
    try:
        found = asked_for(header, size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.stop <= size
