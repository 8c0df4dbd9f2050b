"""One chart of the page with all that stands around it: heading, note, legend, and the table with its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from trunkline.reports import formats, words
from trunkline.reports.charts import texts
from trunkline.reports.series import Span


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a swatch with its words and a letter. `paint` may also be a class of `chart_styles.j2`."""

    paint: str
    said: str
    letter: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture and the same as a table: `rows` begin with a head, numbers are those of the picture."""

    name: str
    title: str
    note: str
    svg: Markup
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    caption: str
    legend: Sequence[Key] = ()
    remarks: Sequence[str] = field(default=())


def read_share(span: Span) -> str:
    """`not read`, `43%` or `100%`."""
    return words.percent(span.read_share) if span.offered is not None else texts.NOT_READ


def short_day(day: dt.date) -> str:
    """`Mon 9`: the month is that of the report."""
    return f"{words.WEEKDAYS[day.weekday()]} {day.day}"


def runs(gaps: Sequence[bool]) -> list[tuple[int, int]]:
    """Neighbouring gaps as (first, how many)."""
    found: list[tuple[int, int]] = []
    for index, is_gap in enumerate(gaps):
        if is_gap and found and sum(found[-1]) == index:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif is_gap:
            found.append((index, 1))
    return found


def percent_of(share: float) -> str:
    """A mark of the axis: `2.5%`, `50%`."""
    return formats.percent(share * 100, 1 if round(share * 1000) % 10 else 0)


def nice_top(rate: float) -> float:
    """The least round share that holds the rate."""
    return next(top for top in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0) if rate <= top)
