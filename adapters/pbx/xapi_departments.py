"""`Groups` as departments with their opening hours and holidays. Pure.

Shapes: the official document's Group, Schedule, Period and Holiday. Seen on live PBXs, in public code: departments keep
`SpecificHoursExcludingHolidays` with times such as `09:00:00.0000000`, a whole holiday runs from `PT0S` to `PT23H59M`,
one of every year has the year 0, and holidays come only with `$expand`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Iterator

import msgspec

from trunkline.adapters.pbx.odata import readable
from trunkline.hours import WEEKDAYS, OpenSpan
from trunkline.models import Department, DepartmentHoliday

SELECT = "&$select=Id,Name,Number,IsDefault,TimeZoneId,Hours,OfficeHolidays&$expand=OfficeHolidays&$orderby=Id asc"

# The types whose periods are the times when somebody is there. `AllHours` is what a PBX has on which nobody ever set
# hours: it would call every missed call one in opening hours. `OutOf…`, `Never` and `BreakTime` are times of absence.
_TIMETABLES = {"OfficeHours", "SpecificHours", "SpecificHoursExcludingHolidays"}
_FAVOURITES = "___"  # the web client keeps a user's favourites as a group `___FAVORITES___…`
_TIME = re.compile(r"^(\d\d):(\d\d)(:|$)")
_LAST_MINUTE = 24 * 60 - 1  # how an editor that knows no 24:00 writes the end of the day
_DAY_ENDS = dt.timedelta(minutes=_LAST_MINUTE)
_LEAP_YEAR = 2000  # stands for every year, so that 29 February is a day
_DAY = dt.timedelta(days=1)


class _Period(msgspec.Struct):
    DayOfWeek: str
    Start: str
    Stop: str


class _Schedule(msgspec.Struct):
    Type: str | None = None
    IgnoreHolidays: bool | None = None
    Periods: list[_Period] | None = None


class _Holiday(msgspec.Struct):
    Day: int
    Month: int
    Name: str | None = None
    Year: int | None = None
    DayEnd: int | None = None
    MonthEnd: int | None = None
    YearEnd: int | None = None
    IsRecurrent: bool | None = None
    TimeOfStartDate: dt.timedelta | None = None
    TimeOfEndDate: dt.timedelta | None = None


class _Group(msgspec.Struct):
    Name: str
    IsDefault: bool | None = None
    Hours: msgspec.Raw = msgspec.Raw(b"null")
    OfficeHolidays: list[msgspec.Raw] | None = None


def departments(items: Iterable[bytes]) -> list[Department]:
    """The departments of a list of groups."""
    return [_department(group) for group in readable(items, _Group) if not group.Name.startswith(_FAVOURITES)]


def _department(group: _Group) -> Department:
    schedule = _Schedule()
    with contextlib.suppress(msgspec.DecodeError):
        schedule = msgspec.json.decode(group.Hours, type=_Schedule | None) or schedule
    holidays = None
    if group.OfficeHolidays is not None:
        listed = () if schedule.IgnoreHolidays else readable(map(bytes, group.OfficeHolidays), _Holiday)
        holidays = tuple(found for one in listed if (found := _holiday(one)))
    return Department(group.Name, bool(group.IsDefault), _spans(schedule), holidays)


def _spans(schedule: _Schedule) -> tuple[OpenSpan, ...]:
    """All periods, or none if one of them cannot be read: a hole would call opening hours closed."""
    if schedule.Type not in _TIMETABLES:
        return ()
    with contextlib.suppress(ValueError):
        spans = (span for period in schedule.Periods or () for span in _parts(period))
        return tuple(sorted(spans, key=lambda span: (span.weekday, span.opens_minute)))
    return ()


def _parts(period: _Period) -> Iterator[OpenSpan]:
    """A period within one day; one that ends earlier than it starts goes on after midnight."""
    weekday = WEEKDAYS.index(period.DayOfWeek[:3].lower()) + 1
    opens, closes = _minute(period.Start), _minute(period.Stop)
    if closes in (0, _LAST_MINUTE):
        closes = 24 * 60
    if opens < closes:
        yield OpenSpan(weekday, opens, closes)
    elif closes < opens:
        yield OpenSpan(weekday, opens, 24 * 60)
        yield OpenSpan(weekday % 7 + 1, 0, closes)
    else:
        raise ValueError("neither a whole day nor none: which of the two is not known")


def _minute(text: str) -> int:
    match = _TIME.match(text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is no time of day")
    return int(match[1]) * 60 + int(match[2])


def _holiday(one: _Holiday) -> DepartmentHoliday | None:
    """The whole days of a holiday, if it has any: on a day that is closed in part, missed calls still count."""
    year = None if one.IsRecurrent else one.Year or None
    with contextlib.suppress(ValueError):
        first = dt.date(year or _LEAP_YEAR, one.Month, one.Day)
        last = dt.date(first.year, one.MonthEnd or one.Month, one.DayEnd or one.Day)
        if last < first and (year is None or one.YearEnd != year):
            last = last.replace(year=first.year + 1)
        if one.TimeOfStartDate:
            first += _DAY
        if one.TimeOfEndDate and one.TimeOfEndDate < _DAY_ENDS:
            last -= _DAY
        if first <= last:
            return DepartmentHoliday(
                one.Name or "holiday", first.month, first.day, last.month, last.day, year and first.year
            )
    return None
