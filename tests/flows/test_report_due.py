from __future__ import annotations

import datetime as dt

import pytest
from mailed_report import OWNER, report

from trunkline.config import Account
from trunkline.flows.report import due_now, is_due
from trunkline.store import mails
from trunkline.store.lake import Lake


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


ADELAIDE = {"name": "A", "timezone": "Australia/Adelaide", "country": "AU", "report_to": [OWNER]}
READERS = [
    Account.model_validate({"id": "acme", **ADELAIDE}),
    Account.model_validate({"id": "bluegum", **ADELAIDE}),
    Account.model_validate({"id": "stille", **ADELAIDE, "timezone": "Europe/Berlin"}),
]


def due(lake: Lake, moment: str) -> set[str]:
    return due_now(lake, "week", READERS, utc(moment), "07:00", [1])


def test_a_mail_that_did_not_get_through_in_the_morning_is_due_until_the_evening(new_lake: Lake) -> None:
    half_past_seven, five, evening = "2026-11-15T21:00", "2026-11-16T06:30", "2026-11-16T08:30"  # in Adelaide
    assert due(new_lake, "2026-11-15T20:30") == {"acme", "bluegum"}
    assert due(new_lake, half_past_seven) == set()  # never mailed so far: they begin with next Monday
    week = report(to=(OWNER,))
    with new_lake.write() as connection:
        mails.begin(connection, week, week.message_id, [OWNER], utc("2026-11-15T20:31"))
    assert due(new_lake, half_past_seven) == {"acme"}
    assert due(new_lake, five) == {"acme"}
    assert due(new_lake, evening) == set()
    assert due(new_lake, "2026-11-16T21:00") == set()  # Tuesday
    with new_lake.write() as connection:
        mails.accept(connection, week.message_id, [OWNER], utc("2026-11-15T21:01"))
    assert due(new_lake, five) == set()
    assert due(new_lake, "2026-11-22T21:00") == {"acme"}  # a week later, of a run that failed before it could mail
