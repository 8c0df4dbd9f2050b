"""What the charts show besides the figures: days, weeks, waits, and each number's recordings day by day. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.periods import Period
from trunkline.reports.figures import Volumes
from trunkline.reports.reasons import GAPS, reason

MOST_WEEKS = 12
WAIT_EDGES = (0.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds at which a step of the wait begins; the account's short abandon is one more."""


@dataclass(frozen=True)
class Span:
    """One local day, or a week from its Monday. Counts are null where nothing of it was read.

    `read_share`: 0 to 1, of the span and of all PBXs of the account.
    """

    starts_on: dt.date
    read_share: float
    offered: int | None
    lost: int | None
    short_abandons: int | None

    @property
    def is_complete(self) -> bool:
        """Whether all of it was read."""
        return _is_whole(self.read_share)

    @property
    def missed_rate(self) -> float | None:
        """The headline rate; null where nothing was read or nobody rang."""
        short, lost = self.short_abandons or 0, self.lost or 0
        return Volumes(offered=self.offered or 0, missed=lost + short, short_abandons=short).missed_rate


@dataclass(frozen=True)
class Wait:
    """Calls whose wait was at least `from_seconds` and less than the next step; null: not known."""

    from_seconds: float | None
    answered: int
    missed: int
    short_abandons: int


@dataclass(frozen=True)
class Cell:
    """One number's calls of one day, by what became of their recording (`reasons.reason`)."""

    day: dt.date
    read_share: float
    calls: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether all of the day was read from this PBX."""
        return _is_whole(self.read_share)


@dataclass(frozen=True)
class Line:
    """One extension or queue (`dn` null: calls in which none took part), a cell for every day of the period."""

    pbx_id: str
    dn: str | None
    name: str | None
    kind: str | None
    cells: tuple[Cell, ...]

    @property
    def calls(self) -> Counter[str]:
        """Calls of all days, by what became of their recording."""
        return sum((Counter(cell.calls) for cell in self.cells), Counter())

    @property
    def gaps(self) -> int:
        """Calls without a recording, for a reason that somebody can mend."""
        return sum(calls for why, calls in self.calls.items() if why in GAPS)


def _is_whole(read_share: float) -> bool:
    return read_share > 0.999999  # a sum of seconds, divided


def weeks(period: Period, most: int = MOST_WEEKS) -> tuple[dt.date, ...]:
    """Mondays of the last whole weeks that end with the period, oldest first."""
    last = period.end - dt.timedelta(days=7 + period.end.weekday())
    return tuple(last - dt.timedelta(days=7 * back) for back in reversed(range(most)))


def edges(short_abandon_seconds: float) -> list[float]:
    """Where the steps of the wait begin, so that the short abandon lies between two of them."""
    return sorted({*WAIT_EDGES, float(short_abandon_seconds)})


def lines(rows: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]], period: Period) -> tuple[Line, ...]:
    """Rows of `strip.sql` and `read_days.sql` → a line per number, most gaps first, then most calls."""
    shares = {(row["pbx_id"], row["day"]): row["read_share"] for row in read}
    numbers = {(row["pbx_id"], row["dn"]): row for row in rows}
    calls: dict[tuple[str, str | None, dt.date], Counter[str]] = {}
    for row in rows:
        calls.setdefault((row["pbx_id"], row["dn"], row["day"]), Counter())[reason(row)] += row["calls"]
    found = [
        Line(
            pbx_id,
            dn,
            row["name"],
            row["kind"],
            tuple(
                Cell(day, shares.get((pbx_id, day), 0.0), calls.get((pbx_id, dn, day), Counter()))
                for day in period.days
            ),
        )
        for (pbx_id, dn), row in numbers.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.gaps, -one.calls.total(), one.pbx_id, one.dn or "~")))
