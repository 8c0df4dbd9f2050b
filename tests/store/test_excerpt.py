"""An excerpt of the lake says of its span's calls what the lake says."""

from __future__ import annotations

import contextlib
import datetime as dt

import duckdb
import pytest

from trunkline.config import Config
from trunkline.settings import write_settings
from trunkline.store.excerpt import cut
from trunkline.store.lake import migrate

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
KNOWN = "SELECT call_id, first_time, episode_id FROM missed_calls WHERE call_id = 'p:new'"


@pytest.mark.parametrize("gone_on", [8, -5])  # before all others: the lake's first call is in every excerpt
def test_a_removed_call_that_goes_on_counts_with_that_call_alone(gone_on: int) -> None:
    """Retention gave it the pseudonym of its line; it counts with another number, and makes none of the rest known."""
    agency = {"id": "a", "name": "A", "timezone": "UTC", "country": "AU"}
    with contextlib.closing(duckdb.connect()) as lake:
        lake.execute("SET TimeZone = 'UTC'")
        migrate(lake)
        write_settings(lake, Config.model_validate({"agency": agency, "account": [{**agency, "id": "acme"}]}), [2026])
        rows = [
            ("p:new", 0, "removed:one", None, None),
            ("p:gone", gone_on, "removed:one", "p:next", True),
            ("p:next", 9, "+61412000001", None, None),
            ("p:last", 30, "+61412000002", None, None),
        ]
        for call_id, day, number, continued_by, known_before in rows:
            lake.execute(
                """INSERT INTO calls (call_id, account_id, pbx_id, started_at, direction, outcome, external_number,
                continued_by, known_before) VALUES (?, 'acme', 'p', ?, 'inbound', 'missed', ?, ?, ?)""",
                [call_id, DAY + dt.timedelta(days=day), number, continued_by, known_before],
            )
        with contextlib.closing(cut(lake, DAY, DAY + dt.timedelta(days=1), ["acme"])) as excerpt:
            for connection in (lake, excerpt):
                assert connection.execute(KNOWN).fetchall() == [("p:new", True, "acme/p:new")]
