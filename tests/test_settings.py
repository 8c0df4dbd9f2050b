"""Whose opening hours and holidays an account is judged by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.config import Config
from trunkline.departments import keep_departments
from trunkline.hours import OpenSpan
from trunkline.models import Department, DepartmentHoliday
from trunkline.settings import write_settings
from trunkline.store.lake import Lake

SEEN = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
MONDAY = (OpenSpan(1, 540, 1020),)
HOLIDAYS = (DepartmentHoliday("Xmas", 12, 25, 12, 25), DepartmentHoliday("Show day", 11, 10, 11, 10, 2024))
OFFICE = Department("DEFAULT", True, MONDAY, HOLIDAYS)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One in which the PBX `b` has hours, and `a` has none."""
    with Lake(tmp_path / "not-there").read() as connection:  # in memory
        keep_departments(connection, "a", [Department("DEFAULT", True)], SEEN)
        keep_departments(connection, "b", [OFFICE], SEEN)
        yield connection


def write(lake: duckdb.DuckDBPyConnection, *years: int, **account: Any) -> int:
    pbxs = [{"id": name, "url": f"https://{name}.example", "client_id": "1", "client_secret": "env:A"} for name in "ab"]
    agency = {"id": "a", "name": "A", "timezone": "Australia/Adelaide", "country": "AU"}
    acme = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU", "pbx": pbxs, **account}
    return write_settings(lake, Config.model_validate({"agency": agency, "account": [acme]}), years or (2026,))


def hours(lake: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    """`has_hours`, `hours_from` and the spans."""
    said = lake.execute("SELECT has_hours, hours_from FROM accounts").fetchone()
    return (*(said or ()), lake.execute("SELECT * EXCLUDE (account_id) FROM open_spans ORDER BY ALL").fetchall())


def holidays(lake: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(day) for (day,) in lake.execute("SELECT day FROM holidays ORDER BY ALL").fetchall()]


def test_without_hours_in_the_config_those_of_the_pbx_hold(lake: duckdb.DuckDBPyConnection) -> None:
    assert write(lake) == 1
    assert hours(lake) == (True, "pbx", [(1, 540, 1020)])
    assert holidays(lake) == ["2024-11-10", "2026-12-25"]
    assert write(lake) == 0, "nothing is new"


def test_the_config_wins(lake: duckdb.DuckDBPyConnection) -> None:
    write(lake, hours={"tue": "08:00-12:00"})
    assert hours(lake) == (True, "config", [(2, 480, 720)])
    assert holidays(lake) == [], "the department's holidays belong to its hours"


def test_holidays_of_the_config_stand_beside_hours_of_the_pbx(lake: duckdb.DuckDBPyConnection) -> None:
    write(lake, holidays=["2026-11-10"])
    assert hours(lake)[1] == "pbx"
    assert holidays(lake) == ["2026-11-10"]


def test_empty_hours_in_the_config_say_that_none_are_to_be_judged(lake: duckdb.DuckDBPyConnection) -> None:
    write(lake, hours={})
    assert hours(lake) == (False, None, [])
    assert holidays(lake) == []


def test_where_no_pbx_has_hours_none_are_known(lake: duckdb.DuckDBPyConnection) -> None:
    keep_departments(lake, "b", [Department("DEFAULT", True, (), HOLIDAYS)], SEEN)
    write(lake)
    assert hours(lake) == (False, None, [])
    assert holidays(lake) == []


def test_hours_that_the_pbx_changes_or_gives_up_are_followed(lake: duckdb.DuckDBPyConnection) -> None:
    write(lake)
    keep_departments(lake, "b", [Department("DEFAULT", True, (OpenSpan(3, 0, 1440),), ())], SEEN)
    assert write(lake) == 1
    assert hours(lake) == (True, "pbx", [(3, 0, 1440)])
    keep_departments(lake, "b", [Department("DEFAULT", True)], SEEN)
    assert write(lake) == 1
    assert hours(lake) == (False, None, [])


def test_holidays_of_the_pbx_in_years_written_earlier_stay(lake: duckdb.DuckDBPyConnection) -> None:
    write(lake, 2025)
    write(lake, 2026)
    assert holidays(lake) == ["2024-11-10", "2025-12-25", "2026-12-25"]


def test_periods_that_overlap_are_open_once(lake: duckdb.DuckDBPyConnection) -> None:
    overlapping = (OpenSpan(1, 540, 1020), OpenSpan(1, 600, 1080))
    keep_departments(lake, "b", [Department("DEFAULT", True, overlapping)], SEEN)
    write(lake)
    assert hours(lake) == (True, "pbx", [(1, 540, 1080)])
