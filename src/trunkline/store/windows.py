"""The ledger of windows: what was read of each PBX, when, and what came of it (contract §4)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import duckdb

from trunkline.windows import Read, Window, missing


@dataclass(frozen=True)
class WindowRow:
    """What the ledger says of one read of one window (contract §4).

    `landed_at` is no column of it: when this answer was first landed, which is `loaded_at` of the calls it brings.
    """

    pbx_id: str
    window: Window
    state: str
    read_at: dt.datetime
    surface: str | None = None
    row_shape: str | None = None
    rows: int = 0
    legs: int = 0
    calls: int = 0
    duplicates: int = 0
    quarantined: int = 0
    pages: int = 0
    requests: int = 0
    error: str | None = None
    listed: bool | None = None
    landed_at: dt.datetime | None = None


def note_window(connection: duckdb.DuckDBPyConnection, row: WindowRow) -> None:
    """Writes the ledger's row in place of what it makes up for; a failure never hides that a window was read."""
    connection.execute(
        """
        DELETE FROM windows WHERE pbx_id = $pbx AND (
            (state <> 'complete' AND since >= $since AND until <= $until)
            OR (since = $since AND until = $until AND $state = 'complete'))
        """,
        {"pbx": row.pbx_id, "since": row.window.since, "until": row.window.until, "state": row.state},
    )
    values = {**dataclasses.asdict(row), **dataclasses.asdict(row.window)}
    columns = [name for name in values if name not in {"window", "landed_at"}]
    connection.execute(
        f"""
        INSERT INTO windows ({", ".join(columns)}) SELECT {", ".join(f"${name}" for name in columns)}
        WHERE NOT EXISTS (
            FROM windows WHERE pbx_id = $pbx_id AND since = $since AND until = $until AND state = 'complete')
        """,
        {name: values[name] for name in columns},
    )
    if row.state == "complete":
        _forget_made_up(connection, row)


def _forget_made_up(connection: duckdb.DuckDBPyConnection, row: WindowRow) -> None:
    """Drops failures that several complete windows make up for together: halves of one that was too large."""
    span = {"pbx": row.pbx_id, "since": row.window.since, "until": row.window.until}
    failed = connection.execute(
        """
        SELECT since, until FROM windows
        WHERE pbx_id = $pbx AND state <> 'complete' AND since < $until AND until > $since
        """,
        span,
    ).fetchall()
    if not failed:
        return
    read = [one.window for one in reads_of(connection, row.pbx_id)]
    for window in (Window(*times) for times in failed):
        if not missing(window, read):
            connection.execute(
                "DELETE FROM windows WHERE pbx_id = ? AND since = ? AND until = ? AND state <> 'complete'",
                [row.pbx_id, window.since, window.until],
            )


def forget_window(connection: duckdb.DuckDBPyConnection, pbx_id: str, window: Window) -> None:
    """Drops the failures noted of a window."""
    connection.execute(
        "DELETE FROM windows WHERE pbx_id = ? AND state <> 'complete' AND since >= ? AND until <= ?",
        [pbx_id, window.since, window.until],
    )


def first_asked(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> dt.datetime | None:
    """Where the first window begins that was ever asked of a PBX, read or not."""
    row = connection.execute("SELECT min(since) FROM windows WHERE pbx_id = ?", [pbx_id]).fetchone()
    return row[0] if row else None


def reads_of(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, relisted_since: dt.datetime | None = None
) -> list[Read]:
    """Every complete window of a PBX.

    Without those from `relisted_since` on whose recordings could not be listed, if by now they can: a right that was
    given, or a list that answers again.
    """
    rows = connection.execute(
        """
        SELECT since, until, read_at FROM windows AS w
        WHERE pbx_id = $pbx AND state = 'complete' AND NOT coalesce(
            listed IS FALSE AND until > $since AND (
                SELECT can_list_recordings FROM pbxs WHERE pbxs.pbx_id = w.pbx_id), false)
        """,
        {"pbx": pbx_id, "since": relisted_since},
    ).fetchall()
    return [Read(Window(since, until), read_at) for since, until, read_at in rows]
