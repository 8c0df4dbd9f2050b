"""A lake of one's own, and windows staged by hand as `tasks.extract` stages them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from trunkline.calls.columns import LEGS
from trunkline.calls.recordings import RECORDINGS
from trunkline.store.lake import Lake
from trunkline.store.load import load_window
from trunkline.store.merge import merge_rows
from trunkline.store.windows import WindowRow
from trunkline.windows import Window

MIDNIGHT = dt.datetime(2026, 9, 15, tzinfo=dt.UTC)
TABLES = ("calls", "legs", "recordings", "quarantine", "windows")


@pytest.fixture
def lake(new_lake: Lake) -> Lake:
    return new_lake


@pytest.fixture
def put(lake: Lake) -> Callable[..., None]:
    """Writes one row."""

    def put(table: str, **row: Any) -> None:
        with lake.write() as connection:
            merge_rows(connection, table, [row])

    return put


@pytest.fixture
def midnight() -> dt.datetime:
    """The midnight UTC between the two days of these tests, 14 and 15 September 2026."""
    return MIDNIGHT


@pytest.fixture
def days() -> tuple[Window, Window]:
    """The windows of the two days."""
    day = dt.timedelta(days=1)
    return Window(MIDNIGHT - day, MIDNIGHT), Window(MIDNIGHT, MIDNIGHT + day)


@pytest.fixture
def staged_leg() -> Callable[..., dict[str, Any]]:
    """A leg `after` seconds after midnight: an outside caller, to the queue 801 or to extension 101 who answers."""

    def leg(leg_id: str, after: float, **changed: Any) -> dict[str, Any]:
        return {
            "leg_id": f"pbx:{leg_id}",
            "call_id": "pbx:c",
            "account_id": "acme",
            "pbx_id": "pbx",
            "started_at": MIDNIGHT + dt.timedelta(seconds=after),
            "source_kind": "external",
            "source_number": "+61870101101",
            "source_raw": "0870101101",
            "destination_kind": "extension",
            "destination_dn": "101",
            "spoke": True,
            "human": True,
            "answered": True,
            "ring_seconds": 5.0,
            "talk_seconds": 60.0,
            "duration_seconds": 65.0,
            "recording_ids": ["7"],
            "surface": "xapi20",
            "row_shape": "xapi-u6",
        } | changed

    return leg


@pytest.fixture
def load(lake: Lake, tmp_path: Path) -> Callable[..., int]:
    """Loads a window of these legs and recordings; returns how many calls changed."""

    def load(
        window: Window,
        *legs: dict[str, Any],
        recordings: list[dict[str, Any]] | None = None,
        quarantined: list[tuple[bytes, str]] | None = None,
        late: float = 60,
        state: str = "complete",
        landed_at: dt.datetime | None = None,
        transcripts_since: dt.datetime | None = None,
    ) -> int:
        files = tmp_path / "legs.parquet", tmp_path / "recordings.parquet"
        pl.DataFrame(list(legs), schema=LEGS).write_parquet(files[0])
        pl.DataFrame(recordings or [], schema=RECORDINGS).write_parquet(files[1])
        read_at = window.until + dt.timedelta(seconds=late)
        row = WindowRow("pbx", window, state, read_at, rows=len(legs), landed_at=landed_at)
        with lake.write() as connection:
            return load_window(connection, row, *files, quarantined or [], transcripts_since)

    return load


@pytest.fixture
def recording() -> Callable[..., dict[str, Any]]:
    """What is staged of a recording of the call `c`."""

    def recording(native: str = "7", **changed: Any) -> dict[str, Any]:
        return {
            "recording_id": f"pbx:{native}",
            "call_id": "pbx:c",
            "account_id": "acme",
            "pbx_id": "pbx",
            "native_id": native,
            "link": "exact",
            "started_at": MIDNIGHT,
        } | changed

    return recording


@pytest.fixture
def rows(lake: Lake) -> Callable[..., list[tuple[Any, ...]]]:
    """Rows of a query."""

    def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
        with lake.read() as connection:
            return connection.execute(sql, list(values)).fetchall()

    return rows


@pytest.fixture
def everything(rows: Callable[..., list[tuple[Any, ...]]]) -> Callable[[], dict[str, list[tuple[Any, ...]]]]:
    """Every row of every table, in order."""
    return lambda: {table: rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}  # noqa: S608
