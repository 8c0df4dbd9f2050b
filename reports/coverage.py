"""Rows of `queries/coverage.sql` → the coverages and the causes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from trunkline.reports.figures import Count, Coverage
from trunkline.reports.reasons import reason
from trunkline.reports.sql import Row

STATES = ("verified", "paused", "mismatch", "missing", "pending", "unknown")


def coverage(rows: Sequence[Row]) -> Coverage:
    """Counts by state and cause → the two coverages and what is missing."""

    def calls(**where: Any) -> int:
        return sum(row["calls"] for row in rows if all(row[key] == value for key, value in where.items()))

    eligible = [row for row in rows if row["eligible"]]
    causes: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in eligible:
        if row["state"] in {"missing", "mismatch"}:
            causes[reason(row)] += row["calls"]
        elif row["state"] == "unknown":
            unknown[reason(row)] += row["calls"]
    for row in rows:
        if not row["eligible"]:
            reasons[reason(row)] += row["calls"]
    return Coverage(
        spoken=calls(),
        recorded=calls(recorded=True),
        not_known=calls(recorded=False, state="pending") + calls(recorded=False, state="unknown"),
        eligible=calls(eligible=True),
        **{state: calls(eligible=True, state=state) for state in STATES},
        unmeasured=sum(row["unmeasured"] for row in eligible if row["state"] == "verified"),
        recorded_in_error=calls(recorded_in_error=True),
        talk_seconds=sum(row["talk_seconds"] or 0 for row in eligible),
        audio_seconds=sum(row["audio_seconds"] or 0 for row in eligible),
        causes=_counts(causes),
        unknown_causes=_counts(unknown),
        not_eligible=_counts(reasons),
    )


def _counts(counter: Counter[str]) -> tuple[Count, ...]:
    return tuple(Count(label, calls) for label, calls in sorted(counter.items(), key=lambda item: (-item[1], item[0])))
