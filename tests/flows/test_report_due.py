from __future__ import annotations

import datetime as dt

import pytest

from trunkline.flows.report import is_due


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "verdict"),
    [
        ("2026-11-23T21:00", "Australia/Adelaide", False),
        ("2026-11-23T21:30", "Australia/Adelaide", False),
        ("2026-11-23T20:30", "Australia/Adelaide", True),  # 07:00 at +10:30
        ("2026-11-23T20:59:59", "Australia/Adelaide", True),
        ("2026-11-23T20:29:59", "Australia/Adelaide", False),
        ("2026-06-23T21:30", "Australia/Adelaide", True),  # 07:00 at +09:30
        ("2026-11-24T06:00", "Europe/Berlin", True),
        ("2026-06-24T05:00", "Europe/Berlin", True),
        ("2026-06-24T06:00", "Europe/Berlin", False),
        ("2026-11-24T12:00", "America/New_York", True),
        ("2026-11-24T01:15", "Asia/Kathmandu", True),  # +05:45: 07:00 falls between two ticks
        ("2026-11-24T07:00", "UTC", True),
    ],
)
def test_seven_in_the_morning_in_each_zone(moment: str, zone: str, verdict: bool) -> None:
    assert is_due(utc(moment), zone, "07:00", []) is verdict


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("day", ["2026-11-24", "2026-04-04", "2026-10-03", "2026-03-28", "2026-10-24"])
@pytest.mark.parametrize("at", ["07:00", "06:30", "23:30", "00:00"])
def test_each_day_has_one_tick_also_when_clocks_change(zone: str, day: str, at: str) -> None:
    ticks = [utc(day) + dt.timedelta(minutes=30 * n) for n in range(48 * 3)]
    assert sum(is_due(tick, zone, at, []) for tick in ticks) == 3


@pytest.mark.parametrize(("weekdays", "verdict"), [([], True), ([2], True), ([1], False), ([1, 2, 3, 4, 5], True)])
def test_the_weekday_is_the_zones_own(weekdays: list[int], verdict: bool) -> None:
    monday_evening_in_utc = utc("2026-11-23T20:30")
    assert is_due(monday_evening_in_utc, "Australia/Adelaide", "07:00", weekdays) is verdict
