"""Figures → what a reader sees of them: three key figures, one sentence, the hours, the notes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.hours import Within
from trunkline.periods import Period
from trunkline.reports import words
from trunkline.reports.figures import AccountFigures, Slice


@dataclass(frozen=True)
class Kpi:
    """A figure, what it is, how it changed, and the counts behind it."""

    value: str
    label: str
    change: str
    detail: str
    rows: str


@dataclass(frozen=True)
class Context:
    """What the three figures are shown against. `compared` is null where the period before is not known."""

    period: Period
    is_read: bool
    short_abandon: str
    within: str
    compared: tuple[Slice, Slice] | None
    note: str = ""


def account_context(figures: AccountFigures) -> Context:
    """The context of one account's figures, with its own thresholds."""
    missed = figures.account.missed
    return Context(
        period=figures.period,
        is_read=figures.is_read,
        short_abandon=f"{missed.short_abandon_seconds:g} s",
        within=words.within(missed.callback_within),
        compared=(figures.now, figures.before) if figures.was_read_before else None,
    )


def kpis(now: Slice, context: Context) -> list[Kpi]:
    """Missed-call rate, callers never called back, recording coverage."""
    if not context.is_read:
        return [
            Kpi("not read", label, "", "no PBX answered for this period", rows)
            for label, rows in (("missed-call rate", "missed"), (NEVER, "callers"), ("recording coverage", "coverage"))
        ]
    return [_missed(now, context), _never(now, context), _coverage(now, context)]


NEVER = "callers never called back"


def _missed(now: Slice, context: Context) -> Kpi:
    volumes = now.volumes
    if not volumes.offered:
        return Kpi("no calls", "missed-call rate", "", "nobody rang from outside", "missed")
    change = f"{context.period.before}: not known"
    if context.compared:
        this, before = (one.volumes.missed_rate for one in context.compared)
        change = words.points(this, before, context.period.before, lower_is_better=True, digits=1)
    detail = f"{words.number(volumes.lost)} of {words.number(volumes.offered - volumes.short_abandons)} calls"
    if volumes.short_abandons:
        detail += (
            f"; {words.number(volumes.short_abandons)} more hung up within {context.short_abandon} "
            f"({words.percent(volumes.gross_rate, 1)} with them)"
        )
    return Kpi(words.percent(volumes.missed_rate, 1), "missed-call rate", change + context.note, detail, "missed")


def _never(now: Slice, context: Context) -> Kpi:
    calls = now.callbacks
    before = context.compared[1].callbacks.never_returned if context.compared else None
    this = context.compared[0].callbacks.never_returned if context.compared else calls.never_returned
    change = words.difference(this, before, context.period.before) + context.note
    parts = [
        f"of {words.count(calls.callers, 'missed caller')}, {words.number(calls.returned)} called back within {context.within}"
    ]
    if calls.rate is not None:
        parts[0] += f" ({words.percent(calls.rate)})"
    if calls.self_recovered:
        parts.append(f"{words.number(calls.self_recovered)} got through later")
    if calls.still_open:
        parts.append(f"{words.number(calls.still_open)} still in time")
    detail = "; ".join(parts) if calls.callers else "no caller with a number was missed"
    return Kpi(words.number(calls.never_returned), NEVER, change, detail, "callers")


def _coverage(now: Slice, context: Context) -> Kpi:
    found = now.coverage
    beside = f"{words.percent(found.spoken_rate)} of all calls in which people spoke"
    if not found.judged:
        detail = "not looked at yet" if found.eligible else "no call was to be recorded"
        value = "no calls" if not found.spoken else "not known" if found.eligible else "none due"
        return Kpi(
            value, "recording coverage", "", detail if found.spoken_rate is None else f"{detail}; {beside}", "coverage"
        )
    change = f"{context.period.before}: not known"
    if context.compared:
        this, before = (one.coverage.rate for one in context.compared)
        change = words.points(this, before, context.period.before, lower_is_better=False, digits=0)
    detail = f"{words.number(found.verified)} of {words.number(found.judged)} calls that should be recorded; {beside}"
    waiting = [
        f"{words.number(n)} {word}" for n, word in ((found.pending, "pending"), (found.unknown, "not looked at")) if n
    ]
    if waiting:
        detail += f"; {', '.join(waiting)}"
    return Kpi(words.percent(found.rate), "recording coverage", change + context.note, detail, "coverage")


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
    if calls.still_open:
        return f"Nobody was left without a call back {when} so far; {words.count(calls.still_open, 'caller')} can still be called in time."
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
        whom = "of them" if calls.never_returned > 1 else "who"
        extra.append(
            f"{calls.never_returned_repeat} {whom} tried more than once"
            if calls.never_returned > 1
            else "they tried more than once"
        )
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
    spans = figures.account.open_spans
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
