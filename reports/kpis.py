"""The three key figures, each with its change against the period before and the counts behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.periods import Period
from trunkline.reports import words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Slice


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
        compared=(figures.now, figures.before) if figures.is_comparable else None,
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
    change = f"no comparison with {context.period.before}"
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
    callers, returned = words.count(calls.callers, "missed caller"), words.number(calls.returned)
    parts = [f"of {callers}, {returned} called back within {context.within}"]
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
    change = f"no comparison with {context.period.before}"
    if context.compared:
        this, before = (one.coverage.rate for one in context.compared)
        change = words.points(this, before, context.period.before, lower_is_better=False, digits=0)
    detail = f"{words.number(found.verified)} of {words.number(found.judged)} calls that should be recorded; {beside}"
    waiting = [
        f"{words.number(n)} {word}" for n, word in ((found.pending, "pending"), (found.unknown, "not known")) if n
    ]
    if waiting:
        detail += f"; {', '.join(waiting)}"
    return Kpi(words.percent(found.rate), "recording coverage", change + context.note, detail, "coverage")
