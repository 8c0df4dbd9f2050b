"""The truth of every figure: reckoned by hand from the rows in `small_lake`."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from small_lake import NOW, WEEK, Book, config, local

from trunkline.periods import parse
from trunkline.reports import agency, read
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Count, Coverage, Volumes


def figures(connection: duckdb.DuckDBPyConnection, account_id: str = "acme") -> AccountFigures:
    accounts = config().account
    read.snapshot(connection, [WEEK], accounts)
    return read.account_figures(connection, next(one for one in accounts if one.id == account_id), WEEK, NOW)


def test_volumes(connection: duckdb.DuckDBPyConnection) -> None:
    volumes = figures(connection).now.volumes
    assert (volumes.offered, volumes.answered, volumes.missed, volumes.short_abandons) == (19, 11, 8, 1)
    assert volumes.missed_rate == pytest.approx(7 / 18)
    assert volumes.gross_rate == pytest.approx(8 / 19)
    assert (volumes.withheld, volumes.lost_in_hours, volumes.lost_outside_hours) == (1, 5, 2)
    assert volumes.first_time_callers == 5  # all six but the one who was answered the week before
    assert (volumes.longest_wait_seconds, volumes.median_answer_seconds) == (60, 8)


def test_callbacks(connection: duckdb.DuckDBPyConnection) -> None:
    calls = figures(connection).now.callbacks
    assert (calls.callers, calls.returned, calls.self_recovered, calls.still_open) == (6, 1, 1, 0)
    assert (calls.never_returned, calls.never_returned_repeat, calls.returned_late, calls.to_call) == (4, 1, 1, 3)
    assert calls.rate == pytest.approx(1 / 6)
    # first attempts after 1 h and after 38 h: half way, and nine tenths of the way between them
    assert calls.median_callback_seconds == pytest.approx(19.5 * 3600)
    assert calls.p90_callback_seconds == pytest.approx(34.3 * 3600)
    # in opening hours: 1 h, and Thursday 08:30–17:30 with half an hour of Friday
    assert calls.median_callback_open_seconds == pytest.approx((1 + 9.5) / 2 * 3600)


def test_coverage_both_ways(connection: duckdb.DuckDBPyConnection) -> None:
    found = figures(connection).now.coverage
    assert (found.eligible, found.verified, found.mismatch, found.missing) == (12, 7, 1, 1)
    assert (found.pending, found.unknown, found.recorded) == (1, 2, 8)
    assert found.rate == pytest.approx(7 / 9)
    assert found.spoken_rate == pytest.approx(8 / 9)
    assert found.causes == (Count("mismatch", 1), Count("quota", 1))
    assert found.unknown_causes == (Count("access", 1), Count("unreachable", 1))  # nobody could look


def test_the_account_that_must_not_record(connection: duckdb.DuckDBPyConnection) -> None:
    found = figures(connection, "bluegum").now.coverage
    assert (found.eligible, found.recorded_in_error, found.rate) == (0, 1, None)


def test_whom_to_call_back(connection: duckdb.DuckDBPyConnection) -> None:
    callers = [(one.external_number[-1], one.tries, one.first_time) for one in figures(connection).call_back]
    assert callers == [("1", 2, False), ("6", 1, True), ("5", 1, True)]  # not the one who got a late call


def test_someone_who_rang_again_after_a_try_is_to_be_called(connection: duckdb.DuckDBPyConnection) -> None:
    Book(connection).call("m9", "2026-11-09 15:00", "missed", "+61412000002")
    callers = [(one.external_number[-1], one.tries, one.state) for one in figures(connection).call_back]
    assert callers[0] == ("2", 2, "returned")


def test_where_they_were_lost(connection: duckdb.DuckDBPyConnection) -> None:
    lost = figures(connection).lost
    assert {one.label: one.calls for one in lost["reason"]} == {
        "no_answer": 2,
        "queue_abandoned": 2,
        "ivr_abandoned": 1,
        "not_offered": 1,
        "voicemail": 1,
    }
    assert lost["queue"] == (Count("801", 2, "Reception"),)
    assert lost["number"] == (Count("+61870001111", 3),)
    assert lost["extension"] == (Count("101", 1, "Front desk"),)


def test_two_pbxs_may_have_the_same_number(connection: duckdb.DuckDBPyConnection) -> None:
    """101 of the branch is another phone than 101 of the main office."""
    book = Book(connection)
    book.call("m20", "2026-11-09 12:00", "missed", "+61412000020", pbx_id="acme-branch", queue="801")
    for call_id, pbx_id in (("m20", "acme-branch"), ("m1", "acme-main")):
        values = {"destination_kind": "extension", "destination_dn": "101"}
        book.put("legs", leg_id=f"l-{call_id}", call_id=call_id, pbx_id=pbx_id, **values)
    lost = figures(connection).lost
    assert lost["queue"] == (Count("801", 2, "Reception, acme-main"), Count("801", 1, "acme-branch"))
    assert lost["extension"] == (Count("101", 2, "Front desk, acme-main"), Count("101", 1, "acme-branch"))


def test_sums_agree_with_each_other(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection)
    volumes = one.now.volumes
    assert sum(heat.calls for heat in one.heat) == volumes.lost == sum(count.calls for count in one.lost["reason"])
    assert sum(day.lost or 0 for day in one.trend) == volumes.lost
    assert sum(day.offered or 0 for day in one.trend) == volumes.offered
    assert sum(wait.answered for wait in one.waits) == volumes.answered
    calls = one.now.callbacks
    assert calls.callers == calls.returned + calls.self_recovered + calls.still_open + calls.never_returned
    found = one.now.coverage
    assert found.eligible == found.judged + found.pending + found.unknown


def test_nothing_is_nought_where_nothing_was_read(connection: duckdb.DuckDBPyConnection) -> None:
    one = figures(connection, "stille")
    assert not one.is_read
    assert (one.now.volumes.missed_rate, one.now.coverage.rate, one.now.coverage.spoken_rate) == (None, None, None)
    assert {day.offered for day in one.trend} == {None}


def test_the_period_before_is_judged_at_the_same_age(connection: duckdb.DuckDBPyConnection) -> None:
    # Missed on Sunday 8 Nov, due on Monday 9. The data ends two days after the week: two days after the week before,
    # on 11 Nov, it was overdue too. Missed on Friday 6 and called on Thursday 12: never called back as of then.
    book = Book(connection)
    book.call("p2", "2026-11-08 10:00", "missed", "+61412000010")
    book.call("p3", "2026-11-06 10:00", "missed", "+61412000011")
    book.call("p4", "2026-11-12 10:00", "answered", "+61412000011")
    before = figures(connection).before.callbacks
    assert (before.callers, before.never_returned, before.self_recovered) == (3, 3, 0)


def test_a_gap_stays_a_gap_in_the_period_before(connection: duckdb.DuckDBPyConnection) -> None:
    """Missed on Sunday 8 Nov, due on Monday 9, which was not read; got through on 12. As of 11 Nov nothing is known."""
    connection.execute("DELETE FROM windows WHERE since = ?", [local("2026-11-09 00:00")])
    book = Book(connection)
    book.call("p2", "2026-11-08 10:00", "missed", "+61412000010")
    book.call("p3", "2026-11-12 10:00", "answered", "+61412000010")
    before = figures(connection).before.callbacks
    assert (before.callers, before.still_open, before.never_returned) == (2, 1, 1)


def test_a_gap_in_reading_shows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM windows WHERE since = ?", [local("2026-11-11 00:00")])
    Book(connection).window("acme", "2026-11-11 00:00", "2026-11-12 00:00", "failed", error="timed out")
    (pbx,) = figures(connection).reading
    assert pbx.read_share == pytest.approx(6 / 7)
    assert (pbx.failed_windows, pbx.error, pbx.is_complete) == (1, "timed out", False)


def test_a_failed_window_that_was_read_later_is_no_failure(connection: duckdb.DuckDBPyConnection) -> None:
    Book(connection).window("acme", "2026-11-11 06:00", "2026-11-11 07:00", "failed", error="timed out")
    (pbx,) = figures(connection).reading
    assert (pbx.failed_windows, pbx.read_share) == (0, 1)


def test_rows_received_are_accounted_for(connection: duckdb.DuckDBPyConnection) -> None:
    (pbx,) = figures(connection).reading
    assert (pbx.rows, pbx.legs, pbx.duplicates, pbx.quarantined, pbx.ties_out) == (35, 28, 7, 0, True)


def test_an_extension_that_was_switched_off(connection: duckdb.DuckDBPyConnection) -> None:
    for day, records in ((1, "yes"), (11, "no"), (12, "no")):
        Book(connection).put(
            "pbx_settings",
            pbx_id="acme-main",
            dn="101",
            name="Front desk",
            kind="extension",
            records=records,
            day=dt.date(2026, 11, day),
        )
    (off,) = figures(connection).switched_off
    assert (off.dn, off.day) == ("101", dt.date(2026, 11, 11))


def test_a_week_with_a_change_of_clocks_counts_each_call_once(connection: duckdb.DuckDBPyConnection) -> None:
    book = Book(connection)
    for number, hour in enumerate(("01:59", "03:00", "23:59")):  # Sunday 4 Oct: 02:00 does not exist
        book.call(f"d{number}", f"2026-10-04 {hour}", "missed", f"+6141500000{number}")
    week = parse("2026-W40", "Australia/Adelaide", NOW)
    acme = config().account[0]
    read.snapshot(connection, [week], [acme])
    one = read.account_figures(connection, acme, week, NOW)
    assert one.now.volumes.missed == 3
    assert [(heat.weekday, heat.hour) for heat in one.heat] == [(7, 1), (7, 3), (7, 23)]
    before = Book(connection)
    before.call("d9", "2026-10-05 00:00", "missed", "+61415000009")  # the week after
    read.snapshot(connection, [week], [acme])
    assert read.account_figures(connection, acme, week, NOW).now.volumes.missed == 3


def test_the_agency_is_the_sum_of_its_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    accounts = config().account
    read.snapshot(connection, [WEEK], accounts)
    together = agency.AgencyFigures(
        config().agency, WEEK, tuple(read.account_figures(connection, one, WEEK, NOW) for one in accounts)
    )
    total = together.total
    assert (total.volumes.offered, total.callbacks.never_returned, total.coverage.eligible) == (20, 4, 12)
    assert total.coverage.causes == (Count("mismatch", 1), Count("quota", 1))
    assert [one.account.id for one in together.worst_first] == ["stille", "acme", "bluegum"]


def test_what_is_to_be_mended_silent_pbxs_first(connection: duckdb.DuckDBPyConnection) -> None:
    accounts = config().account
    read.snapshot(connection, [WEEK], accounts)
    together = agency.AgencyFigures(
        config().agency, WEEK, tuple(read.account_figures(connection, one, WEEK, NOW) for one in accounts)
    )
    problems = agency.mends(together)
    assert [one.where.split(", ")[-1] for one in problems] == ["stille-main", "acme-main", "acme-ghl", "Bluegum <Vets>"]
    assert all(one.mend for one in problems)


def test_rates_of_nothing_are_unknown() -> None:
    assert Volumes().missed_rate is None
    assert Coverage().rate is None
    assert Volumes(offered=5, missed=5, short_abandons=5).missed_rate is None
