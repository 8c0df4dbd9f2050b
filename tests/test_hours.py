from __future__ import annotations

import datetime as dt

import pytest

from trunkline.hours import OpenSpan, Within, public_holidays, timetable, weekdays, within


def test_a_timetable_in_order() -> None:
    assert timetable({"sat": "09:00-12:00", "mon-tue": "13:00-17:30, 08:30-12:00"}) == (
        OpenSpan(1, 510, 720),
        OpenSpan(1, 780, 1050),
        OpenSpan(2, 510, 720),
        OpenSpan(2, 780, 1050),
        OpenSpan(6, 540, 720),
    )


def test_a_day_may_last_until_midnight() -> None:
    assert timetable({"sun": "00:00-24:00"}) == (OpenSpan(7, 0, 1440),)


@pytest.mark.parametrize("text", ["8:30-17:30", "08:30", "", "08:30–17:30", "nine to five"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        timetable({"mon": text})


@pytest.mark.parametrize("text", ["22:00-02:00", "08:30-08:30", "08:60-09:00", "08:30-25:00"])
def test_a_span_lies_within_one_day(text: str) -> None:
    with pytest.raises(ValueError, match="within one day"):
        timetable({"mon": text})


def test_spans_of_weekdays() -> None:
    assert [list(weekdays(key)) for key in ("wed", "mon-fri", "sun-sun")] == [[3], [1, 2, 3, 4, 5], [7]]


@pytest.mark.parametrize("key", ["monday", "mon-", "mon-frii", "Mon", "", "mon-wed-fri"])
def test_what_is_no_weekday(key: str) -> None:
    with pytest.raises(ValueError, match="no weekday"):
        weekdays(key)


def test_weekdays_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        weekdays("fri-mon")


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("1 business day", 1, "business day"), ("30 minutes", 30, "minute"), ("4 hours", 4, "hour"), ("2 days", 2, "day")],
)
def test_how_soon_to_call_back(text: str, amount: int, unit: str) -> None:
    assert within(text) == Within(amount, unit)


@pytest.mark.parametrize("text", ["soon", "0 days", "1.5 hours", "-1 day", "1 week"])
def test_a_callback_time_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="is no span"):
        within(text)


def test_holidays_of_a_state() -> None:
    found = public_holidays("AU-SA", range(2026, 2027))
    assert found[dt.date(2026, 12, 25)].startswith("Christmas Day")
    assert dt.date(2026, 3, 9) in found  # Adelaide Cup: in South Australia alone
    assert dt.date(2026, 3, 9) not in public_holidays("AU-NSW", range(2026, 2027))


def test_holidays_that_are_listed() -> None:
    days = (dt.date(2026, 12, 24), dt.date(2030, 1, 2))
    assert public_holidays(days, range(2026, 2028)) == {dt.date(2026, 12, 24): "holiday"}


@pytest.mark.parametrize("code", ["Atlantis", "AU-XX", "XX"])
def test_an_unknown_code_of_holidays(code: str) -> None:
    with pytest.raises(ValueError, match="no code of the holidays library"):
        public_holidays(code, range(2026, 2027))
