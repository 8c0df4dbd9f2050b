from __future__ import annotations

import datetime as dt

import pytest

from trunkline.errors import SpanError
from trunkline.moments import moment


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-11-08", "Australia/Adelaide", utc(2026, 11, 7, 13, 30)),
        ("2026-06-08", "Australia/Adelaide", utc(2026, 6, 7, 14, 30)),
        ("2026-10-04", "Australia/Adelaide", utc(2026, 10, 3, 14, 30)),  # the day that loses an hour
        ("2026-10-05", "Australia/Adelaide", utc(2026, 10, 4, 13, 30)),
        ("2026-11-08", "America/New_York", utc(2026, 11, 8, 5, 0)),
        ("2026-11-08T09:00+10:30", "UTC", utc(2026, 11, 7, 22, 30)),
        ("2026-11-08T09:00:30Z", "Europe/Berlin", utc(2026, 11, 8, 9, 0, 30)),
    ],
)
def test_dates_are_midnights_and_times_have_offsets(text: str, zone: str, at: dt.datetime) -> None:
    assert moment(text, zone) == at


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", "08/11/2026", "", "2026-11-08T25:00Z"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SpanError, match="is no time — write a date such as 2026-11-08"):
        moment(text, "UTC")


def test_a_time_without_an_offset_is_ambiguous() -> None:
    with pytest.raises(SpanError, match="2026-11-08T09:00Z for UTC"):
        moment("2026-11-08T09:00", "Australia/Adelaide")
