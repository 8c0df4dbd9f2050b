"""Has the recording coverage of a PBX fallen? Pure.

It is judged per PBX: what makes it fall is mended there, and a PBX beside it that is not read must neither hide a fall
nor end it. Held against the four weeks before are the fewest completed days with 50 calls to judge, seven at most, and
none with fewer than 20. So a busy PBX is judged by yesterday alone, and one with few calls by a whole week, since no
weekday is like another. Of 50 calls ten points are five recordings; of fewer they may be chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.alerts import State
from trunkline.reports import sql
from trunkline.reports.coverage import coverage
from trunkline.reports.figures import Coverage

ENOUGH_CALLS = 50
LEAST_CALLS = 20
MOST_DAYS = 7
BEFORE_DAYS = 28
REACH = dt.timedelta(
    days=MOST_DAYS + BEFORE_DAYS + 7
)  # from now; a PBX that was not read of late is judged further back
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Fall:
    """Days `first` ≤ day < `end`, their coverage, and that of the four weeks before."""

    first: dt.date
    end: dt.date
    now: Coverage
    before: Coverage


def fall(rows: Sequence[sql.Row], end: dt.date) -> Fall | None:
    """The newest days before `end` beside the four weeks before them; null where there are too few calls to judge."""
    for days in range(1, MOST_DAYS + 1):
        first = end - days * _ONE_DAY
        now = _between(rows, first, end)
        if now.judged >= ENOUGH_CALLS:
            break
    before = _between(rows, first - BEFORE_DAYS * _ONE_DAY, first)
    return Fall(first, end, now, before) if min(now.judged, before.judged) >= LEAST_CALLS else None


def _between(rows: Sequence[sql.Row], first: dt.date, end: dt.date) -> Coverage:
    return coverage([row for row in rows if first <= row["day"] < end])


def verdict(fell: Fall, points: float, before_rate: float | None) -> tuple[State, dict[str, Any]]:
    """Wrong from `points` on; over when less than half of that is left.

    `before_rate`: of an alert that is open, the coverage before it fell. Held against the newest four weeks it would
    be over as soon as those are as bad.
    """
    before = fell.before.rate if before_rate is None else before_rate
    lost = round(((before or 0.0) - (fell.now.rate or 0.0)) * 100, 6)
    state: State = "wrong" if lost >= points else "holds" if lost >= points / 2 else "clear"
    evidence = {
        "first_day": str(fell.first),
        "last_day": str(fell.end - _ONE_DAY),
        "covered": fell.now.covered,
        "judged": fell.now.judged,
        "rate": fell.now.rate,
        "before_covered": fell.before.covered,
        "before_judged": fell.before.judged,
        "before_rate": before,
        "points": lost,
        "limit_points": points,
        "causes": [[one.label, one.calls] for one in fell.now.causes],
    }
    return state, evidence
