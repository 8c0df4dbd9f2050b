"""Why nothing brings back what retention removed: what is loaded, or built anew, passes by here first."""

from __future__ import annotations

import datetime as dt

import duckdb

PURGED_CALLS = "SELECT call_id FROM calls WHERE purged_at IS NOT NULL"
LAKE_ONLY = ("purged_at", "continued_by", "known_before")
"""Columns of calls that retention alone writes: no PBX's answer says them."""


def leave_out_purged(connection: duckdb.DuckDBPyConnection, transcripts_since: dt.datetime | None) -> None:
    """Takes from `staged_legs` and `staged_recordings` what is not to be in the lake again.

    Of a call that is removed the lake keeps the legs that it has. `transcripts_since`: what was said before is not
    kept, whether the lake has ever had it or not.
    """
    connection.execute(f"DELETE FROM staged_legs WHERE call_id IN ({PURGED_CALLS})")
    connection.execute(
        """
        UPDATE staged_recordings SET transcript = NULL, summary = NULL, sentiment = NULL
        WHERE started_at < ?
            OR recording_id IN (SELECT recording_id FROM recordings WHERE transcript_purged_at IS NOT NULL)
        """,
        [transcripts_since],
    )
