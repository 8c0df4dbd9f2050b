"""The departments of the PBXs as the lake knows them: where an account sets no opening hours, theirs are its own."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence

import duckdb

from trunkline.hours import OpenSpan
from trunkline.models import Department, DepartmentHoliday
from trunkline.store.merge import merge_rows


def keep_departments(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, departments: Sequence[Department], seen_at: dt.datetime
) -> bool:
    """What a PBX told of its departments, in place of what it told before; says whether anything is new.

    Every PBX has a department: none told is nothing learnt. Holidays that it tells of none stay as they were.
    """
    if not departments:
        return False
    rows = {one.name: _row(pbx_id, one, seen_at) for one in departments}
    if all(one.holidays is None for one in departments):
        for row in rows.values():
            del row["holidays"]
    gone = connection.execute(
        "DELETE FROM departments WHERE pbx_id = ? AND NOT list_contains(?, name) RETURNING name", [pbx_id, list(rows)]
    ).fetchall()
    return merge_rows(connection, "departments", list(rows.values())) > 0 or bool(gone)


def _row(pbx_id: str, one: Department, seen_at: dt.datetime) -> dict[str, object]:
    row = dataclasses.asdict(one)
    lists = {name: json.dumps(row[name] or [], ensure_ascii=False) for name in ("spans", "holidays")}
    return {"pbx_id": pbx_id, **row, **lists, "seen_at": seen_at}


def default_department(connection: duckdb.DuckDBPyConnection, pbx_ids: Sequence[str]) -> Department | None:
    """The default department with opening hours of the first of these PBXs that has one."""
    row = connection.execute(
        """
        SELECT name, spans, holidays FROM departments
        WHERE list_contains($pbx_ids, pbx_id) AND is_default AND json_array_length(spans) > 0
        ORDER BY list_position($pbx_ids, pbx_id), name LIMIT 1
        """,
        {"pbx_ids": list(pbx_ids)},
    ).fetchone()
    if row is None:
        return None
    spans = tuple(OpenSpan(**span) for span in json.loads(row[1]))
    return Department(row[0], True, spans, tuple(DepartmentHoliday(**one) for one in json.loads(row[2] or "[]")))


def holiday_days(holidays: Iterable[DepartmentHoliday], years: range) -> dict[dt.date, str]:
    """Days and names: those that come every year in each of `years`, the others in their own year."""
    found: dict[dt.date, str] = {}
    for one in holidays:
        if one.year is None:
            turns = (day for year in range(years.start - 1, years.stop) for day in _days(one, year))
            found |= {day: one.name for day in turns if day.year in years}
        else:
            found |= dict.fromkeys(_days(one, one.year), one.name)
    return found


def _days(one: DepartmentHoliday, year: int) -> Iterator[dt.date]:
    """The days of a holiday that begins in `year`; 29 February is passed over where there is none."""
    last_year = year + ((one.month_end, one.day_end) < (one.month, one.day))
    first = dt.date(year, one.month, 1).toordinal() + one.day - 1
    length = calendar.monthrange(last_year, one.month_end)[1]
    last = dt.date(last_year, one.month_end, min(one.day_end, length)).toordinal()
    return map(dt.date.fromordinal, range(first, last + 1))
