"""Charts of recordings: what became of them by extension and day, reckoned by hand from `small_lake`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import duckdb
import pytest
from charted import figures, texts_of
from small_lake import Book, local

from trunkline.reports import series
from trunkline.reports.charts import cells, recordings, strip


def settings(connection: duckdb.DuckDBPyConnection, dn: str, kind: str, **records_from: str) -> None:
    """Snapshots of a recording switch: `_11="no"` is the one of 11 November."""
    for day, records in records_from.items():
        Book(connection).put(
            "pbx_settings",
            pbx_id="acme-main",
            dn=dn,
            name="Front desk" if kind == "extension" else "Reception",
            kind=kind,
            records=records,
            day=dt.date(2026, 11, int(day[1:])),
        )


def test_each_day_shows_its_commonest_gap(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection)
    chart = strip.strip(one.strip, one.now.coverage, one.switched_off)
    # a3 of Tuesday could not be looked for; of Wednesday's ten, one each is over quota, pending, too short
    assert chart.rows == [("101", 12, 4, "·", "U 1", "≠ 1/10", "·", "A 1", "·", "·")]
    assert texts_of(chart)[7:] == ["101", "4 of 12 without", *chart.rows[0][3:]]
    assert {key.letter: key.said for key in chart.legend} == {
        "✓": "verified recording: 7",
        "≠": "shorter or longer than the talk: 1",
        "Q": "recording storage full or stopped: 1",
        "A": "no right to the recording: 1",
        "U": "not known: 1",
        "P": "pending: 1",
        "·": "no calls",
    }
    assert one.now.coverage.spoken == 12


def test_a_switch_that_is_turned_off_shows_on_its_day(connection: duckdb.DuckDBPyConnection) -> None:
    settings(connection, "101", "extension", _01="yes", _10="yes", _12="no")
    connection.execute("DELETE FROM recordings WHERE call_id = 'o4'")
    one = figures(connection)
    chart = strip.strip(one.strip, one.now.coverage, one.switched_off)
    assert chart.rows[0][0] == "101 Front desk"
    assert chart.rows[0][7] == "S 1"  # Friday
    assert chart.remarks == ["101 Front desk no longer records since Thu 12 Nov: the thick line before that day."]
    assert chart.svg.count('class="mark"') == 1


def test_a_queue_has_a_row_where_it_has_a_switch(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("UPDATE calls SET queue = '801' WHERE call_id IN ('a10', 'a11')")
    assert [line.dn for line in figures(connection).strip] == ["101"]
    settings(connection, "801", "queue", _02="yes")
    first, queue = figures(connection).strip
    assert (first.dn, first.calls.total()) == ("101", 12)
    assert (queue.dn, queue.name, queue.calls) == ("801", "Reception", {"covered": 2})


def test_a_call_without_an_extension_has_its_own_row(connection: duckdb.DuckDBPyConnection) -> None:
    outside = "answered_by = '+61491570156', answered_by_kind = 'external'"
    connection.execute(f"UPDATE calls SET {outside} WHERE call_id = 'a3'")  # noqa: S608
    chart_rows = [strip.number(line, several=False) for line in figures(connection).strip]
    assert chart_rows == ["101", "no extension took part"]


def test_a_day_that_was_not_read_is_no_quiet_day(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM windows WHERE since = ?", [local("2026-11-14 00:00")])
    one = figures(connection)
    chart = strip.strip(one.strip, one.now.coverage, one.switched_off)
    assert chart.rows[0][-2:] == ("not read", "·")
    assert chart.svg.count("url(#strip-hatch)") == 1
    assert chart.legend[-1].paint == "hatch"


def test_at_most_25_rows_are_drawn_and_all_are_in_the_table(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection)
    lines = [dataclasses.replace(one.strip[0], dn=f"{number}") for number in range(200, 230)]
    chart = strip.strip(lines, one.now.coverage, ())
    assert (texts_of(chart).count("4 of 12 without"), len(chart.rows)) == (25, 30)
    assert chart.remarks == ["5 more in the table."]


def test_a_gap_of_fewer_than_half_is_pale() -> None:
    day = dt.date(2026, 11, 9)
    assert cells.paint_of(series.Cell(day, 1.0, {"covered": 3, "damaged": 2})) == "gap-pale"
    assert cells.paint_of(series.Cell(day, 1.0, {"covered": 2, "damaged": 2})) == "gap"
    assert cells.said(series.Cell(day, 1.0, {"covered": 3, "on_demand": 9})) == "✓ 3/12"
    assert cells.said(series.Cell(day, 1.0, {"on_demand": 9, "internal": 1})) == "– 10"
    assert cells.said(series.Cell(day, 1.0, {"switched_off": 1, "changed": 1, "quota": 1})) == "S 2/3"


def test_the_bar_of_recordings_is_divided_as_its_table(connection: duckdb.DuckDBPyConnection) -> None:
    coverage = figures(connection).now.coverage
    parts = recordings.parts(coverage)
    assert [(one.state.letter, one.calls) for one in parts] == [
        ("✓", 7),
        ("≠", 1),
        ("Q", 1),
        ("P", 1),
        ("A", 1),
        ("U", 1),
    ]
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)%"', recordings.bar(coverage))]
    assert widths == [pytest.approx(share * 100 / 12 - 0.3, abs=0.01) for share in (7, 1, 1, 1, 1, 1)]
