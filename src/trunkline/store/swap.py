"""What was built anew of one PBX takes the place of what the lake has, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from trunkline.store.difference import TABLES, attach, quoted
from trunkline.store.merge import KEYS, merge
from trunkline.store.windows import reads_of


@dataclass(frozen=True)
class Swapped:
    """How many calls are new, changed and gone."""

    added: int
    changed: int
    removed: int


def written_since(connection: duckdb.DuckDBPyConnection, pbx_id: str, moment: dt.datetime) -> bool:
    """Whether a window of the PBX was loaded, or a call changed, since then."""
    row = connection.execute(
        """
        SELECT EXISTS (FROM windows WHERE pbx_id = $pbx AND read_at > $moment)
            OR EXISTS (FROM calls WHERE pbx_id = $pbx AND loaded_at > $moment)
        """,
        {"pbx": pbx_id, "moment": moment},
    ).fetchone()
    return bool(row and row[0])


def swap(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, anew: Path, folder: Path, read: Collection[str]
) -> Swapped:
    """Takes over the calls and legs that differ (see `note_difference`, which filled `folder`) and the quarantine.

    The rest of the lake stays as it is; but a recording whose call is gone follows it, and where no complete window
    is noted, windows and recordings are noted as they were landed. `read` are the quarantine's ids of rows that were
    read again.
    """
    attach(connection, anew)
    before = _count(connection, pbx_id)
    for table in TABLES:
        (key,) = KEYS[table]
        connection.execute(f"DELETE FROM {table} WHERE {key} IN (FROM {quoted(folder / f'{table}.gone.parquet')})")
    kept = _count(connection, pbx_id)
    written = {table: merge(connection, table, f"(FROM {quoted(folder / f'{table}.parquet')})") for table in TABLES}
    added = _count(connection, pbx_id) - kept
    _relink(connection, pbx_id)
    _swap_quarantine(connection, pbx_id, read)
    if not reads_of(connection, pbx_id):
        _restore(connection, pbx_id)
    return Swapped(added, written["calls"] - added, before - kept)


def _count(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> int:
    row = connection.execute("SELECT count(*) FROM calls WHERE pbx_id = ?", [pbx_id]).fetchone()
    return int(row[0]) if row else 0


def _relink(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> None:
    """A recording of a call that is gone gets the call that it has now; one that was only expected goes with it."""
    orphan = "r.pbx_id = ? AND r.call_id IS NOT NULL AND r.call_id NOT IN (SELECT call_id FROM calls)"
    connection.execute(
        f"""
        UPDATE recordings AS r SET call_id = a.call_id, link = a.link FROM anew.recordings AS a
        WHERE a.recording_id = r.recording_id AND a.call_id IS NOT NULL AND {orphan}
        """,
        [pbx_id],
    )
    connection.execute(f"DELETE FROM recordings AS r WHERE {orphan} AND r.native_id IS NULL", [pbx_id])


def _swap_quarantine(connection: duckdb.DuckDBPyConnection, pbx_id: str, read: Collection[str]) -> None:
    """A row that was read again is set aside for today's reasons, or not at all."""
    connection.execute(
        """
        DELETE FROM quarantine AS q WHERE pbx_id = ? AND quarantine_id IN (SELECT unnest(?::VARCHAR[]))
            AND NOT EXISTS (FROM anew.quarantine AS a WHERE a.quarantine_id = q.quarantine_id AND a.reason = q.reason)
        """,
        [pbx_id, list(read)],
    )
    connection.execute(
        """
        INSERT INTO quarantine BY NAME FROM anew.quarantine AS a WHERE NOT EXISTS (
            FROM quarantine AS q WHERE q.quarantine_id = a.quarantine_id AND q.reason = a.reason)
        """
    )


def _restore(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> None:
    """The ledger of a lake that was lost: what was landed counts as read at that time, and its recordings wait."""
    connection.execute(
        """
        DELETE FROM windows AS w WHERE pbx_id = ? AND EXISTS (
            FROM anew.windows AS a WHERE a.since <= w.since AND a.until >= w.until)
        """,
        [pbx_id],
    )
    connection.execute("INSERT INTO windows BY NAME FROM anew.windows")
    connection.execute(
        """
        INSERT INTO recordings BY NAME FROM anew.recordings AS a
        WHERE recording_id NOT IN (SELECT recording_id FROM recordings)
        """
    )
