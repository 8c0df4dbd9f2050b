"""Numbers, dates and lists as the country of the language spoken writes them (Unicode's CLDR, through Babel).

Times are of 24 hours everywhere: the columns of the tables by hour and the CSV are, and one report has one clock.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from babel.dates import format_interval, format_skeleton, get_day_names
from babel.lists import format_list

from trunkline.reports.language import Voice, speaks

_THIN = "\u2009"  # CLDR's beside the dash of a span; a subject and some fonts know only the plain space
Day = Literal["MMMd", "yMMMd", "MMMEd", "yMMMEd", "yMMMM"]  # CLDR's names of what is said of a day


def number(count: float) -> str:
    """A whole number: `1,240`, `1.240`."""
    return decimal(count, 0)


def decimal(value: float, digits: int) -> str:
    """A number with so many digits after the point or comma, rounded as Python rounds: `1.2`, `1,2`."""
    return _written(speaks(), f"{value:.{digits}f}", "decimal")


def plain(value: float) -> str:
    """A number with as many digits as it has: `10`, `2.5`."""
    return _written(speaks(), f"{value:g}", "decimal")


def percent(hundredths: float, digits: int = 0) -> str:
    """A percentage, of 100: `11.8%`, `11,8 %`."""
    return _written(speaks(), f"{hundredths:.{digits}f}", "percent")


@functools.lru_cache(maxsize=8192)  # reports say the same small numbers over and over; Babel takes 20 µs for each
def _written(voice: Voice, digits: str, kind: Literal["decimal", "percent"]) -> str:
    form = copy.copy((voice.locale.percent_formats if kind == "percent" else voice.locale.decimal_formats)[None])
    places = len(digits.partition(".")[2])
    form.frac_prec = (places, places)
    return str(form.apply(Decimal(digits) / (100 if kind == "percent" else 1), voice.locale))


def date(day: dt.date, what: Day) -> str:
    """A day: `9 Nov`, `Nov 9`, `9. Nov.`; with its year, its weekday, or the month and year alone."""
    return _date(speaks(), what, day.year, day.month, day.day)


@functools.lru_cache(maxsize=8192)  # the calls of a report fall on few days; Babel takes 50 µs for each
def _date(voice: Voice, what: Day, year: int, month: int, day: int) -> str:
    return format_skeleton(what, dt.datetime(year, month, day), locale=voice.locale)  # noqa: DTZ001 – a day has no zone


def days(first: dt.date, last: dt.date) -> str:
    """A span of days: `9–15 Nov 2026`, `1 Nov – 7 Dec 2026`."""
    return format_interval(first, last, "yMMMd", locale=speaks().locale).replace(_THIN, " ")


def time(moment: dt.datetime) -> str:
    """A local time: `09:20`."""
    return _time(speaks(), moment.hour, moment.minute)


@functools.lru_cache(maxsize=4096)
def _time(voice: Voice, hour: int, minute: int) -> str:
    return format_skeleton("Hm", dt.datetime(2000, 1, 1, hour, minute), locale=voice.locale)  # noqa: DTZ001 – no zone


def weekdays() -> tuple[str, ...]:
    """Short names, Monday first: `Mon`, `Mo`."""
    return _weekdays(speaks())


@functools.cache
def _weekdays(voice: Voice) -> tuple[str, ...]:
    names = get_day_names("abbreviated", "stand-alone", voice.locale)
    return tuple(str(names[day]) for day in range(7))


def together(parts: Sequence[str]) -> str:
    """A list in a sentence: `a, b and c`."""
    return format_list(parts, locale=speaks().locale) if parts else ""
