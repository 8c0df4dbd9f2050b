"""The date ranges that the v18 console offers; a custom one has no known parameters (v18 reference §1.4)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ROLLING_DAYS = {"lastsevendays": 7, "lastthirtydays": 30, "lastninetydays": 90}
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def span(name: str, now: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime] | None:
    """First and last instant of a range in a zone; None for a name the console does not offer."""
    name = name.lower()
    today = now.astimezone(zone).date()
    if name in ROLLING_DAYS:
        return _midnight(today - dt.timedelta(days=ROLLING_DAYS[name]), zone), now
    monday = today - dt.timedelta(days=today.weekday())
    first = today.replace(day=1)
    last_month = (first - dt.timedelta(days=1)).replace(day=1)
    spans = {
        "today": (today, None),
        "yesterday": (today - dt.timedelta(days=1), today),
        "lastweek": (monday - dt.timedelta(days=7), monday),
        "lastmonth": (last_month, first),
    }
    if name == "nolimit":
        return BEGINNING, now
    if name not in spans:
        return None
    since, until = spans[name]
    end = now if until is None else _midnight(until, zone) - dt.timedelta(microseconds=1)
    return _midnight(since, zone), end


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
