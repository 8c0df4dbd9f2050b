from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from trunkline.reports.alerts_coverage import fall, verdict

TODAY = dt.date(2026, 11, 18)


def day(days_ago: int, covered: int, missing: int, **others: int) -> list[dict[str, Any]]:
    """Rows as of `alert_coverage.sql`."""
    counts = {"verified": covered, "missing": missing, **others}
    common = {"day": TODAY - dt.timedelta(days=days_ago), "eligible": True, "not_eligible": None, "unmeasured": 0}
    common |= {"recorded_in_error": False, "talk_seconds": 0.0, "audio_seconds": 0.0, "cause": "quota"}
    return [
        {**common, "state": state, "recorded": state == "verified", "calls": calls} for state, calls in counts.items()
    ]


def weeks_before(covered: int, missing: int) -> list[dict[str, Any]]:
    """The 28 days before the last week, one row each."""
    return [row for days_ago in range(8, 36) for row in day(days_ago, covered, missing)]


@pytest.mark.parametrize(
    ("yesterday", "state"),
    [
        (day(1, 45, 5), "wrong"),  # 10 points of 100
        (day(1, 46, 4), "holds"),  # 8
        (day(1, 95, 5), "holds"),  # 5: an alert that is open stays so
        (day(1, 96, 4), "clear"),
        (day(1, 0, 20), "wrong"),
        (day(1, 0, 19), None),
        (day(1, 1, 1), None),
        (day(1, 0, 19, pending=100, unknown=100), None),  # nobody knows of those
        (day(1, 50, 0, unknown=100), "clear"),
    ],
)
def test_ten_points_of_enough_calls(yesterday: list[dict[str, Any]], state: str | None) -> None:
    fell = fall(weeks_before(5, 0) + yesterday, TODAY)
    assert (verdict(fell, 10, None)[0] if fell else None) == state


@pytest.mark.parametrize(
    ("quiet", "first"), [(50, "2026-11-17"), (49, "2026-11-16"), (10, "2026-11-13"), (3, "2026-11-11")]
)
def test_the_fewest_days_with_fifty_calls_and_seven_at_most(quiet: int, first: str) -> None:
    fell = fall(weeks_before(5, 0) + [row for days_ago in range(1, 8) for row in day(days_ago, quiet, 0)], TODAY)
    assert fell is not None
    assert str(fell.first) == first
    assert fell.end == TODAY
    assert fell.now.judged == {50: 50, 49: 98, 10: 50, 3: 21}[quiet]


def test_too_few_calls_in_the_weeks_before_tell_nothing() -> None:
    assert fall(day(1, 0, 60) + day(20, 19, 0), TODAY) is None
    assert fall(day(1, 0, 60) + day(20, 20, 0), TODAY) is not None
    assert fall(day(1, 0, 60) + day(30, 20, 0), TODAY) is None  # more than 28 days before


def test_calls_that_need_no_recording_count_on_neither_side() -> None:
    exempt = [{**row, "eligible": False, "not_eligible": "internal"} for row in day(1, 0, 500)]
    fell = fall(weeks_before(5, 0) + day(1, 50, 0) + exempt, TODAY)
    assert fell is not None
    assert verdict(fell, 10, None)[0] == "clear"


def test_an_open_alert_is_held_against_what_was_before_it() -> None:
    fell = fall(weeks_before(3, 2) + day(1, 30, 20), TODAY)
    assert fell is not None
    assert verdict(fell, 10, None)[0] == "clear"
    state, evidence = verdict(fell, 10, 0.98)
    assert (state, evidence["points"], evidence["before_rate"]) == ("wrong", 38.0, 0.98)
