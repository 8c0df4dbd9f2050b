"""Missed calls by weekday and hour, with the totals of every row and column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from markupsafe import Markup

from trunkline.hours import OpenSpan
from trunkline.reports import palette, words
from trunkline.reports.account import Heat
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.chart import Chart, Key
from trunkline.reports.series import Span

Grid = Sequence[Sequence[int]]
_UNIT = 100 / 27.6  # the label, 24 hours, the total
_LEFT, _TOP, _ROW = 1.7 * _UNIT, 22, 30
_LEAST_WIDTH = 690


def grid_of(heat: Iterable[Heat]) -> list[list[int]]:
    """Seven rows of 24 counts, in and out of hours together."""
    grid = [[0] * 24 for _ in words.WEEKDAYS]
    for one in heat:
        grid[one.weekday - 1][one.hour] += one.calls
    return grid


def unread_weekdays(days: Sequence[Span]) -> set[int]:
    """Weekdays (ISO) of the period of which no day was read."""
    return {day.starts_on.isoweekday() for day in days} - {
        day.starts_on.isoweekday() for day in days if day.offered is not None
    }


def heat_map(
    grid: Grid, note: str, times: int = 1, unread: Collection[int] = (), open_spans: Sequence[OpenSpan] = ()
) -> Chart:
    """`times`: the thresholds are those of one account times this; `unread`: weekdays of which nothing is known."""
    total = sum(map(sum, grid))
    pattern, striped = svg.hatch("heat-hatch")
    parts = [pattern, *(svg.text(_across(hour + 0.5), 14, hour, "axis") for hour in range(24))]
    for weekday, (name, row) in enumerate(zip(words.WEEKDAYS, grid, strict=True), start=1):
        parts += _row(weekday, name, row, times, striped if weekday in unread else "")
    bottom = _TOP + 7 * _ROW + 20
    parts += [
        svg.text(_across(hour + 0.5), bottom, _said(sum(row[hour] for row in grid)), "total") for hour in range(24)
    ]
    parts += [svg.text(100, bottom, words.number(total), "total", "end"), *map(_opening, open_spans)]
    legend = [Key(f"h{index}", said) for index, said in palette.legend(times)]
    legend[-1] = Key(legend[-1].paint, f"{legend[-1].said} {texts.HEAT_STEPS}")
    if open_spans:
        legend.append(Key("underlined", texts.HEAT_OPEN))
    if unread:
        legend.append(Key("hatch", texts.NOT_READ))
    said = texts.HEAT_NAME_LONG.format(calls=words.number(total))
    return Chart(
        "heat",
        texts.HEAT_TITLE,
        note,
        svg.chart("heat", bottom + 8, texts.HEAT_NAME, said, parts, _LEAST_WIDTH),
        ("", *map(str, range(24)), texts.ALL),
        _table(grid, unread),
        texts.HEAT_NAME,
        legend,
    )


def _row(weekday: int, name: str, row: Sequence[int], times: int, striped: str) -> list[Markup]:
    y = _TOP + (weekday - 1) * _ROW
    parts = [svg.text(0, y + 20, name, "", "start")]
    for hour, calls in enumerate(row):
        paint = f"h{palette.step(calls, times)}"
        known = texts.NOT_READ if striped else words.count(calls, "missed call")
        title = texts.HEAT_CELL.format(day=name, hour=hour, until=hour + 1, calls=known)
        parts.append(svg.rect(_across(hour + 0.03), y + 1, 0.94 * _UNIT, _ROW - 2, striped or paint, title))
        if not striped:
            parts.append(svg.text(_across(hour + 0.5), y + 20, _said(calls), paint))
    return [*parts, svg.text(100, y + 20, words.DASH if striped else words.number(sum(row)), "total", "end")]


def _opening(span: OpenSpan) -> Markup:
    y = _TOP + span.weekday * _ROW - 1.5
    return svg.line(_across(span.opens_minute / 60), y, _across(span.closes_minute / 60), y, "mark")


def _table(grid: Grid, unread: Collection[int]) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = []
    for weekday, (name, row) in enumerate(zip(words.WEEKDAYS, grid, strict=True), start=1):
        rows.append((name, *([words.DASH] * 24), texts.NOT_READ) if weekday in unread else (name, *row, sum(row)))
    return [*rows, (texts.ALL, *(sum(row[hour] for row in grid) for hour in range(24)), sum(map(sum, grid)))]


def _said(calls: int) -> str:
    return words.number(calls) if calls else "·"


def _across(hour: float) -> float:
    return _LEFT + hour * _UNIT
