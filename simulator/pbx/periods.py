"""The period of a report request, and the builds that do not honour it (v20 reference §3.2)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trunkline.simulator.pbx.wire import Ask

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


Period = tuple[dt.datetime, dt.datetime]


def honoured(pbx: SimulatedPbx, ask: Ask, period: Period) -> Period:
    """The period asked for, or today where a build ignores this spelling of it."""
    encoded = "%3a" in ask.raw_path.lower() or ".000Z" in ask.path
    ignored = pbx.quirks.ignores_spelling == ("encoded" if encoded else "raw")
    if not ignored and not pbx.faults.take(ask.path, "ignore_period"):
        return period
    now = pbx.now()
    midnight = now.astimezone(ZoneInfo(pbx.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, now


def period_of(since: str, until: str) -> Period | None:
    """Both instants; None if either is none, or has no zone."""
    try:
        start, end = dt.datetime.fromisoformat(since), dt.datetime.fromisoformat(until)
    except ValueError:
        return None
    return (start, end) if start.tzinfo and end.tzinfo else None
