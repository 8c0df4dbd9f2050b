import datetime as dt

import pytest

from trunkline.errors import SpanError
from trunkline.periods import parse
from trunkline.reports import titles

ADELAIDE = "Australia/Adelaide"
MONDAY_MORNING = dt.datetime(2026, 11, 15, 20, 30, tzinfo=dt.UTC)  # Monday 16 Nov, 07:00 in Adelaide


@pytest.mark.parametrize(
    ("text", "label", "title", "first", "end"),
    [
        ("day", "2026-11-15", "Sun 15 Nov 2026", "2026-11-15", "2026-11-16"),
        ("week", "2026-W46", "Week of 9–15 Nov 2026", "2026-11-09", "2026-11-16"),
        ("month", "2026-10", "October 2026", "2026-10-01", "2026-11-01"),
        ("2026-W01", "2026-W01", "Week of 29 Dec 2025 – 4 Jan 2026", "2025-12-29", "2026-01-05"),
        ("2026-W53", "2026-W53", "Week of 28 Dec 2026 – 3 Jan 2027", "2026-12-28", "2027-01-04"),
        ("2026-12", "2026-12", "December 2026", "2026-12-01", "2027-01-01"),
        ("2026-11-01..2026-11-08", "2026-11-01..2026-11-08", "1–7 Nov 2026", "2026-11-01", "2026-11-08"),
        ("2026-10-30..2026-11-02", "2026-10-30..2026-11-02", "30 Oct – 1 Nov 2026", "2026-10-30", "2026-11-02"),
        ("2026-11-03", "2026-11-03", "Tue 3 Nov 2026", "2026-11-03", "2026-11-04"),
    ],
)
def test_names_and_days(text: str, label: str, title: str, first: str, end: str) -> None:
    period = parse(text, ADELAIDE, MONDAY_MORNING)
    assert (period.label, titles.title(period)) == (label, title)
    assert (str(period.first), str(period.end)) == (first, end)


def test_the_last_completed_week_depends_on_the_readers_zone() -> None:
    assert parse("week", ADELAIDE, MONDAY_MORNING).label == "2026-W46"
    assert parse("week", "America/Los_Angeles", MONDAY_MORNING).label == "2026-W45"


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2026-10-04", 23), ("2026-W40", 167), ("2026-04-05", 25), ("2026-W14", 169), ("2026-W46", 168)],
)
def test_days_with_a_change_of_clocks_are_as_long_as_they_were(text: str, hours: int) -> None:
    period = parse(text, ADELAIDE, MONDAY_MORNING)
    assert period.until - period.since == dt.timedelta(hours=hours)
    assert period.since.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-03", "2026-02"),
        ("2026-01", "2025-12"),
        ("2026-W01", "2025-W52"),
        ("2026-11-01..2026-11-08", "2026-10-25..2026-11-01"),
        ("2026-03-01", "2026-02-28"),
    ],
)
def test_the_period_before(text: str, before: str) -> None:
    assert parse(text, ADELAIDE, MONDAY_MORNING).previous().label == before


def test_the_same_days_in_another_zone() -> None:
    period = parse("2026-W46", ADELAIDE, MONDAY_MORNING)
    assert period.in_zone("Europe/Berlin").since == dt.datetime(2026, 11, 8, 23, tzinfo=dt.UTC)
    assert period.in_zone("Europe/Berlin").days == period.days


@pytest.mark.parametrize(
    "text",
    ["", "fortnight", "2026-W54", "2026-13", "2026-02-30", "2026-11-08..2026-11-01", "2026-11-01..2026-11-01", "26-1"],
)
def test_what_is_no_period_is_refused_with_the_step_that_mends_it(text: str) -> None:
    with pytest.raises(SpanError, match="write day, week"):
        parse(text, ADELAIDE, MONDAY_MORNING)
