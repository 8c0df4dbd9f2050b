"""Retention takes away who called; what the views make of the calls stays as it was, on both sides of the line."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline import delivery
from trunkline.config import Config
from trunkline.numbers import is_removed
from trunkline.settings import write_settings
from trunkline.store.lake import Lake
from trunkline.store.purge_calls import first_kept, purge_calls, purged_until

START = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CALLER, OTHER = "+61412000001", "+61412000002"
DIRECTIONS = {"answered": "inbound", "missed": "inbound", "connected": "outbound", "not_connected": "outbound"}


class Calls:
    """One account whose calls are told hour by hour."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        agency = {"id": "a", "name": "A", "timezone": "UTC", "country": "AU"}
        account = {**agency, "id": "acme", "missed": {"callback_within": "4 hours"}}
        write_settings(connection, Config.model_validate({"agency": agency, "account": [account]}), [2026])
        read = [START - HOUR, START + 2000 * HOUR]
        connection.execute("INSERT INTO windows (pbx_id, since, until, state) VALUES ('p', ?, ?, 'complete')", read)

    def add(self, hour: float, outcome: str, number: str | None = CALLER, account: str = "acme") -> str:
        call_id = f"p:{account}{hour:08.3f}{number}"
        self.connection.execute(
            """INSERT INTO calls (call_id, account_id, pbx_id, started_at, direction, outcome, external_number,
            wait_seconds) VALUES (?, ?, 'p', ?, ?, ?, ?, 20)""",
            [call_id, account, START + hour * HOUR, DIRECTIONS[outcome], outcome, number],
        )
        return call_id

    def purge(self, hour: float, secret: str | None = None) -> int:
        line = START + hour * HOUR
        return purge_calls(self.connection, "acme", line, secret or f"secret of {hour}", NOW)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def seen(self) -> list[Any]:
        """All that the views say, but who."""
        return [
            self.rows("SELECT * EXCLUDE (external_number, is_removed, needs_call) FROM episodes ORDER BY episode_id"),
            self.rows("SELECT call_id, episode_id, first_time, short_abandon, day FROM missed_calls ORDER BY call_id"),
            self.rows("SELECT count(*), count(external_number) FROM calls"),
        ]


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    with Lake(tmp_path / "not-there").read() as connection:  # in memory
        yield Calls(connection)


@pytest.mark.parametrize("seed", [2, 5])
def test_episodes_and_first_calls_stay_what_they_were_wherever_the_line_falls(calls: Calls, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    outcomes = ["missed"] * 5 + ["not_connected"] * 2 + ["answered", "connected"]
    for n in range(90):
        number = chance.choice([CALLER, CALLER, OTHER, "+61412000003", "+61412000004", None])
        calls.add(n * 2 + chance.random(), chance.choice(outcomes), number)
    calls.add(3, "missed", account="other")
    before = calls.seen()
    for hour in (9, 30, 31, 80, 150, 190):
        calls.purge(hour)
        assert calls.seen() == before, f"after a purge of the first {hour} hours"
    assert calls.rows("SELECT count(*) FROM calls WHERE external_number LIKE '+%'") == [(1,)], "the other account's"
    assert calls.rows("SELECT DISTINCT is_removed, account_id FROM episodes ORDER BY 1") == [
        (False, "other"),
        (True, "acme"),
    ]


def test_an_episode_on_both_sides_of_the_line_keeps_the_number_that_is_left(calls: Calls) -> None:
    first, second = calls.add(1, "missed"), calls.add(2, "missed")
    last = calls.add(50, "missed")
    calls.purge(10)
    episode = "SELECT external_number, tries, is_removed FROM episodes"
    assert calls.rows(episode) == [(CALLER, 3, False)]
    assert calls.rows("SELECT call_id FROM calls WHERE external_number = '+61412000001'") == [(last,)]
    assert calls.rows("SELECT call_id, continued_by FROM calls WHERE continued_by IS NOT NULL ORDER BY 1") == [
        (first, last),
        (second, last),
    ]
    calls.add(60, "answered")
    assert calls.rows("SELECT state, tries FROM episodes") == [("self_recovered", 3)], "what comes later counts"
    calls.purge(55)
    assert calls.rows(episode) == [(CALLER, 3, False)], "until the conversation that ended it is removed too"
    calls.purge(70)
    ((number, tries, is_gone),) = calls.rows(episode)
    assert (is_removed(number), tries, is_gone) == (True, 3, True)


def test_a_caller_of_whom_every_call_is_removed_is_a_first_time_caller_again(calls: Calls) -> None:
    for hour in (1, 20):
        calls.add(hour, "answered")
    calls.add(30, "missed")
    calls.purge(10)
    new = "SELECT first_time FROM missed_calls WHERE started_at = (SELECT max(started_at) FROM calls)"
    calls.add(40, "missed")
    assert calls.rows(new) == [(False,)], "of an earlier call there is still a row with the number"
    calls.purge(50)
    calls.add(60, "missed")
    assert calls.rows(new) == [(True,)]
    assert calls.rows("SELECT count(*) FROM missed_calls WHERE first_time") == [(1,)]


def test_nothing_joins_calls_of_before_the_line_to_a_number_but_an_episode(calls: Calls) -> None:
    calls.add(1, "missed")
    calls.add(2, "answered")
    calls.add(3, "not_connected")
    calls.add(20, "missed")
    calls.purge(10)
    assert calls.rows("SELECT count(*) FROM calls WHERE continued_by IS NOT NULL") == [(0,)]
    assert calls.rows("SELECT count(*) FROM caller_events WHERE external_number = '+61412000001'") == [(1,)]
    assert calls.rows("SELECT first_time FROM missed_calls ORDER BY started_at") == [(True,), (False,)]


def test_a_withheld_number_stays_withheld(calls: Calls) -> None:
    calls.add(1, "missed", None)
    assert calls.purge(10) == 1
    assert calls.rows("SELECT external_number, purged_at IS NULL FROM calls") == [(None, False)]


def test_pseudonyms_hold_together_what_is_removed_together_and_no_more(calls: Calls) -> None:
    for hour in (1, 2, 30):
        calls.add(hour, "answered")
    calls.add(3, "answered", OTHER)
    calls.purge(10, "a secret")
    calls.purge(40, "another")
    (first, second, other, last) = (
        number for (number,) in calls.rows("SELECT external_number FROM calls ORDER BY started_at")
    )
    assert first == second
    assert len({first, other, last}) == 3


def test_legs_answers_and_deliveries_tell_of_nobody(calls: Calls) -> None:
    inside, outside = calls.add(1, "answered"), calls.add(2, "connected", OTHER)
    calls.connection.execute("UPDATE calls SET answered_by = '101', first_destination = '801', external_name = 'Jo' ")
    calls.connection.execute(f"UPDATE calls SET answered_by = external_number WHERE call_id = '{outside}'")  # noqa: S608
    for leg, call, dn in (("1", inside, "801"), ("2", inside, "101"), ("3", outside, "0412000002")):
        calls.connection.execute(
            """INSERT INTO legs (leg_id, call_id, source_dn, source_number, source_raw, source_name, destination_dn,
            destination_number, destination_raw, destination_name, reason, status, spoke)
            VALUES (?, ?, '10000', '+61412000001', '0412000001', 'Jo', ?, '+61412000002', '0412000002', 'Ann',
            'Ended by Ann (101)', 'Answered', true)""",
            [leg, call, dn],
        )
    reasons = {
        "a": ("pending", None),
        "b": ("failed", "no contact +61412000002"),
        "c": ("skipped", delivery.UNKNOWN_CALLER),
    }
    for key, (state, reason) in reasons.items():
        calls.connection.execute(
            """INSERT INTO activities (activity_id, call_id, state, reason, payload_sha256, remote_id)
            VALUES (?, ?, ?, ?, 'h', 'r')""",
            [key, inside, state, reason],
        )
    calls.purge(10)
    assert calls.rows(
        "SELECT answered_by, first_destination, external_name, external_raw FROM calls ORDER BY call_id"
    ) == [
        ("101", "801", None, None),
        ("removed", "removed", None, None),
    ]
    assert calls.rows("SELECT DISTINCT COLUMNS('(number|raw|name|reason)$') FROM legs") == [(None,) * 7]
    assert calls.rows("SELECT source_dn, destination_dn, status, spoke FROM legs ORDER BY leg_id") == [
        ("10000", "801", "Answered", True),
        ("10000", "101", "Answered", True),
        ("10000", None, "Answered", True),
    ]
    assert calls.rows("SELECT state, reason, payload_sha256, remote_id FROM activities ORDER BY activity_id") == [
        ("skipped", delivery.REMOVED, None, "r"),
        ("failed", None, None, "r"),
        ("skipped", delivery.UNKNOWN_CALLER, None, "r"),
    ]


def test_how_far_calls_are_removed(calls: Calls) -> None:
    calls.add(1, "missed")
    calls.add(20, "missed")
    assert purged_until(calls.connection, "acme") is None
    calls.purge(10)
    assert purged_until(calls.connection, "acme") == START + HOUR + dt.timedelta(microseconds=1)
    assert first_kept(calls.connection, "acme") == START + 20 * HOUR
    assert purged_until(calls.connection, "other") is None
