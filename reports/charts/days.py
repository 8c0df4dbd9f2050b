"""Calls offered and missed on each day of the period."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from trunkline.reports import words
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.chart import Chart, Key, read_share, runs, short_day
from trunkline.reports.series import Span

_BASE, _TALL, _TOP = 152, 118, 24
_MOST_NAMED = 10  # with more days, a bar is too thin for "5/20" and the weekday


def days(spans: Sequence[Span]) -> Chart:
    """Missed drawn into offered; neighbouring days that were not read are one striped field."""
    slot, most = 100 / len(spans), max((one.offered or 0 for one in spans), default=0) or 1
    pattern, striped = svg.hatch("days-hatch")
    parts = [pattern, svg.line(0, _BASE, 100, _BASE)]
    for first, length in runs([one.offered is None for one in spans]):
        parts += gap(first * slot, length * slot, _BASE, striped)
    for index, one in enumerate(spans):
        parts += [
            svg.text((index + 0.5) * slot, _BASE + 16, _name(one, len(spans)), "axis"),
            *_bar(index, slot, one, most, len(spans)),
        ]
    legend = [Key("offered", texts.OFFERED), Key("missed", texts.MISSED_LATER), *read_keys(spans, "dashed")]
    longest = max((len(_said(one, len(spans))) for one in spans), default=0)
    return Chart(
        "days",
        texts.DAYS_TITLE,
        texts.DAYS_NOTE if len(spans) <= _MOST_NAMED else texts.DAYS_NOTE_MANY,
        svg.chart(
            "days", _BASE + 22, texts.DAYS_NAME, texts.DAYS_NAME_LONG, parts, len(spans) * max(22, longest * 6.4)
        ),
        texts.DAYS_HEADS,
        [(words.day(one.starts_on), one.offered, one.lost, one.short_abandons, read_share(one)) for one in spans],
        texts.DAYS_NAME,
        legend,
    )


def gap(x: float, width: float, base: float, striped: str) -> list[Markup]:
    """A striped field over spans that were not read; it says so where there is room."""
    field = svg.rect(x, _TOP, width, base - _TOP, striped, texts.NOT_READ)
    return [field, svg.text(x + width / 2, (_TOP + base) / 2 + 4, texts.NOT_READ, "axis")] if width > 12 else [field]


def read_keys(spans: Sequence[Span], in_part: str) -> list[Key]:
    """What the legend says of spans that were not read, or in part (with its swatch)."""
    keys = [Key("hatch", texts.NOT_READ)] if any(one.offered is None for one in spans) else []
    if any(one.offered is not None and not one.is_complete for one in spans):
        keys.append(Key(in_part, texts.IN_PART))
    return keys


def _bar(index: int, slot: float, one: Span, most: int, amount: int) -> list[Markup]:
    if one.offered is None:
        return []
    lost, left, width = one.lost or 0, (index + 0.1) * slot, 0.8 * slot
    tall, small = one.offered / most * _TALL, lost / most * _TALL
    title = texts.DAYS_BAR.format(
        day=words.day(one.starts_on), offered=words.count(one.offered, "call"), lost=words.number(lost)
    )
    parts = [
        svg.rect(left, _BASE - tall, width, tall, "offered", title),
        svg.rect(left, _BASE - small, width, small, "missed", title),
        svg.text((index + 0.5) * slot, _BASE - tall - 6, _said(one, amount)),
    ]
    return parts if one.is_complete else [*parts, svg.frame(left, _BASE - tall, width, tall, dashed=True)]


def _said(one: Span, amount: int) -> str:
    if one.offered is None:
        return ""
    if not one.offered:
        return "·"
    lost, offered = words.number(one.lost or 0), words.number(one.offered)
    return texts.DAYS_SAID.format(lost=lost, offered=offered) if amount <= _MOST_NAMED else lost


def _name(one: Span, amount: int) -> str:
    return short_day(one.starts_on) if amount <= _MOST_NAMED else f"{one.starts_on.day}"
