"""How figures are said: numbers, spans, instants and changes, in the language spoken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import overload
from zoneinfo import ZoneInfo

from trunkline.hours import Within
from trunkline.periods import Period
from trunkline.reports import formats, titles
from trunkline.reports.formats import number as number
from trunkline.reports.language import _, ngettext
from trunkline.reports.phrases import CAUSE_NAMES as CAUSE_NAMES
from trunkline.reports.phrases import CAUSES as CAUSES
from trunkline.reports.phrases import DIRECTIONS as DIRECTIONS
from trunkline.reports.phrases import NO_NUMBER as NO_NUMBER
from trunkline.reports.phrases import NOT_ELIGIBLE as NOT_ELIGIBLE
from trunkline.reports.phrases import REASONS as REASONS
from trunkline.reports.phrases import RECORDING_STATES as RECORDING_STATES
from trunkline.reports.phrases import STATES as STATES

DASH = "–"


class _Weekdays(Sequence[str]):
    """Short names, Monday first, in the language spoken when they are asked for."""

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return formats.weekdays()[index]

    def __len__(self) -> int:
        return 7


WEEKDAYS = _Weekdays()


def first_few(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`."""
    shown, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return shown
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=shown)


def one_line(text: str) -> str:
    """Without line breaks and other control characters, so that a name cannot add a mail header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def initial(text: str) -> str:
    """With a capital at its beginning, and no other letter changed: German nouns keep theirs."""
    return text[:1].upper() + text[1:]


def percent(rate: float | None, digits: int = 0) -> str:
    """`12%`, `11.8%`; a dash where it is not known. Only all is `100%` and only none is `0%`."""
    if rate is None:
        return DASH
    if rate in (0, 1):
        return formats.percent(rate * 100)
    rounded = round(rate * 100, digits)
    if rounded >= 100:
        return f">{formats.percent(99.9 if digits else 99, digits)}"
    if rounded <= 0:
        return f"<{formats.percent(0.1 if digits else 1, digits)}"
    return formats.percent(rate * 100, digits)


def span(seconds: float | None) -> str:
    """`45 s`, `1 min 20 s`, `3 h 10 min`, `2 d 4 h`; a dash where it is not known."""
    if seconds is None:
        return DASH
    whole = round(seconds)
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours) if hours else _("%(days)s d", days=days)
    if hours:
        said = _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
        return said if minutes else _("%(hours)s h", hours=hours)
    if minutes:
        said = _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=whole % 60)
        return said if whole % 60 else _("%(minutes)s min", minutes=minutes)
    return _("%(seconds)s s", seconds=whole)


def within(allowed: Within) -> str:
    """`1 business day`, `4 hours`: said after "within", in a language with cases too."""
    if allowed.unit == "minute":
        return ngettext("%(num)s minute", "%(num)s minutes", allowed.amount)
    if allowed.unit == "hour":
        return ngettext("%(num)s hour", "%(num)s hours", allowed.amount)
    if allowed.unit == "day":
        return ngettext("%(num)s day", "%(num)s days", allowed.amount)
    return ngettext("%(num)s business day", "%(num)s business days", allowed.amount)


def at(instant: dt.datetime, timezone: str) -> dt.datetime:
    """An instant as local time."""
    return instant.astimezone(ZoneInfo(timezone))


def moment(local: dt.datetime) -> str:
    """`Mon 9 Nov 09:20`, of a local time."""
    return _("%(day)s %(time)s", day=day(local), time=formats.time(local))


def day(date: dt.date) -> str:
    """`Mon 9 Nov`."""
    return formats.date(date, "MMMEd")


def points(now: float | None, before: float | None, period: Period, *, lower_is_better: bool, digits: int) -> str:
    """`▼ 1.2 points better than the week before (13.0%)`, of two rates and the period of the first."""
    if now is None or before is None:
        return no_comparison(period)
    change = round(now * 100, digits) - round(before * 100, digits)
    if abs(change) < 10**-digits / 2:
        return _same(period)
    size = round(abs(change), digits)
    values = {
        "sign": "▼" if change < 0 else "▲",
        "points": formats.decimal(size, digits),
        "before": titles.before(period),
        "rate": percent(before, digits),
    }
    many = 1 if size == 1 else 2
    if (change < 0) == lower_is_better:
        return ngettext(
            "%(sign)s %(points)s point better than %(before)s (%(rate)s)",
            "%(sign)s %(points)s points better than %(before)s (%(rate)s)",
            many,
            **values,
        )
    return ngettext(
        "%(sign)s %(points)s point worse than %(before)s (%(rate)s)",
        "%(sign)s %(points)s points worse than %(before)s (%(rate)s)",
        many,
        **values,
    )


def difference(now: int, before: int | None, period: Period) -> str:
    """`▲ 6 more than the week before (113)`, of two counts and the period of the first."""
    if before is None:
        return no_comparison(period)
    if now == before:
        return _same(period)
    values = {"num": number(abs(now - before)), "before": titles.before(period), "count": number(before)}
    if now < before:
        return _("▼ %(num)s fewer than %(before)s (%(count)s)", **values)
    return _("▲ %(num)s more than %(before)s (%(count)s)", **values)


def no_comparison(period: Period) -> str:
    """Where one of the two is not known."""
    return _("no comparison with %(before)s", before=titles.before(period))


def _same(period: Period) -> str:
    return _("same as %(before)s", before=titles.before(period))
