from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from trunkline.departments import default_department, holiday_days, keep_departments
from trunkline.hours import OpenSpan
from trunkline.models import Department, DepartmentHoliday
from trunkline.store.lake import Lake

SEEN = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
LATER = SEEN + dt.timedelta(hours=1)
YEARS = range(2025, 2028)
XMAS = DepartmentHoliday("Xmas", 12, 25, 12, 25)
OFFICE = Department("DEFAULT", True, (OpenSpan(1, 540, 1020),), (XMAS,))


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with Lake(tmp_path / "not-there").read() as connection:  # in memory
        yield connection


def days(one: DepartmentHoliday, years: range = YEARS) -> list[str]:
    return [f"{day:%y-%m-%d}" for day in sorted(holiday_days([one], years))]


def test_a_holiday_of_every_year_falls_in_each_year_looked_up() -> None:
    assert holiday_days([XMAS], YEARS) == {dt.date(year, 12, 25): "Xmas" for year in YEARS}


def test_a_holiday_of_one_year_falls_in_that_year_alone() -> None:
    assert days(DepartmentHoliday("Show day", 11, 10, 11, 11, 2026)) == ["26-11-10", "26-11-11"]
    assert days(DepartmentHoliday("Show day", 11, 10, 11, 10, 2019)) == ["19-11-10"]


def test_a_holiday_over_the_turn_of_the_year() -> None:
    years = range(2026, 2027)
    assert days(DepartmentHoliday("Closed", 12, 30, 1, 2), years) == [
        "26-01-01",
        "26-01-02",
        "26-12-30",
        "26-12-31",
    ]
    assert days(DepartmentHoliday("Closed", 12, 31, 1, 1, 2026), years) == ["26-12-31", "27-01-01"]


def test_29_february() -> None:
    years = range(2027, 2029)
    assert days(DepartmentHoliday("Leap day", 2, 29, 2, 29), years) == ["28-02-29"]
    assert days(DepartmentHoliday("Carnival", 2, 28, 2, 29), years) == ["27-02-28", "28-02-28", "28-02-29"]
    assert days(DepartmentHoliday("Carnival", 2, 29, 3, 1), years) == ["27-03-01", "28-02-29", "28-03-01"]


def test_departments_come_back_as_they_were_kept(lake: duckdb.DuckDBPyConnection) -> None:
    assert keep_departments(lake, "p", [OFFICE, Department("Sales")], SEEN)
    assert default_department(lake, ["p"]) == OFFICE


def test_the_newest_reading_replaces_the_one_before(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "other", [Department("Sales")], SEEN)
    keep_departments(lake, "p", [OFFICE, Department("Sales")], SEEN)
    assert not keep_departments(lake, "p", [OFFICE, Department("Sales", holidays=())], LATER), "all as it was"
    assert keep_departments(lake, "p", [Department("DEFAULT", True, (), ())], LATER)
    assert lake.execute("SELECT pbx_id, name, spans::VARCHAR, seen_at FROM departments ORDER BY 1").fetchall() == [
        ("other", "Sales", "[]", SEEN),
        ("p", "DEFAULT", "[]", LATER),
    ]


def test_a_department_that_is_gone_is_news(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "p", [OFFICE, Department("Sales")], SEEN)
    assert keep_departments(lake, "p", [OFFICE], LATER)


def test_a_pbx_that_does_not_tell_is_known_as_before(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "p", [OFFICE], SEEN)
    assert not keep_departments(lake, "p", [], LATER)
    assert keep_departments(lake, "p", [Department("DEFAULT", True, (OpenSpan(2, 540, 1020),), None)], LATER)
    assert default_department(lake, ["p"]) == Department("DEFAULT", True, (OpenSpan(2, 540, 1020),), (XMAS,))


def test_holidays_that_were_never_told_are_none(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "p", [Department("DEFAULT", True, OFFICE.spans, None)], SEEN)
    assert default_department(lake, ["p"]) == Department("DEFAULT", True, OFFICE.spans, ())


def test_the_first_pbx_that_has_hours_counts(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "a", [Department("DEFAULT", True), Department("Sales", False, OFFICE.spans)], SEEN)
    keep_departments(lake, "b", [Department("B", True, OFFICE.spans)], SEEN)
    keep_departments(lake, "c", [Department("C", True, OFFICE.spans)], SEEN)

    def named(*pbx_ids: str) -> str | None:
        found = default_department(lake, pbx_ids)
        return found.name if found else None

    assert [named("a", "b", "c"), named("c", "b"), named("a"), named()] == ["B", "C", None, None]
