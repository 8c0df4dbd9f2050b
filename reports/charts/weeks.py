"""The missed-call rate of the last weeks, the report's own marked."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from markupsafe import Markup

from trunkline.periods import Period
from trunkline.reports import formats, words
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.chart import Chart, nice_top, percent_of, read_share, runs
from trunkline.reports.charts.days import gap, read_keys
from trunkline.reports.series import Span

_BASE, _TALL = 152, 112
_LEVEL = 4  # pixels: neighbours this close are of one height
_LEFT, _RIGHT = 9, 97  # percent of the width; the axis and half a label have the rest
_WEEK = dt.timedelta(days=7)


def weeks(spans: Sequence[Span], period: Period) -> Chart:
    """A line that breaks where a week was not read or nobody rang; hollow dots are weeks read in part."""
    slot, top = (_RIGHT - _LEFT) / len(spans), nice_top(max((one.missed_rate or 0 for one in spans), default=0))
    own = [one.starts_on < period.end and one.starts_on + _WEEK > period.first for one in spans]
    pattern, striped = svg.hatch("weeks-hatch")
    parts = [pattern]
    for first, length in runs([one.offered is None for one in spans]):
        parts += gap(_LEFT + first * slot, length * slot, _BASE, striped)
    for share in (0, 0.5, 1):
        level = _BASE - share * _TALL
        parts += [
            svg.line(_LEFT, level, 100, level),
            svg.text(0, level + 4, percent_of(share * top), "axis", "start"),
        ]
    points = [(_LEFT + (index + 0.5) * slot, _height(one, top)) for index, one in enumerate(spans)]
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        if y1 is not None and y2 is not None:
            parts.append(svg.line(x1, y1, x2, y2, "s-missed"))
    heights = [None, *(y for _x, y in points), None]
    for index, ((x, y), one, is_own) in enumerate(zip(points, spans, own, strict=True)):
        more = "halo" if (len(spans) - index) % 2 else "halo alt"
        parts.append(_name(x, one, is_own, more))
        if y is not None:
            parts += [_dot(x, y, one, is_own), _value(x, y, heights[index : index + 3 : 2], one, is_own, more)]
        elif one.offered is not None:
            parts.append(svg.text(x, _BASE - 6, "·", "axis"))
    return Chart(
        "weeks",
        texts.WEEKS_TITLE,
        texts.WEEKS_NOTE.format(marked=texts.WEEKS_MARKED if any(own) else "").rstrip(),
        svg.chart("weeks", _BASE + 22, texts.WEEKS_NAME.format(weeks=len(spans)), texts.WEEKS_NAME_LONG, parts),
        texts.WEEKS_HEADS,
        [
            (words.day(one.starts_on), _rate(one), one.offered, one.lost, one.short_abandons, read_share(one))
            for one in spans
        ],
        texts.WEEKS_NAME.format(weeks=len(spans)),
        read_keys(spans, "hollow"),
    )


def _height(one: Span, top: float) -> float | None:
    return None if one.missed_rate is None else _BASE - one.missed_rate / top * _TALL


def _rate(one: Span) -> str:
    if one.offered is None:
        return ""
    return texts.NO_CALLS if one.missed_rate is None else words.percent(one.missed_rate, 1)


def _name(x: float, one: Span, is_own: bool, more: str) -> Markup:
    said = formats.date(one.starts_on, "MMMd")
    return svg.text(x, _BASE + 16, said, "total" if is_own else "axis", more=more)


def _dot(x: float, y: float, one: Span, is_own: bool) -> Markup:
    said = texts.WEEKS_DOT.format(
        day=words.day(one.starts_on),
        rate=_rate(one),
        lost=words.number(one.lost or 0),
        counted=words.number((one.offered or 0) - (one.short_abandons or 0)),
    )
    return svg.dot(x, y, 6 if is_own else 3.5, said, hollow=not one.is_complete)


def _value(x: float, y: float, beside: Sequence[float | None], one: Span, is_own: bool, more: str) -> Markup:
    """The rate where no line runs through it. `beside`: the heights before and after, which grow downwards."""
    before, after = (0 if height is None else height - y for height in beside)
    anchor, dx, dy = "middle", 0, -10
    if min(before, after) < -_LEVEL and max(before, after) <= _LEVEL and y < _BASE - 24:
        dy = 20
    elif before < -_LEVEL:
        anchor, dx = "start", 5
    elif after < -_LEVEL:
        anchor, dx = "end", -5
    return svg.text(x, y + dy, _rate(one), "total" if is_own else "", anchor, dx, more)
