"""Times as a person types them: ISO 8601 with an offset, or a date (contract §2)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from trunkline.errors import SpanError


def moment(text: str, zone: str) -> dt.datetime:
    """A moment in UTC; a date is its midnight in `zone`.

    Raises:
        SpanError: Neither, or a time without an offset.
    """
    try:
        if len(text) == len("2026-11-08"):
            return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SpanError(
            f"{text!r} is no time", mend="write a date such as 2026-11-08, or a time such as 2026-11-08T09:00+10:30"
        ) from None
    if found.tzinfo is None:
        raise SpanError(f"{text!r} has no offset", mend=f"write {text}Z for UTC, or its offset such as {text}+10:30")
    return found.astimezone(dt.UTC)
