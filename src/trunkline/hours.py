"""Opening hours, public holidays and "called back within": what an account's settings mean in time."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})$")
_CODE = re.compile(r"^[A-Z]{2,3}(-[A-Z0-9]{1,4})?$")
_NO_CODE = "is no code of the holidays library, such as AU-SA or DE"
_WITHIN = re.compile(r"^(\d+) (minute|hour|business day|day)s?$")


@dataclass(frozen=True)
class OpenSpan:
    """One span of a weekly timetable: ISO weekday 1–7, minutes after local midnight, half-open."""

    weekday: int
    opens_minute: int
    closes_minute: int


@dataclass(frozen=True)
class Within:
    """How soon a missed caller is to be called back: an amount of `minute`, `hour`, `day` or `business day`."""

    amount: int
    unit: str


def weekdays(key: str) -> range:
    """ISO weekdays named by `mon` or `mon-fri`.

    Raises:
        ValueError: Not a weekday or a span of weekdays.
    """
    first, dash, last = key.partition("-")
    last = last if dash else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise ValueError(f"{key!r} is no weekday; write mon, tue, …, sun or a span such as mon-fri")
    span = range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last) + 2)
    if not span:
        raise ValueError(f"{key!r} runs backwards; write two entries instead")
    return span


def timetable(hours: dict[str, str]) -> tuple[OpenSpan, ...]:
    """`{"mon-fri": "08:30-12:00, 13:00-17:30"}` as spans in order.

    Raises:
        ValueError: A weekday or a time that cannot be read, or a span that ends before it begins.
    """
    spans = [
        OpenSpan(weekday, *_minutes(text.strip()))
        for key, texts in hours.items()
        for weekday in weekdays(key)
        for text in texts.split(",")
    ]
    return tuple(sorted(spans, key=lambda span: (span.weekday, span.opens_minute)))


def _minutes(text: str) -> tuple[int, int]:
    match = _SPAN.match(text)
    if not match:
        raise ValueError(f"{text!r} is no span of time; write 08:30-17:30")
    hour, minute, to_hour, to_minute = (int(part) for part in match.groups())
    opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or not 0 <= opens < closes <= 24 * 60:
        raise ValueError(f"{text!r} does not lie within one day; split hours that cross midnight")
    return opens, closes


def within(text: str) -> Within:
    """`1 business day`, `4 hours`, `30 minutes`, `2 days`.

    Raises:
        ValueError: Anything else.
    """
    match = _WITHIN.match(text)
    if not match or int(match[1]) == 0:
        raise ValueError(f"{text!r} is no span; write 30 minutes, 4 hours, 2 days or 1 business day")
    return Within(int(match[1]), match[2])


def holiday_code(text: str) -> str:
    """`text`, if it has the form of a code. Whether the library knows it is seen when it is used: the library takes
    0.8 s to import (measured), which `status` and `--help` should not pay.

    Raises:
        ValueError: It does not have that form.
    """
    if not _CODE.match(text):
        raise ValueError(f"{text!r} {_NO_CODE}")
    return text


def public_holidays(setting: str | tuple[dt.date, ...], years: range) -> dict[dt.date, str]:
    """Days and names: from a code of the `holidays` library (`AU-SA`, `DE`), or the days listed.

    Raises:
        ValueError: The library knows no such country or subdivision.
    """
    if not isinstance(setting, str):
        return {day: "holiday" for day in setting if day.year in years}
    import holidays

    country, _, subdivision = setting.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    except NotImplementedError as error:
        raise ValueError(f"{setting!r} {_NO_CODE}") from error
    return dict(found)
