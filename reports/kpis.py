"""The three key figures, each with its change against the period before and the counts behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.periods import Period
from trunkline.reports import words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Callbacks, Coverage, Slice


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
    """What the three figures are shown against. `compared` is null where either was not read in full."""

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
UNKNOWN = "not known"


def _missed(now: Slice, context: Context) -> Kpi:
    volumes = now.volumes
    if not volumes.offered:
        return Kpi("no calls", "missed-call rate", "", "nobody rang from outside", "missed")
    change = f"no comparison with {context.period.before}"
    if context.compared:
        this, before = (one.volumes for one in context.compared)
        change = words.points(
            this.missed_rate, before.missed_rate, context.period.before, lower_is_better=True, digits=1
        )
        if not before.offered:
            change = f"{context.period.before}: no calls"
        change += _among(context, words.percent(this.missed_rate, 1))
    detail = f"{words.number(volumes.lost)} of {words.number(volumes.offered - volumes.short_abandons)} calls"
    if volumes.short_abandons:
        detail += (
            f"; {words.number(volumes.short_abandons)} more hung up within {context.short_abandon} "
            f"({words.percent(volumes.gross_rate, 1)} with them)"
        )
    return Kpi(words.percent(volumes.missed_rate, 1), "missed-call rate", change, detail, "missed")


def _never(now: Slice, context: Context) -> Kpi:
    calls = now.callbacks
    before = context.compared[1].callbacks.never_returned if context.compared else None
    this = context.compared[0].callbacks.never_returned if context.compared else calls.never_returned
    change = words.difference(this, before, context.period.before) + _among(context, words.number(this))
    callers, returned = words.count(calls.callers, "missed caller"), words.number(calls.returned)
    parts = [f"of {callers}, {returned} called back within {context.within}"]
    if calls.rate is not None:
        parts[0] += f" ({words.percent(calls.rate)})"
    if calls.self_recovered:
        parts.append(f"{words.number(calls.self_recovered)} got through later")
    if calls.still_open > calls.unjudged:
        parts.append(f"{words.number(calls.still_open - calls.unjudged)} still in time")
    if calls.unjudged:
        parts.append(f"{words.number(calls.unjudged)} not known: not every PBX was read")
    detail = "; ".join(parts) if calls.callers else "no caller with a number was missed"
    return Kpi(never(calls), NEVER, change, detail, "callers")


def never(calls: Callbacks) -> str:
    """How many callers were never called back; not known where all of it depends on a PBX that was not read."""
    if calls.unjudged and not calls.never_returned:
        return UNKNOWN
    return ("at least " if calls.unjudged else "") + words.number(calls.never_returned)


def _coverage(now: Slice, context: Context) -> Kpi:
    found = now.coverage
    if found.judged:
        value, detail = words.percent(found.rate), f"{words.number(found.covered)} of {_due(found.judged)}"
    elif found.eligible:
        value, detail = UNKNOWN, _due(found.eligible)
    else:
        value, detail = "none due" if found.spoken else "no calls", "no call was to be recorded"
    parts = [detail]
    if found.spoken_rate is not None:
        parts.append(f"{words.percent(found.spoken_rate)} of all calls in which people spoke")
    if found.pending:
        parts.append(f"{words.number(found.pending)} pending")
    if found.unknown:
        why = ", ".join(words.CAUSES[one.label][0] for one in found.unknown_causes)
        parts.append(f"{words.number(found.unknown)} not known: {why}")
    return Kpi(value, "recording coverage", _coverage_change(found, context), "; ".join(parts), "coverage")


def _due(calls: int) -> str:
    return f"{words.count(calls, 'call')} that should be recorded"


def _coverage_change(found: Coverage, context: Context) -> str:
    if not found.judged:
        return ""
    if not context.compared:
        return f"no comparison with {context.period.before}"
    this, before = (one.coverage for one in context.compared)
    change = f"{context.period.before}: none due"
    if before.eligible:
        change = words.points(this.rate, before.rate, context.period.before, lower_is_better=False, digits=0)
    return change + _among(context, words.percent(this.rate))


def _among(context: Context, value: str) -> str:
    """Which accounts the change is of, with their figure of this period; nothing where it is of all."""
    return f"{context.note} ({value})" if context.note and context.compared else ""
