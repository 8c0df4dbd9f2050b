"""Charts of calls: their figures reckoned by hand from `small_lake`, and the same in picture and table."""

from __future__ import annotations

import contextlib
import datetime as dt

import duckdb
import pytest
from charted import figures, texts_of
from small_lake import NOW, WEEK, Book, local

from trunkline.periods import parse
from trunkline.reports import read, series
from trunkline.reports.account import Heat
from trunkline.reports.charts import days, heat, waits, weeks
from trunkline.reports.series import Span
from trunkline.store import excerpt


def test_weeks_before_the_lake_began_are_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    found = figures(connection).weeks
    assert [one.starts_on for one in found][::11] == [dt.date(2026, 8, 24), dt.date(2026, 11, 9)]
    assert {(one.offered, one.missed_rate, one.read_share) for one in found[:9]} == {(None, None, 0)}
    first, before, own = found[9:]  # the lake begins on Sunday 1 Nov, on which nobody rang
    assert (first.offered, first.missed_rate, first.read_share) == (0, None, pytest.approx(1 / 7))
    assert (before.offered, before.lost, before.short_abandons, before.read_share) == (2, 1, 0, 1)
    assert (own.offered, own.lost, own.short_abandons, own.missed_rate) == (19, 7, 1, pytest.approx(7 / 18))


def test_a_week_counts_as_the_headline_does(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection)
    assert one.weeks[-1].missed_rate == one.now.volumes.missed_rate
    assert one.weeks[-2].missed_rate == one.before.volumes.missed_rate


def test_an_excerpt_of_the_lake_has_all_weeks(connection: duckdb.DuckDBPyConnection) -> None:
    Book(connection).call("w1", "2026-10-06 09:00", "missed", "+61412000009")
    Book(connection).call("w2", "2026-10-06 10:00", "answered", "+61412000008")
    Book(connection).window("acme", "2026-10-05 00:00", "2026-10-08 12:00")
    with contextlib.closing(excerpt.cut(connection, *read.reach([WEEK]), ["acme"], read.trend_since([WEEK]))) as cut:
        found = figures(cut).weeks
        assert cut.execute("SELECT count(*) FROM calls WHERE call_id = 'w2'").fetchone() == (0,)
    assert (found[6].offered, found[6].lost, found[6].read_share) == (2, 1, pytest.approx(0.5))
    assert found == figures(connection).weeks


def test_the_weeks_of_a_period() -> None:
    monday = dt.date(2026, 11, 9)
    assert series.weeks(WEEK, 2) == (monday - dt.timedelta(days=7), monday)
    october = parse("2026-10", "Australia/Adelaide", NOW)  # the week of 26 Oct ends in November
    assert series.weeks(october, 2) == (dt.date(2026, 10, 12), dt.date(2026, 10, 19))


def test_picture_and_table_of_the_weeks_agree(connection: duckdb.DuckDBPyConnection) -> None:
    chart = weeks.weeks(figures(connection).weeks, WEEK)
    assert chart.rows[0] == ("Mon 24 Aug", "", None, None, None, "not read")
    assert chart.rows[-3:] == [
        ("Mon 26 Oct", "no calls", 0, 0, 0, "14%"),
        ("Mon 2 Nov", "50.0%", 2, 1, 0, "100%"),
        ("Mon 9 Nov", "38.9%", 19, 7, 1, "100%"),
    ]
    written = texts_of(chart)
    named = [text for text in written if text in {"38.9%", "50.0%", "·", "not read"}]
    assert named == ["not read", "·", "50.0%", "38.9%"]
    assert ">9 Nov</text>" in chart.svg.split('class="total halo"')[1]  # the report's own week is marked
    assert "0.0%" not in written


def test_a_line_breaks_where_a_week_was_not_read() -> None:
    mondays = [dt.date(2026, 11, 2) + dt.timedelta(days=7 * number) for number in range(5)]
    counts = [(10, 1), (10, 2), (None, None), (10, 4), (10, 3)]
    spans = [
        Span(day, 1.0 if offered else 0.0, offered, lost, 0)
        for day, (offered, lost) in zip(mondays, counts, strict=True)
    ]
    assert weeks.weeks(spans, WEEK).svg.count('class="s-missed"') == 2


def test_days_are_read_in_full_in_part_or_not(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "DELETE FROM windows WHERE since IN (?, ?)", [local("2026-11-11 00:00"), local("2026-11-14 00:00")]
    )
    for start, end in (("2026-11-11 00:00", "2026-11-11 05:00"), ("2026-11-11 03:00", "2026-11-11 06:00")):
        Book(connection).window("acme", start, end)  # which overlap: a quarter of the day
    chart = days.days(figures(connection).trend)
    assert chart.rows == [
        ("Mon 9 Nov", 3, 3, 0, "100%"),
        ("Tue 10 Nov", 2, 1, 0, "100%"),
        ("Wed 11 Nov", 11, 1, 0, "25%"),
        ("Thu 12 Nov", 2, 1, 1, "100%"),
        ("Fri 13 Nov", 1, 1, 0, "100%"),
        ("Sat 14 Nov", None, None, None, "not read"),
        ("Sun 15 Nov", 0, 0, 0, "100%"),
    ]
    written = [text for text in texts_of(chart) if "/" in text or text == "·"]
    assert written == ["3/3", "1/2", "1/11", "1/2", "1/1", "·"]
    assert [key.paint for key in chart.legend] == ["offered", "missed", "hatch", "dashed"]
    assert chart.svg.count("stroke-dasharray") == 1


def test_many_days_show_the_missed_calls_alone() -> None:
    spans = [Span(dt.date(2026, 11, 1) + dt.timedelta(days=day), 1.0, 20, 5, 0) for day in range(30)]
    chart = days.days(spans)
    assert texts_of(chart).count("5") == 31  # thirty bars, and the fifth of November
    assert chart.note.startswith("The number above each bar")


def test_the_heat_map_has_its_totals(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection)
    chart = heat.heat_map(heat.grid_of(one.heat), "", 1, {7}, one.open_spans)
    written = texts_of(chart)
    assert written[-25:] == [*"·" * 9, "3", "2", *"·" * 5, "1", "·", "·", "1", *"·" * 4, "7"]
    head, *rows, totals = chart.rows
    assert (head[0], head[10], head[11], head[-1]) == ("Mon", 2, 1, 3)
    assert rows[-1] == ("Sun", *["–"] * 24, "not read")
    assert (totals[10], totals[11], totals[17], totals[20], totals[-1]) == (3, 2, 1, 1, 7)
    assert [key.said for key in chart.legend] == [
        "1",
        "2",
        "3–4",
        "5–7",
        "8+ missed calls",
        "underlined: opening hours of an ordinary week",
        "not read",
    ]
    assert chart.svg.count('class="mark"') == 5  # Monday to Friday


def test_hours_in_and_out_are_together_in_the_heat_map() -> None:
    grid = heat.grid_of([Heat(1, 9, True, 12), Heat(1, 9, False, 3), Heat(7, 23, None, 2)])
    assert (grid[0][9], grid[6][23], sum(map(sum, grid))) == (15, 2, 17)
    week = [Span(dt.date(2026, 11, 9 + day), 0.0, None if day else 4, 0, 0) for day in range(2)]
    assert heat.unread_weekdays(week) == {2}


@pytest.mark.parametrize(
    ("seconds", "rows", "line"),
    [
        (10, [("0–10 s", 10, 1, 1), ("10–20 s", 0, 1, 0), ("20–30 s", 1, 2, 0)], "hung up before 10 s: short abandon"),
        (
            25,
            [("0–10 s", 10, 1, 1), ("10–20 s", 0, 1, 0), ("20–25 s", 1, 1, 0), ("25–30 s", 0, 1, 0)],
            "hung up before 25 s: short abandon",
        ),
        (0, [("0–10 s", 10, 1, 1), ("10–20 s", 0, 1, 0), ("20–30 s", 1, 2, 0)], None),
    ],
)
def test_waits_with_the_threshold_between_two_steps(
    connection: duckdb.DuckDBPyConnection, seconds: float, rows: list[tuple[object, ...]], line: str | None
) -> None:
    one = figures(connection, missed={"short_abandon_seconds": seconds})
    chart = waits.waits(one.waits, seconds, one.now.volumes)
    assert chart.rows[: len(rows)] == rows
    assert chart.rows[len(rows) :] == [
        ("30–60 s", 0, 3, 0),
        ("1–2 min", 0, 1, 0),
        ("2–5 min", 0, 0, 0),
        ("5 min +", 0, 0, 0),
    ]
    assert [text for text in texts_of(chart) if "short" in text] == ([line] if line else [])
    counts = [int(text) for text in texts_of(chart) if text.isdigit()]
    assert counts == [10, 1, 1, *([1, 1, 1] if seconds == 25 else [1, 2]), 3, 1]


def test_a_wait_that_is_not_known_is_in_the_table_alone(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("UPDATE calls SET wait_seconds = NULL WHERE call_id = 'm3'")
    one = figures(connection)
    chart = waits.waits(one.waits, 10, one.now.volumes)
    assert chart.rows[-1] == ("not known", 0, 1, 0)
    assert chart.remarks == ["Of 0 answered and 1 missed calls the wait is not known: they are in the table alone."]
    assert sum(row[2] for row in chart.rows) == one.now.volumes.missed
