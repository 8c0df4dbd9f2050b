"""How long each class of an account's data is kept, as instants: what began before its line is removed. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from trunkline.config import Retention
from trunkline.windows import Window


@dataclass(frozen=True)
class Lines:
    """What began before a line is older than it may be kept; null: kept for ever. All in UTC, at whole seconds."""

    recordings: dt.datetime | None = None
    transcripts: dt.datetime | None = None
    calls: dt.datetime | None = None


def lines(retention: Retention, now: dt.datetime) -> Lines:
    """The lines of an account at a moment. A day is 24 hours, in every zone."""

    def line(days: int | None) -> dt.datetime | None:
        return None if days is None else (now - dt.timedelta(days=days)).replace(microsecond=0)

    return Lines(line(retention.recordings_days), line(retention.transcripts_days), line(retention.calls_days))


def later(*instants: dt.datetime | None) -> dt.datetime | None:
    """The latest of those that are known; null if none is."""
    return max((one for one in instants if one is not None), default=None)


def kept_part(span: Window, line: dt.datetime | None) -> Window | None:
    """What of a span is not before the line; null if nothing is."""
    since = later(span.since, line) or span.since
    return Window(since, span.until) if since < span.until else None


def steps(first: dt.datetime, line: dt.datetime, length: dt.timedelta) -> list[dt.datetime]:
    """Lines from `first` on that end at `line`, so that much is removed in pieces of `length`."""
    found = []
    while (first := first + length) < line:
        found.append(first)
    return [*found, line]
