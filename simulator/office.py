"""What the traffic of one PBX depends on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from trunkline.simulator.callers import Caller


@dataclass(frozen=True)
class Office:
    """Lines, people, callers and opening hours of one PBX."""

    zone: str
    callers: tuple[Caller, ...]
    dids: tuple[str, ...]
    extensions: tuple[str, ...]
    unrecorded: frozenset[str] = frozenset()
    opens_hour: float = 8.5
    closes_hour: float = 17.5
    weekday_calls: tuple[int, int] = (25, 60)
    saturday_calls: tuple[int, int] = (6, 14)
    sunday_calls: tuple[int, int] = (1, 4)
    closed_days: frozenset[dt.date] = field(default_factory=frozenset)

    def next_open(self, at: dt.datetime) -> dt.datetime:
        """`at` if the office is open then, else a little after it opens next."""
        local = at.astimezone(ZoneInfo(self.zone))
        late = local.hour + local.minute / 60 >= self.closes_hour
        opens = dt.timedelta(hours=self.opens_hour, minutes=5 + local.minute / 2)
        if not late and local.weekday() < 5 and local.hour + local.minute / 60 >= self.opens_hour:
            return at
        day = local.date() + dt.timedelta(days=1 if late else 0)
        while day.weekday() >= 5 or day in self.closed_days:
            day += dt.timedelta(days=1)
        return (dt.datetime.combine(day, dt.time(), ZoneInfo(self.zone)) + opens).astimezone(dt.UTC)
