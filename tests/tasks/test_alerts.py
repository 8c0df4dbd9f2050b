"""Each kind of alert from its opening to its end, mailed to a real server."""

from __future__ import annotations

import contextlib

import pytest
from alert_desk import Desk, account, local

from trunkline.reports.alerts import findings
from trunkline.tasks.alerts import Judged, judge_alerts

FELL = "Northwind: 1 PBX with fewer recordings"
SILENT = "Northwind: 1 PBX not read"
OFF = "Northwind: 1 recording switched off"
WAITING = "Northwind: 1 caller waiting"


def four_good_weeks(desk: Desk) -> None:
    """20 calls a day, all recorded, to 17 Nov; the PBX is read on."""
    desk.recorded("2026-10-20", 20, 0, days=28)
    desk.read("2026-11-18 08:00")


def test_coverage_that_fell_is_mailed_once_and_once_when_it_is_over(desk: Desk) -> None:
    four_good_weeks(desk)
    desk.recorded("2026-11-17", 30, 20)
    assert desk.run("2026-11-18 08:40") == [FELL]
    assert "recording coverage fell to 60% from 100%" in desk.text()
    assert "Tue 17 Nov: 30 of 50 calls that should be recorded have a verified recording" in desk.text()
    assert "in the four weeks before 560 of 560. 40.0 points less (alert from 10 on)" in desk.text()
    assert "recording storage full or stopped 20" in desk.text()
    assert "Free or enlarge the recording quota" in desk.text()
    assert desk.run("2026-11-18 09:40") == []
    desk.recorded("2026-11-18", 50, 3)  # 94.3 %: half of ten points are not regained
    desk.read("2026-11-19 08:00")
    assert desk.run("2026-11-19 08:40") == []
    desk.recorded("2026-11-19", 49, 2)  # 96.1 %
    desk.read("2026-11-20 08:00")
    assert desk.run("2026-11-20 08:40") == ["Northwind: over: 1 PBX with fewer recordings"]
    assert "recording coverage is 96% again (Thu 19 Nov, 49 of 51 calls)" in desk.text()
    assert desk.run("2026-11-20 09:40") == []
    desk.recorded("2026-11-20", 0, 60)
    desk.read("2026-11-21 08:00")
    assert desk.run("2026-11-21 08:40") == [FELL]
    assert desk.rows() == [("coverage_fell", "acme-main", "over"), ("coverage_fell", "acme-main", None)]


def test_a_quiet_pbx_is_judged_by_as_many_days_as_it_takes(desk: Desk) -> None:
    four_good_weeks(desk)  # of 16 and 15 Nov too
    desk.recorded("2026-11-17", 0, 10)  # 40 of 50 in three days
    assert desk.run("2026-11-18 08:40") == [FELL]
    assert "Sun 15 Nov to Tue 17 Nov: 40 of 50 calls" in desk.text()


def test_a_fall_that_lasts_is_not_over_when_the_weeks_before_are_as_bad(desk: Desk) -> None:
    four_good_weeks(desk)
    desk.recorded("2026-11-17", 30, 20, days=40)
    desk.read("2026-12-27 08:00")
    assert desk.run("2026-11-18 08:40") == [FELL]
    assert desk.run("2026-12-27 08:40") == []
    assert desk.rows() == [("coverage_fell", "acme-main", None)]


def test_a_pbx_is_silent_from_six_hours_on_and_until_it_was_read_for_three(desk: Desk) -> None:
    desk.read("2026-11-18 02:00")
    assert desk.run("2026-11-18 07:59") == []
    desk.read("2026-11-18 07:30", since="2026-11-18 02:00", state="failed")
    assert desk.run("2026-11-18 08:00") == [SILENT]
    assert "acme-main: not read since Wed 18 Nov 02:00" in desk.text()
    assert "6 h without a successful read (alert from 6 hours on). Last tried Wed 18 Nov 07:30" in desk.text()
    assert "connection refused" in desk.text()
    assert "trunkline doctor --pbx acme-main" in desk.text()
    assert desk.run("2026-11-18 08:40") == []
    desk.read("2026-11-18 09:00", since="2026-11-18 02:00")
    assert desk.run("2026-11-18 09:40") == []
    assert desk.run("2026-11-18 12:10") == []  # not read for three hours: silent again, and the time starts anew
    desk.read("2026-11-18 12:30", since="2026-11-18 09:00")
    for hour in (13, 14, 15):
        assert desk.run(f"2026-11-18 {hour}:00") == []
        desk.read(f"2026-11-18 {hour}:30", since="2026-11-18 12:30")
    assert desk.run("2026-11-18 16:00") == ["Northwind: over: 1 PBX not read"]
    assert "read again since Wed 18 Nov 13:00; known to Wed 18 Nov 15:30" in desk.text()
    assert desk.run("2026-11-18 21:30") == [SILENT]
    assert "Nobody has tried since" in desk.text()
    assert len(desk.rows()) == 2


def test_a_pbx_that_was_tried_and_never_read_is_silent_and_one_never_tried_is_not_known(desk: Desk) -> None:
    desk.set_up(account("acme", "acme-main", "acme-new"))
    desk.read("2026-11-18 07:30", state="failed")
    assert desk.run("2026-11-18 08:00") == [SILENT]
    assert "acme-main: never read so far" in desk.text()
    assert desk.rows("subject, pbx_id, account_id") == [("acme-main", "acme-main", "acme")]


def test_what_is_not_known_is_neither_wrong_nor_mended(desk: Desk) -> None:
    desk.recorded("2026-10-20", 20, 0, days=28)
    desk.read("2026-11-17 00:00")
    desk.missed("m1", "2026-11-16 09:00")
    assert desk.run("2026-11-18 08:40") == [SILENT]  # no "coverage fell", no "caller waiting"
    desk.recorded("2026-11-17", 0, 60)
    desk.read("2026-11-18 08:50")
    assert desk.run("2026-11-18 08:55") == ["Northwind: 1 PBX with fewer recordings, 1 caller waiting"]
    assert desk.run("2026-11-20 08:00") == []  # silent still, with nothing new known
    assert [row[2] for row in desk.rows()] == [None, None, None]
    desk.read("2026-11-20 08:10", since="2026-11-20 07:10")  # two days between were never read: no call back is known
    desk.missed("m2", "2026-11-17 09:00", "+61412000002")
    assert desk.run("2026-11-20 08:40") == []


def test_recording_switched_off_between_two_snapshots(desk: Desk) -> None:
    desk.read("2026-11-18 08:00")
    for day, records in (("2026-11-15", "yes"), ("2026-11-16", None), ("2026-11-17", "no")):
        desk.switched(day, records)
        desk.switched(day, "external", dn="102")
        desk.switched(day, "no", dn="103")
    assert desk.run("2026-11-18 08:40") == [OFF]
    assert "Acme, acme-main: extension 101 (Front desk) no longer records" in desk.text()
    assert "found it switched off on Tue 17 Nov, and the one before still switched on" in desk.text()
    desk.read("2026-11-20 08:00")
    desk.switched("2026-11-18", None)
    assert desk.run("2026-11-19 09:00") == []
    desk.switched("2026-11-19", "external")
    assert desk.run("2026-11-20 09:00") == ["Northwind: over: 1 recording switched off"]
    assert "extension 101 (Front desk) records again" in desk.text()
    desk.switched("2026-11-20", "no")
    assert desk.run("2026-11-20 12:40") == [OFF]
    desk.switched("2026-11-21", "yes", dn="104")  # 101 is in no newer snapshot
    assert desk.run("2026-11-20 13:40") == ["Northwind: over: 1 recording switched off"]
    assert "extension 101 (Front desk) is no longer there" in desk.text()


def test_a_switch_of_long_ago_is_no_news_nor_one_where_nothing_is_to_be_recorded(desk: Desk) -> None:
    desk.read("2026-11-18 08:00")
    desk.switched("2026-11-01", "yes")
    desk.switched("2026-11-09", "no")
    assert desk.run("2026-11-18 08:40") == []
    desk.switched("2026-11-16", "yes")
    desk.switched("2026-11-17", "no")
    desk.set_up(account("acme", recording_policy="on-demand"))
    assert desk.run("2026-11-18 09:40") == []
    desk.set_up(account("acme"))
    assert desk.run("2026-11-18 09:41") == [OFF]


def test_a_caller_who_waits_eight_opening_hours(desk: Desk) -> None:
    desk.missed("m1", "2026-11-16 16:00")  # an hour before closing; 9:00 to 17:00
    desk.missed("m2", "2026-11-16 18:00")
    desk.read("2026-11-17 15:59")
    assert desk.run("2026-11-17 16:00") == []
    desk.read("2026-11-17 16:00")
    assert desk.run("2026-11-17 16:10") == [WAITING]
    assert "Acme: +61 4•• ••• 678 waits for a call back" in desk.text()
    assert "2 tries, first missed Mon 16 Nov 16:00, last Mon 16 Nov 18:00; waiting for 8 h of opening" in desk.text()
    assert desk.run("2026-11-17 16:40") == []
    desk.call("o1", "2026-11-17 16:45", "outbound", "not_connected")
    assert desk.run("2026-11-17 17:10") == ["Northwind: over: 1 caller waiting"]
    assert "+61 4•• ••• 678 was called back Tue 17 Nov 16:45" in desk.text()
    assert desk.run("2026-11-17 17:40") == []
    assert [mail["To"] for mail in desk.sink.messages] == ["ops@northwind.example"] * 2
    assert "345678" not in str(desk.rows("*"))  # retention must not have to look here


def test_a_caller_who_got_through_and_one_who_is_given_up(desk: Desk) -> None:
    desk.missed("m1", "2026-11-16 09:00")
    desk.missed("m2", "2026-11-16 09:05", "+61412000002")
    desk.read("2026-11-17 10:00")
    assert desk.run("2026-11-17 10:00") == ["Northwind: 2 callers waiting"]
    desk.call("a1", "2026-11-17 11:00", "inbound", "answered")
    assert desk.run("2026-11-17 11:40") == ["Northwind: over: 1 caller waiting"]
    assert "+61 4•• ••• 678 rang again and got through Tue 17 Nov 11:00" in desk.text()
    assert desk.run("2026-11-24 09:00") == [SILENT]  # by now nothing is read
    assert sorted(desk.rows()) == [
        ("caller_waiting", "acme/m1", "over"),
        ("caller_waiting", "acme/m2", "not_watched"),
        ("pbx_silent", "acme-main", None),
    ]


@pytest.mark.parametrize(("until", "is_alert"), [("2026-11-16 21:59", False), ("2026-11-16 22:00", True)])
def test_without_opening_hours_a_caller_waits_by_the_clock(desk: Desk, until: str, is_alert: bool) -> None:
    desk.set_up(account("acme", hours={}))
    desk.missed("m1", "2026-11-16 14:00")
    desk.read(until)
    assert bool(desk.run("2026-11-16 22:30")) is is_alert


def test_an_alert_per_pbx_so_that_an_unread_one_neither_hides_a_fall_nor_ends_it(desk: Desk) -> None:
    desk.set_up(account("acme", "acme-main", "acme-branch"), silent_hours=0)
    four_good_weeks(desk)
    desk.recorded("2026-11-17", 0, 60)
    desk.recorded("2026-10-20", 20, 0, "acme-branch", days=28)
    desk.read("2026-11-16 00:00", "acme-branch")
    assert desk.run("2026-11-18 08:40") == [FELL]
    assert desk.rows("subject, ending") == [("acme-main", None)]


def test_an_excerpt_of_the_lake_tells_what_the_lake_does(desk: Desk) -> None:
    four_good_weeks(desk)
    desk.recorded("2026-11-17", 0, 60)
    desk.recorded("2025-11-17", 0, 60)  # last year's are in no excerpt
    desk.missed("m1", "2026-11-16 09:00")
    for day, records in (("2026-09-01", "yes"), ("2026-11-16", "no")):
        desk.switched(day, records, dn="102")
    watched = desk.watched("2026-11-18 08:40", *desk.config.account)
    with desk.lake.read() as connection, contextlib.closing(watched.cut(connection)) as cut:
        found = findings(cut, watched)
        assert found == findings(connection, watched)
    assert [(one.kind, one.subject, one.state) for one in found] == [
        ("pbx_silent", "acme-main", "clear"),
        ("coverage_fell", "acme-main", "wrong"),
        ("recording_switched_off", "acme-main/102", "wrong"),
        ("caller_waiting", "acme/m1", "wrong"),
    ]
    assert judge_alerts(desk.lake, desk.config, desk.config.account, local("2026-11-18 08:40")) == Judged(3, 0)


def test_a_caller_whom_retention_removed_or_an_older_call_renamed_is_not_said_to_be_called_back(desk: Desk) -> None:
    desk.missed("m1", "2026-11-16 09:00")
    desk.missed("m2", "2026-11-16 09:30", "+61412000002")
    desk.read("2026-11-17 10:00")
    assert desk.run("2026-11-17 10:00") == ["Northwind: 2 callers waiting"]
    with desk.lake.write() as connection:
        connection.execute("UPDATE calls SET external_number = 'a pseudonym', purged_at = now() WHERE call_id = 'm1'")
    desk.missed("m0", "2026-11-16 08:50", "+61412000002")  # read late
    assert desk.run("2026-11-17 10:30") == [WAITING]
    assert sorted(desk.rows("subject, ending")) == [
        ("acme/m0", None),
        ("acme/m1", "not_watched"),
        ("acme/m2", "not_watched"),
    ]


def test_what_was_mailed_stays_noted(desk: Desk) -> None:
    desk.read("2026-11-18 02:00")
    desk.run("2026-11-18 08:00")
    desk.read("2026-11-18 08:30", since="2026-11-18 02:00")
    desk.run("2026-11-18 09:00")
    opened, over = local("2026-11-18 08:00"), local("2026-11-18 09:00")
    assert desk.rows("mailed_at, clear_since, closed_at") == [(opened, over, None)]
