from __future__ import annotations

import datetime as dt

from trunkline.config import Retention
from trunkline.retention import Lines, kept_part, later, lines, steps
from trunkline.windows import Window

NOW = dt.datetime(2026, 10, 4, 12, 30, 15, 999, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SPAN = Window(NOW - 10 * DAY, NOW)


def test_a_line_is_so_many_times_24_hours_ago_at_a_whole_second() -> None:
    assert lines(Retention(recordings_days=1, calls_days=365), NOW) == Lines(
        recordings=dt.datetime(2026, 10, 3, 12, 30, 15, tzinfo=dt.UTC),
        transcripts=None,
        calls=dt.datetime(2025, 10, 4, 12, 30, 15, tzinfo=dt.UTC),
    )
    assert lines(Retention(), NOW) == Lines()


def test_the_part_of_a_span_that_is_kept() -> None:
    assert kept_part(SPAN, None) == SPAN
    assert kept_part(SPAN, NOW - 20 * DAY) == SPAN
    assert kept_part(SPAN, NOW - 2 * DAY) == Window(NOW - 2 * DAY, NOW)
    assert kept_part(SPAN, NOW) is None


def test_the_later_of_lines_that_may_not_be_known() -> None:
    assert later(None, None) is None
    assert later(None, NOW, NOW - DAY) == NOW


def test_steps_end_at_the_line() -> None:
    assert steps(NOW - 5 * DAY, NOW, 2 * DAY) == [NOW - 3 * DAY, NOW - DAY, NOW]
    assert steps(NOW - 4 * DAY, NOW, 2 * DAY) == [NOW - 2 * DAY, NOW]
    assert steps(NOW - DAY, NOW, 2 * DAY) == [NOW]
