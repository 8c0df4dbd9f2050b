from __future__ import annotations

import datetime as dt

from trunkline.days import by_day, local_days
from trunkline.moments import moment
from trunkline.windows import Window

ADELAIDE = "Australia/Adelaide"


def span(since: str, until: str, zone: str = ADELAIDE) -> Window:
    return Window(moment(since, zone), moment(until, zone))


def test_days_with_a_change_of_clocks_are_as_long_as_they_were() -> None:
    spring = local_days(span("2026-10-03", "2026-10-06"), ADELAIDE)
    autumn = local_days(span("2026-04-04", "2026-04-07"), ADELAIDE)
    hour = dt.timedelta(hours=1)
    assert [one.window.length / hour for one in spring] == [24, 23, 24]
    assert [one.window.length / hour for one in autumn] == [24, 25, 24]
    assert all(one.is_whole for one in (*spring, *autumn))


def test_a_span_that_begins_within_a_day_has_part_of_it() -> None:
    days = local_days(span("2026-11-17T12:00+10:30", "2026-11-19"), ADELAIDE)
    assert [(str(one.day), one.is_whole) for one in days] == [("2026-11-17", False), ("2026-11-18", True)]


def test_items_go_to_their_own_day_and_what_lies_outside_is_left_out() -> None:
    days = local_days(span("2026-10-04", "2026-10-06"), ADELAIDE)
    late = moment("2026-10-04T23:59:59+10:30", ADELAIDE)  # the day of 23 hours
    items = [late, late + dt.timedelta(seconds=1), late - dt.timedelta(days=1), late + dt.timedelta(days=2)]
    assert by_day(days, items, lambda item: item) == [items[:1], items[1:2]]
