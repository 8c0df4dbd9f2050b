"""The three key figures, each with its change against the period before and the counts behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.periods import Period
from trunkline.reports import formats, titles, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Callbacks, Coverage, Slice
from trunkline.reports.language import _, ngettext


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
        short_abandon=_("%(seconds)s s", seconds=formats.plain(missed.short_abandon_seconds)),
        within=words.within(missed.callback_within),
        compared=(figures.now, figures.before) if figures.is_comparable else None,
    )


def kpis(now: Slice, context: Context) -> list[Kpi]:
    """Missed-call rate, callers never called back, recording coverage."""
    if not context.is_read:
        labels = ((_missed_label(), "missed"), (_never_label(), "callers"), (_coverage_label(), "coverage"))
        why = _("no PBX answered for this period")
        return [Kpi(_("not read"), label, "", why, rows) for label, rows in labels]
    return [_missed(now, context), _never(now, context), _coverage(now, context)]


def _missed_label() -> str:
    return _("missed-call rate")


def _never_label() -> str:
    return _("callers never called back")


def _coverage_label() -> str:
    return _("recording coverage")


def _missed(now: Slice, context: Context) -> Kpi:
    volumes = now.volumes
    if not volumes.offered:
        return Kpi(_("no calls"), _missed_label(), "", _("nobody rang from outside"), "missed")
    change = words.no_comparison(context.period)
    if context.compared:
        this, before = (one.volumes for one in context.compared)
        change = words.points(this.missed_rate, before.missed_rate, context.period, lower_is_better=True, digits=1)
        if not before.offered:
            change = _("%(before)s: no calls", before=titles.before(context.period))
        change += _among(context, words.percent(this.missed_rate, 1))
    judged = volumes.offered - volumes.short_abandons
    parts = [ngettext("%(lost)s of %(num)s call", "%(lost)s of %(num)s calls", judged, lost=words.number(volumes.lost))]
    if volumes.short_abandons:
        parts.append(
            ngettext(
                "%(num)s more hung up within %(within)s (%(rate)s with them)",
                "%(num)s more hung up within %(within)s (%(rate)s with them)",
                volumes.short_abandons,
                within=context.short_abandon,
                rate=words.percent(volumes.gross_rate, 1),
            )
        )
    return Kpi(words.percent(volumes.missed_rate, 1), _missed_label(), change, "; ".join(parts), "missed")


def _never(now: Slice, context: Context) -> Kpi:
    calls = now.callbacks
    before = context.compared[1].callbacks.never_returned if context.compared else None
    this = context.compared[0].callbacks.never_returned if context.compared else calls.never_returned
    change = words.difference(this, before, context.period) + _among(context, words.number(this))
    detail = "; ".join(_callers(calls, context)) if calls.callers else _("no caller with a number was missed")
    return Kpi(never(calls), _never_label(), change, detail, "callers")


def _callers(calls: Callbacks, context: Context) -> list[str]:
    """What became of the missed callers."""
    parts = [_returned(calls, context)]
    if calls.self_recovered:
        parts.append(ngettext("%(num)s got through later", "%(num)s got through later", calls.self_recovered))
    if calls.still_open > calls.unjudged:
        parts.append(_("%(callers)s still in time", callers=words.number(calls.still_open - calls.unjudged)))
    if calls.unjudged:
        parts.append(_("%(callers)s not known: not every PBX was read", callers=words.number(calls.unjudged)))
    return parts


def _returned(calls: Callbacks, context: Context) -> str:
    returned = words.number(calls.returned)
    if calls.rate is None:
        return ngettext(
            "of %(num)s missed caller, %(returned)s called back within %(within)s",
            "of %(num)s missed callers, %(returned)s called back within %(within)s",
            calls.callers,
            returned=returned,
            within=context.within,
        )
    return ngettext(
        "of %(num)s missed caller, %(returned)s called back within %(within)s (%(rate)s)",
        "of %(num)s missed callers, %(returned)s called back within %(within)s (%(rate)s)",
        calls.callers,
        returned=returned,
        within=context.within,
        rate=words.percent(calls.rate),
    )


def unknown() -> str:
    """In place of a figure that depends on what was not read."""
    return _("not known")


def never(calls: Callbacks) -> str:
    """How many callers were never called back; not known where all of it depends on a PBX that was not read."""
    if calls.unjudged and not calls.never_returned:
        return unknown()
    callers = words.number(calls.never_returned)
    return _("at least %(callers)s", callers=callers) if calls.unjudged else callers


def _coverage(now: Slice, context: Context) -> Kpi:
    found = now.coverage
    if found.judged:
        value, detail = words.percent(found.rate), _covered(found)
    elif found.eligible:
        value, detail = unknown(), _due(found.eligible)
    else:
        value, detail = _("none due") if found.spoken else _("no calls"), _("no call was to be recorded")
    parts = [detail]
    if found.spoken_rate is not None:
        parts.append(_("%(share)s of all calls in which people spoke", share=words.percent(found.spoken_rate)))
    if found.pending:
        parts.append(_("%(calls)s pending", calls=words.number(found.pending)))
    if found.unknown:
        why = ", ".join(words.CAUSES[one.label][0] for one in found.unknown_causes)
        parts.append(_("%(calls)s not known: %(why)s", calls=words.number(found.unknown), why=why))
    return Kpi(value, _coverage_label(), _coverage_change(found, context), "; ".join(parts), "coverage")


def _covered(found: Coverage) -> str:
    return ngettext(
        "%(covered)s of %(num)s call that should be recorded",
        "%(covered)s of %(num)s calls that should be recorded",
        found.judged,
        covered=words.number(found.covered),
    )


def _due(calls: int) -> str:
    return ngettext("%(num)s call that should be recorded", "%(num)s calls that should be recorded", calls)


def _coverage_change(found: Coverage, context: Context) -> str:
    if not found.judged:
        return ""
    if not context.compared:
        return words.no_comparison(context.period)
    this, before = (one.coverage for one in context.compared)
    change = _("%(before)s: none due", before=titles.before(context.period))
    if before.eligible:
        change = words.points(this.rate, before.rate, context.period, lower_is_better=False, digits=0)
    return change + _among(context, words.percent(this.rate))


def _among(context: Context, value: str) -> str:
    """Which accounts the change is of, with their figure of this period; nothing where it is of all."""
    return f"{context.note} ({value})" if context.note and context.compared else ""
