from __future__ import annotations

import json
from typing import Any

import pytest

from trunkline.adapters.pbx.xapi_departments import departments
from trunkline.hours import OpenSpan
from trunkline.models import Department, DepartmentHoliday
from trunkline.simulator.pbx.directory import Department as Office

NINE_TO_FIVE = {"DayOfWeek": "Monday", "Start": "09:00:00", "Stop": "17:00:00"}


def period(day: str, start: str, stop: str) -> dict[str, str]:
    return {"DayOfWeek": day, "Start": start, "Stop": stop}


def parsed(**group: Any) -> Department:
    (found,) = departments([json.dumps({"Id": 28, "Name": "DEFAULT", **group}).encode()])
    return found


def spans(*periods: Any, kind: str | None = "SpecificHoursExcludingHolidays") -> list[tuple[int, int, int]]:
    found = parsed(Hours={"Type": kind, "Periods": list(periods)})
    return [(span.weekday, span.opens_minute, span.closes_minute) for span in found.spans]


def holiday(**changes: Any) -> tuple[DepartmentHoliday, ...] | None:
    """A whole day in the form in which live PBXs keep it: Christmas Day of every year."""
    one = {"Id": 1, "Name": "Xmas", "Day": 25, "Month": 12, "DayEnd": 25, "MonthEnd": 12, "Year": 0, "YearEnd": 0}
    times = {"TimeOfStartDate": "PT0S", "TimeOfEndDate": "PT23H59M", "IsRecurrent": True}
    return parsed(OfficeHolidays=[{**one, **times, **changes}]).holidays


def days(found: tuple[DepartmentHoliday, ...] | None) -> list[tuple[int, int, int, int, int | None]]:
    return [(one.month, one.day, one.month_end, one.day_end, one.year) for one in found or ()]


def test_a_department_as_the_pbx_tells_it() -> None:
    found = parsed(
        IsDefault=True,
        Hours={"Type": "SpecificHoursExcludingHolidays", "IgnoreHolidays": False, "Periods": [NINE_TO_FIVE]},
        OfficeHolidays=[{"Name": "Show day", "Day": 10, "Month": 11, "Year": 2026, "IsRecurrent": False}],
    )
    shows = (DepartmentHoliday("Show day", 11, 10, 11, 10, 2026),)
    assert found == Department("DEFAULT", True, (OpenSpan(1, 540, 1020),), shows)


@pytest.mark.parametrize(
    "group", [{}, {"Hours": None}, {"Hours": {}}, {"Hours": {"Type": "OfficeHours"}}, {"Hours": 7}]
)
def test_a_department_without_hours(group: dict[str, Any]) -> None:
    assert parsed(**group) == Department("DEFAULT", False, (), None)


@pytest.mark.parametrize(
    ("kind", "is_known"),
    [
        ("OfficeHours", True),
        ("SpecificHours", True),
        ("SpecificHoursExcludingHolidays", True),
        ("AllHours", False),
        ("OutOfOfficeHours", False),
        ("OutOfSpecificHours", False),
        ("OutOfSpecificHoursIncludingHolidays", False),
        ("Never", False),
        ("BreakTime", False),
        ("SomethingNew", False),
        (None, False),
    ],
)
def test_only_a_timetable_of_presence_counts(kind: str | None, is_known: bool) -> None:
    assert bool(spans(NINE_TO_FIVE, kind=kind)) is is_known


def test_several_periods_a_day_in_order() -> None:
    found = spans(
        period("Sunday", "10:00:00", "12:00:00"),
        period("Monday", "13:00:00.0000000", "17:30:00.0000000"),
        period("Monday", "08:30", "12:00"),
    )
    assert found == [(1, 510, 720), (1, 780, 1050), (7, 600, 720)]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("09:00:00", "00:00:00", [(7, 540, 1440)]),
        ("00:00:00", "00:00:00", [(7, 0, 1440)]),
        ("09:00:00", "23:59:00", [(7, 540, 1440)]),
        ("00:00:00", "23:59:59", [(7, 0, 1440)]),
        ("18:00:00", "02:00:00", [(1, 0, 120), (7, 1080, 1440)]),
    ],
)
def test_midnight_ends_the_day(start: str, stop: str, expected: list[tuple[int, int, int]]) -> None:
    assert spans(period("Sunday", start, stop)) == expected


@pytest.mark.parametrize(
    "broken",
    [
        period("Someday", "09:00:00", "17:00:00"),
        period("Tuesday", "nine", "17:00:00"),
        period("Tuesday", "09:00:00", "25:00:00"),
        period("Tuesday", "09:00:00", "09:00:00"),
        {"DayOfWeek": "Tuesday", "Start": "09:00:00"},
        {"Start": "09:00:00", "Stop": "17:00:00"},
        "Tuesday",
    ],
)
def test_one_period_that_cannot_be_read_leaves_the_hours_unknown(broken: Any) -> None:
    """With a hole in it, the timetable would call a call of that hour one out of hours."""
    assert spans(NINE_TO_FIVE, broken) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (12, 25, 12, 25, None)),
        ({"DayEnd": None, "MonthEnd": 0}, (12, 25, 12, 25, None)),
        ({"TimeOfEndDate": "PT0S"}, (12, 25, 12, 25, None)),
        ({"TimeOfStartDate": None, "TimeOfEndDate": None}, (12, 25, 12, 25, None)),
        ({"IsRecurrent": None}, (12, 25, 12, 25, None)),
        ({"Year": 2025, "YearEnd": 2025}, (12, 25, 12, 25, None)),
        ({"Year": 2026, "YearEnd": 2026, "IsRecurrent": False}, (12, 25, 12, 25, 2026)),
        ({"Year": 2026, "YearEnd": 2026, "IsRecurrent": None}, (12, 25, 12, 25, 2026)),
        ({"DayEnd": 27}, (12, 25, 12, 27, None)),
        ({"DayEnd": 2, "MonthEnd": 1}, (12, 25, 1, 2, None)),
        ({"DayEnd": 2, "MonthEnd": 1, "Year": 2026, "YearEnd": 2027, "IsRecurrent": False}, (12, 25, 1, 2, 2026)),
        ({"Day": 29, "Month": 2, "DayEnd": 29, "MonthEnd": 2}, (2, 29, 2, 29, None)),
        ({"DayEnd": 27, "TimeOfStartDate": "PT12H"}, (12, 26, 12, 27, None)),
        ({"DayEnd": 27, "TimeOfEndDate": "PT8H30M"}, (12, 25, 12, 26, None)),
        (
            {"Day": 31, "DayEnd": 2, "MonthEnd": 1, "Year": 2026, "IsRecurrent": False, "TimeOfStartDate": "PT12H"},
            (1, 1, 1, 2, 2027),
        ),
    ],
)
def test_holidays(changes: dict[str, Any], expected: tuple[int, int, int, int, int | None]) -> None:
    assert days(holiday(**changes)) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"TimeOfStartDate": "PT12H"},
        {"TimeOfEndDate": "PT12H"},
        {"TimeOfStartDate": "PT10H40M", "TimeOfEndDate": "PT10H59M"},
        {"DayEnd": 26, "TimeOfStartDate": "PT12H", "TimeOfEndDate": "PT12H"},
        {"DayEnd": 24, "Year": 2026, "YearEnd": 2026, "IsRecurrent": False},
        {"Month": 13, "MonthEnd": 13},
        {"Day": 0},
        {"Day": 29, "Month": 2, "DayEnd": 29, "MonthEnd": 2, "Year": 2026, "YearEnd": 2026, "IsRecurrent": False},
        {"Day": "25th"},
    ],
)
def test_what_is_no_whole_day_is_no_holiday(changes: dict[str, Any]) -> None:
    assert holiday(**changes) == ()


def test_hours_that_ignore_holidays_have_none() -> None:
    hours = {"Type": "SpecificHours", "IgnoreHolidays": True, "Periods": [NINE_TO_FIVE]}
    assert parsed(Hours=hours, OfficeHolidays=[{"Name": "Xmas", "Day": 25, "Month": 12}]).holidays == ()


def test_favourites_are_no_department_and_a_group_of_another_shape_costs_no_other() -> None:
    items = [b'{"Name":"___FAVORITES___101"}', b'{"Id":3}', b'"group"', b'{"Name":"Sales"}']
    assert [one.name for one in departments(items)] == ["Sales"]


def test_a_pbx_tells_its_departments(v20: Any) -> None:
    hours = [("Monday", "08:30", "17:30"), ("Tuesday", "09:00", "00:00")]
    v20.pbx.directory.departments = [
        Office("DEFAULT", is_default=True, hours=hours, holidays=[("Xmas", 25, 12, None), ("Show day", 10, 11, 2026)]),
        Office("Sales", id=29),
    ]
    default, sales = v20.run(lambda surface: surface.departments())
    assert default.is_default
    assert default.spans == (OpenSpan(1, 510, 1050), OpenSpan(2, 540, 1440))
    assert days(default.holidays) == [(12, 25, 12, 25, None), (11, 10, 11, 10, 2026)]
    assert sales == Department("Sales", False, (), ())


def test_a_build_that_refuses_to_expand_is_asked_bare(v20: Any) -> None:
    v20.pbx.directory.departments = [Office("DEFAULT", is_default=True, hours=[("Monday", "08:30", "17:30")])]
    v20.pbx.faults.add(r"Groups\?.*expand", status=400, body='{"error": "no"}', times=None)
    (found,) = v20.run(lambda surface: surface.departments())
    assert (len(found.spans), found.holidays) == (1, None)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_pbx_that_will_not_tell_has_none(v20: Any, status: int) -> None:
    v20.pbx.faults.add("/Groups", status=status, body="{}", times=None)
    assert v20.run(lambda surface: surface.departments()) == []


def test_a_console_knows_none(v18: Any) -> None:
    assert v18.run(lambda surface: surface.departments()) == []
