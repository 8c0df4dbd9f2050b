"""Local days: what lies between two midnights of a zone, 23 to 25 hours. Pure."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from trunkline.windows import Window

T = TypeVar("T")
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class LocalDay:
    """A day in a zone; not `is_whole` where the span asked for begins or ends in it."""

    day: dt.date
    window: Window
    is_whole: bool = True


def midnight(day: dt.date, timezone: str) -> dt.datetime:
    """When a day begins in a zone, in UTC."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(timezone)).astimezone(dt.UTC)


def local_days(span: Window, timezone: str) -> list[LocalDay]:
    """The days that make a span."""
    days, day = [], span.since.astimezone(ZoneInfo(timezone)).date()
    while (begins := midnight(day, timezone)) < span.until:
        ends = midnight(day + ONE_DAY, timezone)
        window = Window(max(begins, span.since), min(ends, span.until))
        days.append(LocalDay(day, window, window == Window(begins, ends)))
        day += ONE_DAY
    return days


def by_day(days: Sequence[LocalDay], items: Iterable[T], at: Callable[[T], dt.datetime]) -> list[list[T]]:
    """The items of each day by their own time; what lies outside all days is left out."""
    begins = [day.window.since for day in days]
    found: list[list[T]] = [[] for _day in days]
    for item in items:
        place = bisect.bisect_right(begins, at(item)) - 1
        if place >= 0 and at(item) < days[place].window.until:
            found[place].append(item)
    return found
