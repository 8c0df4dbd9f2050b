"""One window into the lake in one transaction: legs, the calls they change, recordings, quarantine, the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from trunkline.calls.columns import LEGS
from trunkline.calls.group import to_calls
from trunkline.calls.upgraded import COLUMNS, known_already
from trunkline.store.caller_key import CALLER_KEY
from trunkline.store.merge import merge
from trunkline.store.purged import leave_out_purged
from trunkline.store.windows import WindowRow, note_window
from trunkline.windows import Window

# How far a call's legs can lie apart: bounds what a merge must look at in the lake.
LEG_SPREAD = dt.timedelta(days=2)


def load_window(
    connection: duckdb.DuckDBPyConnection,
    row: WindowRow,
    legs: Path,
    recordings: Path,
    quarantined: list[tuple[bytes, str]],
    transcripts_since: dt.datetime | None = None,
) -> int:
    """Merges a window's staged files and notes the window; returns how many calls are new or changed.

    `legs` and `recordings` are Parquet files as `tasks.extract` writes them. Transcripts of before `transcripts_since`
    are left out, and so is all that retention has removed already.
    """
    for table, path in (("staged_legs", legs), ("staged_recordings", recordings)):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM read_parquet(?)", [str(path)])
    leave_out_purged(connection, transcripts_since)
    everything = _whole_calls(connection, row.window)
    calls, ordered = to_calls(everything)
    known = _known_calls(connection, row)
    same = known_already(calls.filter(~pl.col("call_id").is_in(known["call_id"].implode())), known)
    if same:
        row = _without(row, ordered, same)
        ordered = ordered.filter(~pl.col("call_id").is_in(list(same)))
        calls = calls.filter(~pl.col("call_id").is_in(list(same)))
    connection.register("new_legs", ordered.to_arrow())
    connection.register("new_calls", calls.with_columns(loaded_at=pl.lit(row.landed_at or row.read_at)).to_arrow())
    span = f"t.started_at BETWEEN TIMESTAMPTZ '{_early(row.window)}' AND TIMESTAMPTZ '{_late(row.window)}'"
    merge(connection, "legs", "new_legs", within=span)
    changed = merge(connection, "calls", f"(SELECT *, {CALLER_KEY} AS caller_key FROM new_calls)", within=span)
    _load_recordings(connection, row.read_at, same)
    _quarantine(connection, row, quarantined)
    note_window(connection, row)
    connection.unregister("new_legs")
    connection.unregister("new_calls")
    return changed


def _early(window: Window) -> str:
    return (window.since - LEG_SPREAD).isoformat()


def _late(window: Window) -> str:
    return (window.until + LEG_SPREAD).isoformat()


def _whole_calls(connection: duckdb.DuckDBPyConnection, window: Window) -> pl.DataFrame:
    """The staged legs with the legs of the same calls that other windows brought; a DID once known is kept."""
    names = ", ".join("coalesce(s.did, t.did) AS did" if name == "did" else f"s.{name}" for name in LEGS)
    return connection.execute(
        f"""
        WITH near AS (
            FROM legs WHERE started_at BETWEEN ? AND ? AND call_id IN (SELECT call_id FROM staged_legs)
        )
        SELECT {names} FROM staged_legs AS s LEFT JOIN near AS t USING (leg_id)
        UNION ALL
        SELECT {", ".join(LEGS)} FROM near WHERE leg_id NOT IN (SELECT leg_id FROM staged_legs)
        """,
        [window.since - LEG_SPREAD, window.until + LEG_SPREAD],
    ).pl()


def _known_calls(connection: duckdb.DuckDBPyConnection, row: WindowRow) -> pl.DataFrame:
    """The PBX's calls around the window, as the lake has them."""
    return connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM calls WHERE pbx_id = ? AND started_at BETWEEN ? AND ?",
        [row.pbx_id, row.window.since - LEG_SPREAD, row.window.until + LEG_SPREAD],
    ).pl()


def _without(row: WindowRow, legs: pl.DataFrame, same: dict[str, str]) -> WindowRow:
    """The ledger's row where some calls are known under another key: their legs count as duplicates."""
    dropped = len(legs.filter(pl.col("call_id").is_in(list(same))))
    return replace(row, legs=row.legs - dropped, calls=row.calls - len(same), duplicates=row.duplicates + dropped)


def _load_recordings(connection: duckdb.DuckDBPyConnection, seen_at: dt.datetime, same: dict[str, str]) -> None:
    """New recordings wait to be fetched; what was known of the others is kept, and only added to.

    `same`: calls that are known under another id, which their recordings get too.
    """
    for call_id, known_id in same.items():
        connection.execute("UPDATE staged_recordings SET call_id = ? WHERE call_id = ?", [known_id, call_id])
    merge(
        connection,
        "recordings",
        """(
            SELECT s.recording_id,
                CASE WHEN t.link = 'exact' AND s.link <> 'exact' THEN t.call_id
                     ELSE coalesce(s.call_id, t.call_id) END AS call_id,
                s.account_id, s.pbx_id, s.native_id,
                CASE WHEN 'exact' IN (s.link, t.link) THEN 'exact' WHEN 'matched' IN (s.link, t.link) THEN 'matched'
                     ELSE 'none' END AS link,
                coalesce(t.state, 'pending') AS state,
                CASE WHEN t.evidence IS NULL THEN s.evidence::JSON
                     WHEN s.evidence IS NULL OR json_contains(t.evidence, s.evidence) THEN t.evidence
                     ELSE json_merge_patch(t.evidence, s.evidence) END AS evidence,
                coalesce(s.transcript, t.transcript) AS transcript,
                coalesce(s.summary, t.summary) AS summary, coalesce(s.sentiment, t.sentiment) AS sentiment,
                coalesce(t.started_at, s.started_at) AS started_at,
                coalesce(t.attempts, 0) AS attempts
            FROM staged_recordings AS s LEFT JOIN recordings AS t USING (recording_id)
        )""",
    )
    connection.execute("UPDATE recordings SET first_seen_at = ? WHERE first_seen_at IS NULL", [seen_at])


def quarantine_id(pbx_id: str, raw: bytes) -> str:
    """The key of a row that is set aside: a hash of it as received."""
    return f"{pbx_id}:{hashlib.sha256(raw).hexdigest()[:24]}"


def _quarantine(connection: duckdb.DuckDBPyConnection, row: WindowRow, quarantined: list[tuple[bytes, str]]) -> None:
    """Each unreadable row once, however often it is read; its text as JSON, quoted where it is none."""
    for raw, reason in quarantined:
        connection.execute(
            """
            INSERT INTO quarantine SELECT $key, $pbx, $seen, $reason,
                CASE WHEN json_valid($raw) THEN $raw::JSON ELSE to_json($raw) END
            WHERE NOT EXISTS (FROM quarantine WHERE quarantine_id = $key AND reason = $reason)
            """,
            {
                "key": quarantine_id(row.pbx_id, raw),
                "pbx": row.pbx_id,
                "seen": row.read_at,
                "reason": reason,
                "raw": raw.decode("utf-8", "replace"),
            },
        )
