"""Retention takes away who called; what the views make of the calls stays as it was, on both sides of the line."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.config import Config
from trunkline.numbers import is_removed
from trunkline.settings import write_settings
from trunkline.store.lake import Lake
from trunkline.store.purge_calls import purge_calls

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
            self.rows("SELECT * EXCLUDE (external_number, is_removed) FROM episodes ORDER BY episode_id"),
            self.rows("SELECT call_id, episode_id, first_time, short_abandon, day FROM missed_calls ORDER BY call_id"),
            self.rows("SELECT count(*), count(external_number) FROM calls"),
        ]


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    with Lake(tmp_path / "not-there").read() as connection:  # in memory
        yield Calls(connection)


@pytest.mark.parametrize("seed", range(8))
def test_episodes_and_first_calls_stay_what_they_were_wherever_the_line_falls(calls: Calls, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    outcomes = ["missed"] * 5 + ["not_connected"] * 2 + ["answered", "connected"]
    for n in range(90):
        number = chance.choice([CALLER, CALLER, OTHER, "+61412000003", "+61412000004", None])
        calls.add(n * 2 + chance.random(), chance.choice(outcomes), number)
    calls.add(3, "missed", account="other")
    before = calls.seen()
    hour = 0.0
    while hour < 180:
        hour += chance.choice([0.5, 1, 3, 10, 40])
        calls.purge(hour)
        assert calls.seen() == before, f"after a purge of the first {hour} hours"
    assert calls.rows("SELECT count(*) FROM calls WHERE external_number LIKE '+%'") == [(1,)], "the other account's"
    assert {
        is_removed(number) for (number,) in calls.rows("SELECT external_number FROM episodes WHERE is_removed")
    } == {True}
