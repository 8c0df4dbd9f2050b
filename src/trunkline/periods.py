"""The span a report covers: whole days in the reader's zone, half-open (contract §2, `report --period`)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from trunkline.errors import SpanError

_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_DAYS = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?$")
_MEND = "write day, week, month, 2026-W46, 2026-10, 2026-11-01 or 2026-11-01..2026-11-08 (the last day is not included)"
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Days `first` ≤ day < `end` in `timezone`. `kind` is `day`, `week`, `month` or `days`."""

    first: dt.date
    end: dt.date
    timezone: str
    kind: str

    @property
    def since(self) -> dt.datetime:
        """The first instant, in UTC."""
        return _midnight(self.first, self.timezone)

    @property
    def until(self) -> dt.datetime:
        """The first instant after it, in UTC: a week with a change of clocks has 167 or 169 hours."""
        return _midnight(self.end, self.timezone)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Every day of it."""
        return tuple(self.first + dt.timedelta(days=number) for number in range((self.end - self.first).days))

    @property
    def label(self) -> str:
        """For file names: `2026-W46`, `2026-10`, `2026-11-01` or `2026-11-01..2026-11-08`."""
        if self.kind == "week":
            year, week, _day = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first}" if self.kind == "day" else f"{self.first}..{self.end}"

    @property
    def title(self) -> str:
        """For people: `Week of 9–15 Nov 2026`, `October 2026`, `Sun 1 Nov 2026`, `1 Nov – 7 Dec 2026`."""
        if self.kind == "month":
            return f"{self.first:%B %Y}"
        if self.kind == "day":
            return f"{self.first:%a} {_day(self.first, year=True)}"
        return f"{'Week of ' if self.kind == 'week' else ''}{_span(self.first, self.end - _ONE_DAY)}"

    def previous(self) -> Period:
        """The period before: the month before a month, else as many days."""
        if self.kind == "month":
            return Period((self.first - _ONE_DAY).replace(day=1), self.first, self.timezone, "month")
        return Period(self.first - (self.end - self.first), self.first, self.timezone, self.kind)

    def in_zone(self, timezone: str) -> Period:
        """The same days in another reader's zone."""
        return Period(self.first, self.end, timezone, self.kind)


def parse(text: str, timezone: str, now: dt.datetime) -> Period:
    """A period from `day|week|month` (the last completed one before `now`), a name of one, or `A..B` (half-open).

    Raises:
        SpanError: Not a period, or one that ends before it begins.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    if text == "day":
        return Period(today - _ONE_DAY, today, timezone, "day")
    if text == "week":
        monday = today - dt.timedelta(days=today.weekday())
        return Period(monday - dt.timedelta(days=7), monday, timezone, "week")
    if text == "month":
        return Period(today.replace(day=1), today, timezone, "month").previous()
    try:
        named = _named(text, timezone)
    except (ValueError, OverflowError):  # a 13th month, a 54th week, a 30th of February
        named = None
    if named is None:
        raise SpanError(f"{text!r} is no period", mend=_MEND)
    if named.first >= named.end:
        raise SpanError(f"{text!r} ends before it begins", mend=_MEND)
    return named


def _named(text: str, timezone: str) -> Period | None:
    if match := _WEEK.match(text):
        monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Period(monday, monday + dt.timedelta(days=7), timezone, "week")
    if match := _MONTH.match(text):
        first = dt.date(int(match[1]), int(match[2]), 1)
        return Period(first, (first + dt.timedelta(days=31)).replace(day=1), timezone, "month")
    if match := _DAYS.match(text):
        first = dt.date.fromisoformat(match[1])
        end = dt.date.fromisoformat(match[2]) if match[2] else first + _ONE_DAY
        return Period(first, end, timezone, "days" if match[2] else "day")
    return None


def _midnight(day: dt.date, timezone: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(timezone)).astimezone(dt.UTC)


def _day(day: dt.date, *, year: bool) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def _span(first: dt.date, last: dt.date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return _day(last, year=True) if first == last else f"{first.day}–{_day(last, year=True)}"
    return f"{_day(first, year=first.year != last.year)} – {_day(last, year=True)}"
