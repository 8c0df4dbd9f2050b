from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.versions import Version

PARTS = st.tuples(*[st.integers(0, 3000)] * 4)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("18.0.0.10", "18.0.0.11"),
        ("20.0.9.995", "20.0.10.1621"),
        ("20.0.9", "20.0.10"),
        ("18.0.9.23", "20.0.0.0"),
        ("18.0.8.939", "18.0.9.20"),
        ("20", "20.0.0.1"),
    ],
)
def test_versions_are_compared_as_numbers(older: str, newer: str) -> None:
    assert Version.parse(older) < Version.parse(newer)
    assert Version.parse(newer) >= Version.parse(older)


@given(PARTS, PARTS)
def test_the_order_is_that_of_the_numbers_part_by_part(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    texts = (".".join(map(str, parts)) for parts in (left, right))
    one, other = map(Version.parse, texts)
    assert (one < other, one == other, one > other) == (left < right, left == right, left > right)


@pytest.mark.parametrize(
    ("text", "dotted"),
    [
        ("18.0 Update 6 (Build 908)", "18.0.6.908"),
        ("18 update 3 (build 461)", "18.0.3.461"),
        ("V18.0 Update 9", "18.0.9.0"),
        (" 20.0.8.1109 ", "20.0.8.1109"),
        ("20.0.10", "20.0.10.0"),
    ],
)
def test_the_forms_people_write(text: str, dotted: str) -> None:
    assert str(Version.parse(text)) == dotted


def test_missing_parts_count_as_zero() -> None:
    assert Version.parse("20") == Version.parse("20.0.0.0")
    assert hash(Version.parse("20")) == hash(Version.parse("20.0.0.0"))


def test_the_major_version() -> None:
    assert Version.parse("18.0.9.23").major == 18


@pytest.mark.parametrize("text", ["", "unknown", "twenty", "20.x", "20.0.8.1109.5", "v"])
def test_an_unknown_version_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="no 3CX version"):
        Version.parse(text)
