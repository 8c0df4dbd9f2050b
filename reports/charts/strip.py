"""What became of recordings by extension and day, so that a switch turned off shows at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from trunkline.reports import words
from trunkline.reports.account import SwitchedOff
from trunkline.reports.charts import cells, svg, texts
from trunkline.reports.charts.chart import Chart, Key, short_day
from trunkline.reports.charts.paint import State, state
from trunkline.reports.charts.recordings import counts
from trunkline.reports.figures import Coverage
from trunkline.reports.series import Cell, Line

MOST_LINES = 25
_TOP, _ROW, _TALL = 20, 50, 24
_MOST_NAMED = 10  # with more days, a cell has room for its letter alone


def strip(lines: Sequence[Line], coverage: Coverage, switched_off: Sequence[SwitchedOff]) -> Chart:
    """A row per number, a cell per day. `lines`: not empty, most gaps first; all of them are in the table."""
    days, several = [cell.day for cell in lines[0].cells], len({one.pbx_id for one in lines}) > 1
    off = {(one.pbx_id, one.dn): one.day for one in switched_off}
    slot, wide = 100 / len(days), len(days) <= _MOST_NAMED
    pattern, striped = svg.hatch("strip-hatch")
    parts = [pattern]
    for index, day in enumerate(days):
        parts.append(svg.text((index + 0.5) * slot, 13, short_day(day) if wide else f"{day.day}", "axis"))
    shown = lines[:MOST_LINES]
    for index, one in enumerate(shown):
        y = _TOP + index * _ROW
        parts += _head(one, y, several)
        for column, cell in enumerate(one.cells):
            parts += _cell(cell, column * slot, y + 20, slot, wide, striped, number(one, several))
        since = off.get((one.pbx_id, one.dn or ""))
        if since in days:
            x = days.index(since) * slot
            parts.append(svg.line(x, y + 16, x, y + 24 + _TALL, "mark"))
    height = _TOP + len(shown) * _ROW + 4
    return Chart(
        "strip",
        texts.STRIP_TITLE,
        texts.STRIP_NOTE,
        svg.chart("strip", height, texts.STRIP_NAME, texts.STRIP_NAME_LONG, parts, len(days) * (46 if wide else 22)),
        (*texts.STRIP_HEADS, *map(short_day, days)),
        [_row(one, several) for one in lines],
        texts.STRIP_CAPTION,
        _legend(lines, coverage),
        _remarks(lines, off, days, several),
    )


def number(line: Line, several: bool) -> str:
    """`101 Front desk`; with the PBX where the account has several."""
    said = " ".join(filter(None, (line.dn, line.name))) if line.dn else texts.STRIP_NONE
    return f"{said} · {line.pbx_id}" if several else said


def _head(line: Line, y: float, several: bool) -> list[Markup]:
    calls = line.calls.total()
    gaps = texts.STRIP_SUM.format(gaps=words.number(line.gaps), calls=words.number(calls))
    whole = texts.STRIP_WHOLE.format(calls=words.count(calls, "call"))
    name = number(line, several)
    return [
        svg.text(0, y + 15, name if len(name) <= 34 else f"{name[:33]}…", "total", "start"),
        svg.text(100, y + 15, gaps if line.gaps else whole, "", "end"),
    ]


def _cell(cell: Cell, x: float, y: float, slot: float, wide: bool, striped: str, name: str) -> list[Markup]:
    content = cells.said(cell)
    in_full = cells.in_full(cell.calls) or content.replace(cells.NO_CALLS, texts.NO_CALLS)
    title = texts.STRIP_CELL.format(number=name, day=words.day(cell.day), said=in_full)
    if content == texts.NOT_READ:
        return [svg.rect(x + 0.03 * slot, y, 0.94 * slot, _TALL, striped, title)]
    paint = cells.paint_of(cell)
    return [
        svg.rect(x + 0.03 * slot, y, 0.94 * slot, _TALL, paint, title),
        svg.text(x + slot / 2, y + 16, content if wide else content[0], paint),
    ]


def _row(line: Line, several: bool) -> tuple[object, ...]:
    return (number(line, several), line.calls.total(), line.gaps, *map(cells.said, line.cells))


def _legend(lines: Sequence[Line], coverage: Coverage) -> list[Key]:
    """Every state with the calls that are in it, each call once; commonest gap first."""
    together: Counter[State] = Counter()
    for label, calls in counts(coverage).items():
        together[state(label)] += calls
    order = {"good": 0, "pending": 2, "none": 3}
    ordered = sorted(together, key=lambda one: (order.get(one.paint, 1), -together[one], one.letter))
    keys = [
        Key(one.paint, texts.STRIP_LEGEND.format(said=one.said, calls=words.number(together[one])), one.letter)
        for one in ordered
    ]
    every = {cells.said(cell) for line in lines for cell in line.cells}
    if cells.NO_CALLS in every:
        keys.append(Key("none", texts.NO_CALLS, cells.NO_CALLS))
    if texts.NOT_READ in every:
        keys.append(Key("hatch", texts.NOT_READ))
    return keys


def _remarks(
    lines: Sequence[Line], off: Mapping[tuple[str, str], dt.date], days: Sequence[dt.date], several: bool
) -> list[str]:
    found = [
        texts.STRIP_OFF.format(number=number(one, several), day=words.day(since))
        for one in lines[:MOST_LINES]
        if (since := off.get((one.pbx_id, one.dn or ""))) in days and since
    ]
    more = len(lines) - MOST_LINES
    return [*found, texts.STRIP_MORE.format(numbers=words.number(more))] if more > 0 else found
