"""What a reader is told before the tables: the news in one sentence, the hours, and what was not read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.hours import Within
from trunkline.periods import Period
from trunkline.reports import words
from trunkline.reports.account import AccountFigures


def this(period: Period) -> str:
    """`this week`."""
    return {"day": "on this day", "days": "in this period"}.get(period.kind, f"this {period.kind}")


def sentence(figures: AccountFigures) -> str:
    """The news in plain words."""
    when, calls, volumes = this(figures.period), figures.now.callbacks, figures.now.volumes
    if not figures.is_read:
        return f"Your phone system could not be read {when}, so nothing is known about missed calls."
    if not volumes.offered:
        return f"Nobody rang from outside {when}."
    if not volumes.missed:
        return f"Every caller was answered {when}."
    if calls.never_returned:
        return _never_sentence(figures, when, figures.account.missed.callback_within)
    if calls.unjudged:
        whom = words.count(calls.unjudged, "missed caller")
        return f"Whether {whom} {when} got a call back is not known: not every PBX could be read."
    if calls.still_open:
        left = words.count(calls.still_open, "caller")
        return f"Nobody was left without a call back {when} so far; {left} can still be called in time."
    if calls.callers:
        return f"Every missed caller was called back or got through {when}."
    return f"Only callers who withheld their number were missed {when}: {words.number(volumes.withheld)}."


def _never_sentence(figures: AccountFigures, when: str, allowed: Within) -> str:
    calls = figures.now.callbacks
    was = "was" if calls.never_returned == 1 else "were"
    text = (
        f"{words.count(calls.never_returned, 'caller')} {was} never called back within {words.within(allowed)} {when}"
    )
    extra = []
    if calls.never_returned_repeat:
        whom = f"{calls.never_returned_repeat} of them" if calls.never_returned > 1 else "they"
        extra.append(f"{whom} tried more than once")
    if calls.returned_late:
        extra.append(f"{words.number(calls.returned_late)} got a late call")
    return text + ("; " + ", ".join(extra) if extra else "") + "."


@dataclass(frozen=True)
class HourTable:
    """Missed calls by weekday and hour: column heads, rows of counts (null: closed), and what lay outside."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    outside: int | None
    hours_each: int


MOST_COLUMNS = 12  # more do not fit 375 px


def hour_table(figures: AccountFigures) -> HourTable:
    """Opening hours only, at most 12 columns; without opening hours all of the day, two hours each."""
    spans = figures.open_spans
    first = min((span.opens_minute for span in spans), default=0) // 60
    last = -(-max((span.closes_minute for span in spans), default=24 * 60) // 60)
    each = -(-(last - first) // MOST_COLUMNS)
    starts = range(first, last, each)
    days = sorted({span.weekday for span in spans}) or range(1, 8)

    def is_open(weekday: int, start: int) -> bool:
        return not spans or any(
            span.weekday == weekday and span.opens_minute < (start + each) * 60 and span.closes_minute > start * 60
            for span in spans
        )

    def cell(weekday: int, start: int) -> int | None:
        if not is_open(weekday, start):
            return None
        return sum(
            heat.calls
            for heat in figures.heat
            if heat.weekday == weekday and start <= heat.hour < start + each and heat.in_hours is not False
        )

    rows = tuple((words.WEEKDAYS[weekday - 1], tuple(cell(weekday, start) for start in starts)) for weekday in days)
    outside = sum(heat.calls for heat in figures.heat if heat.in_hours is False) if spans else None
    return HourTable(tuple(f"{start}" for start in starts), rows, outside, each)


def completeness(figures: AccountFigures) -> Sequence[str]:
    """Warnings that belong above the figures: what was not read, and what of it."""
    notes = []
    for pbx in figures.reading:
        if not pbx.is_read:
            notes.append(f"{pbx.pbx_id} was not heard from: its calls are not in these figures.")
        elif not pbx.is_complete:
            read = words.percent(pbx.read_share)
            notes.append(f"Only {read} of this period was read from {pbx.pbx_id}: the figures are not complete.")
    return notes
