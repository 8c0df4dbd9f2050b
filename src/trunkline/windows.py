"""Windows: closed spans of start times read from one PBX in one piece; which are due, and how a span is cut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

MAX_WINDOW = dt.timedelta(days=1)  # `$skip` is quadratic on the PBX: a month in one sweep is refused (v20 §3.6)
SETTLE = dt.timedelta(minutes=5)  # a window ends this long before now: rows still move while calls end (v20 §3.6)
SMALLEST_WINDOW = dt.timedelta(minutes=1)
FIRST_SYNC = dt.timedelta(days=7)  # what the first sync of a new PBX reads; older calls are for `backfill`


@dataclass(frozen=True, order=True)
class Window:
    """since ≤ start < until, both in UTC."""

    since: dt.datetime
    until: dt.datetime

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%dT%H:%M:%SZ}–{self.until:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def length(self) -> dt.timedelta:
        """How long it is."""
        return self.until - self.since

    def halves(self) -> tuple[Window, Window]:
        """Two windows that make this one, cut at a whole second."""
        middle = (self.since + self.length / 2).replace(microsecond=0)
        return Window(self.since, middle), Window(middle, self.until)


@dataclass(frozen=True)
class Read:
    """A window that was read completely, and when."""

    window: Window
    read_at: dt.datetime


def settled(reads: Iterable[Read], overlap: dt.timedelta) -> list[Window]:
    """The spans that need no further reading: a call is written when it ends, so what was younger than `overlap`
    when it was read may lack calls that were still going on (v20 reference §3.7)."""
    final = (Window(read.window.since, min(read.window.until, read.read_at - overlap)) for read in reads)
    return merged(window for window in final if window.since < window.until)


def merged(windows: Iterable[Window]) -> list[Window]:
    """The same time as few windows as possible, in order."""
    result: list[Window] = []
    for window in sorted(windows):
        if result and window.since <= result[-1].until:
            result[-1] = Window(result[-1].since, max(result[-1].until, window.until))
        else:
            result.append(window)
    return result


def missing(span: Window, covered: Iterable[Window]) -> list[Window]:
    """What of `span` no window in `covered` holds."""
    gaps, since = [], span.since
    for window in merged(covered):
        if window.until <= since or window.since >= span.until:
            continue
        if window.since > since:
            gaps.append(Window(since, window.since))
        since = max(since, window.until)
    if since < span.until:
        gaps.append(Window(since, span.until))
    return gaps


def cut(span: Window) -> list[Window]:
    """Windows of at most a day that make `span`, cut at midnight UTC so that a resumed backfill asks the same ones."""
    windows, since = [], span.since
    while since < span.until:
        midnight = since.replace(hour=0, minute=0, second=0, microsecond=0) + MAX_WINDOW
        until = min(midnight, span.until)
        windows.append(Window(since, until))
        since = until
    return windows


def due(span: Window, reads: Iterable[Read], overlap: dt.timedelta) -> list[Window]:
    """Windows to read so that `span` is complete: nothing if all of it was read, else all that is not settled."""
    reads = list(reads)
    if not missing(span, (read.window for read in reads)):
        return []
    return [window for gap in missing(span, settled(reads, overlap)) for window in cut(gap)]
