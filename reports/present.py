"""What a reader is told before the tables: the news in one sentence, the hours, and what was not read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.periods import Period
from trunkline.reports import titles, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.language import _, ngettext


def this(period: Period) -> str:
    """`this week`."""
    return titles.this(period)


def sentence(figures: AccountFigures) -> str:
    """The news in plain words."""
    when, calls, volumes = this(figures.period), figures.now.callbacks, figures.now.volumes
    if not figures.is_read:
        return _("Your phone system could not be read %(when)s, so nothing is known about missed calls.", when=when)
    if not volumes.offered:
        return _("Nobody rang from outside %(when)s.", when=when)
    if not volumes.missed:
        return _("Every caller was answered %(when)s.", when=when)
    if calls.never_returned:
        return _never_sentence(figures, when)
    if calls.unjudged:
        return ngettext(
            "Whether %(num)s missed caller %(when)s got a call back is not known: not every PBX could be read.",
            "Whether %(num)s missed callers %(when)s got a call back is not known: not every PBX could be read.",
            calls.unjudged,
            when=when,
        )
    if calls.still_open:
        return ngettext(
            "Nobody was left without a call back %(when)s so far; %(num)s caller can still be called in time.",
            "Nobody was left without a call back %(when)s so far; %(num)s callers can still be called in time.",
            calls.still_open,
            when=when,
        )
    if calls.callers:
        return _("Every missed caller was called back or got through %(when)s.", when=when)
    withheld = words.number(volumes.withheld)
    return _("Only callers who withheld their number were missed %(when)s: %(calls)s.", when=when, calls=withheld)


def _never_sentence(figures: AccountFigures, when: str) -> str:
    calls = figures.now.callbacks
    news = ngettext(
        "%(num)s caller was never called back within %(within)s %(when)s",
        "%(num)s callers were never called back within %(within)s %(when)s",
        calls.never_returned,
        within=words.within(figures.account.missed.callback_within),
        when=when,
    )
    extra = []
    if calls.never_returned_repeat and calls.never_returned == 1:
        extra.append(_("they tried more than once"))
    elif calls.never_returned_repeat:
        extra.append(
            ngettext(
                "%(num)s of them tried more than once",
                "%(num)s of them tried more than once",
                calls.never_returned_repeat,
            )
        )
    if calls.returned_late:
        extra.append(ngettext("%(num)s got a late call", "%(num)s got a late call", calls.returned_late))
    return news + ("; " + ", ".join(extra) if extra else "") + "."


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
            notes.append(_("%(pbx)s was not heard from: its calls are not in these figures.", pbx=pbx.pbx_id))
        elif not pbx.is_complete:
            read = words.percent(pbx.read_share)
            only = _(
                "Only %(share)s of this period was read from %(pbx)s: the figures are not complete.",
                share=read,
                pbx=pbx.pbx_id,
            )
            notes.append(only)
    return notes
