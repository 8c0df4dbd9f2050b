"""A report on an account whose opening hours are its PBX's own."""

import datetime as dt
from pathlib import Path

import duckdb
from small_lake import built, config

from trunkline.departments import keep_departments
from trunkline.hours import OpenSpan
from trunkline.models import Department
from trunkline.settings import write_settings


def test_it_is_read_by_the_pbxs_hours_and_says_so(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    chosen = config(hours=None, holidays=None)
    mornings = Department("DEFAULT", True, tuple(OpenSpan(weekday, 540, 720) for weekday in range(1, 6)))
    keep_departments(connection, "acme-main", [mornings], dt.datetime(2026, 11, 9, tzinfo=dt.UTC))
    write_settings(connection, chosen, [2026])
    acme = built(connection, tmp_path, chosen)["acme"]
    assert "in opening hours as set in the PBX." in acme.html
    assert "Outside opening hours and on holidays: 2 missed calls." in acme.html  # m5 in the evening, m8 at 16:00
    write_settings(connection, config(), [2026])
    assert "as set in the PBX" not in built(connection, tmp_path, config())["acme"].html


def test_without_any_hours_it_says_that_none_are_set(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    chosen = config(hours=None)
    write_settings(connection, chosen, [2026])
    assert "No opening hours are set for this account." in built(connection, tmp_path, chosen)["acme"].html
