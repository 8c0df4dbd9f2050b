"""What one day of one number shows: a letter, a colour, and of how many calls. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from trunkline.reports import reasons
from trunkline.reports.charts import texts
from trunkline.reports.charts.paint import PAINTS, State, state
from trunkline.reports.series import Cell

NO_CALLS = "·"


def shown(cell: Cell) -> tuple[State, int] | None:
    """The state that a day shows and of how many calls: the commonest gap, else what is covered, pending, by design."""
    together: Counter[State] = Counter()
    for label, calls in cell.calls.items():
        together[state(label)] += calls
    if not together:
        return None
    gaps = {state(label) for label in cell.calls if label in reasons.GAPS}
    rank = {"good": 2, "pending": 1}
    found = max(together, key=lambda one: (one in gaps, rank.get(one.paint, 0), together[one], one.letter))
    return found, together[found]


def said(cell: Cell) -> str:
    """`✓ 9`, `S 4/9`, `·` (no calls), or "not read"."""
    found = shown(cell)
    if found is None:
        return NO_CALLS if cell.is_complete else texts.NOT_READ
    state_, calls = found
    total = sum(cell.calls.values())
    return f"{state_.letter} {calls}" if calls == total else f"{state_.letter} {calls}/{total}"


def paint_of(cell: Cell) -> str:
    """The state's colour; pale where fewer than half of the calls are in it."""
    found = shown(cell)
    if found is None:
        return "none"
    paint, is_minor = found[0].paint, found[1] * 2 < sum(cell.calls.values())
    return f"{paint}-pale" if is_minor and f"{paint}-pale" in PAINTS else paint


def in_full(calls: Mapping[str, int]) -> str:
    """`verified recording 5; switched off in 3CX 4`."""
    together: Counter[str] = Counter()
    for label, amount in calls.items():
        together[state(label).said] += amount
    return "; ".join(f"{what} {amount}" for what, amount in together.most_common())
