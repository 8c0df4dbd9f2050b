"""What was built anew of one PBX takes the place of what the lake has, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from trunkline.store.merge import merge
from trunkline.store.windows import reads_of
from trunkline.windows import Window


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
    connection: duckdb.DuckDBPyConnection, pbx_id: str, anew: Path, covered: Sequence[Window], read: Collection[str]
) -> Swapped:
    """Takes over calls, legs and quarantine from the lake file `anew`; rows that are the same are left alone.

    Calls outside of `covered` stay as they are, and so does the rest of the lake; but a recording whose call is gone
    follows it, and where no complete window is noted, the windows and their recordings are noted too. `read` are the
    quarantine's ids of rows that were read again.
    """
    place = str(anew).replace("'", "''")
    connection.execute(f"ATTACH '{place}' AS anew (READ_ONLY)")
    _note_kept(connection, pbx_id, covered)
    removed = _remove(connection, pbx_id)
    before = _count(connection, pbx_id)
    merge(connection, "legs", "(FROM anew.legs WHERE call_id NOT IN (FROM kept))")
    written = merge(connection, "calls", "(FROM anew.calls WHERE call_id NOT IN (FROM kept))")
    added = _count(connection, pbx_id) - before
    _relink(connection, pbx_id)
    _swap_quarantine(connection, pbx_id, read)
    if not reads_of(connection, pbx_id):
        _restore(connection, pbx_id)
    return Swapped(added, written - added, removed)


def _note_kept(connection: duckdb.DuckDBPyConnection, pbx_id: str, covered: Sequence[Window]) -> None:
    """The calls that were not built anew, or not from all of their legs."""
    connection.execute("CREATE TEMP TABLE covered (since TIMESTAMPTZ, until TIMESTAMPTZ)")
    for window in covered:
        connection.execute("INSERT INTO covered VALUES (?, ?)", [window.since, window.until])
    connection.execute(
        """
        CREATE TEMP TABLE kept AS
        WITH outside_calls AS (
            FROM calls AS c WHERE pbx_id = $pbx
                AND NOT EXISTS (FROM covered WHERE c.started_at >= since AND c.started_at < until)
        ),
        outside_legs AS (
            FROM legs AS l WHERE pbx_id = $pbx AND leg_id NOT IN (SELECT leg_id FROM anew.legs)
                AND NOT EXISTS (FROM covered WHERE l.started_at >= since AND l.started_at < until)
        )
        SELECT call_id FROM outside_calls UNION SELECT call_id FROM outside_legs
        """,
        {"pbx": pbx_id},
    )


def _remove(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> int:
    """Calls and legs that the landed rows no longer make; returns how many calls."""
    gone = "pbx_id = ? AND call_id NOT IN (FROM kept)"
    connection.execute(f"DELETE FROM legs WHERE {gone} AND leg_id NOT IN (SELECT leg_id FROM anew.legs)", [pbx_id])
    row = connection.execute(
        f"DELETE FROM calls WHERE {gone} AND call_id NOT IN (SELECT call_id FROM anew.calls)", [pbx_id]
    ).fetchone()
    return int(row[0]) if row else 0


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
    """The ledger of a lake that was lost: what was read counts as read when it was landed; recordings wait."""
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
