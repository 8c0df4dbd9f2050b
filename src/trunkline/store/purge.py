"""What retention removes from the lake of recordings, transcripts and rows set aside (of calls: `purge_calls`).

Rows stay, so that every count stays true; what tells of a person goes. Each function works on one account, in the
caller's transaction, and finds nothing more to do where it has run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb

from trunkline.retention import Lines

_OLD = "account_id = $account AND started_at < $line"
_NOT_FETCHED = f"""{_OLD} AND native_id IS NOT NULL AND purged_at IS NULL
    AND (state = 'pending' OR (state = 'missing' AND cause IN ('damaged', 'access', 'unreachable', 'build')))"""
_UNASKED = "(state = 'pending' OR cause = 'unreachable')"
_SAID = f"{_OLD} AND (transcript IS NOT NULL OR summary IS NOT NULL OR sentiment IS NOT NULL)"
_PBXS = "SELECT pbx_id FROM pbxs WHERE account_id = $account UNION SELECT pbx_id FROM calls WHERE account_id = $account"
# A row that could not be read may still say when its call was; it was not seen before that.
_SET_ASIDE = f"""row IS NOT NULL AND pbx_id IN ({_PBXS}) AND $line > least(
    seen_at, try_cast(row ->> 'StartTime' AS TIMESTAMPTZ), try_cast(row ->> 'CallTime' AS TIMESTAMPTZ))"""
_STAFF = f"name IS NOT NULL AND kind = 'extension' AND day < $line::DATE AND pbx_id IN ({_PBXS})"


@dataclass(frozen=True)
class Due:
    """How many rows retention is going to change, but for recordings that have a file (`files_of`)."""

    not_fetched: int = 0
    transcripts: int = 0
    calls: int = 0
    quarantined: int = 0
    staff_names: int = 0

    @property
    def holds_people(self) -> bool:
        """Whether what goes tells of people, and is to be gone from the lake's bytes too."""
        return bool(self.transcripts or self.calls or self.quarantined or self.staff_names)


def due(connection: duckdb.DuckDBPyConnection, account_id: str, lines: Lines) -> Due:
    """What of an account is before its lines."""

    def count(table: str, where: str, line: dt.datetime | None) -> int:
        if line is None:
            return 0
        values = {"account": account_id, "line": line}
        row = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()
        return int(row[0]) if row else 0

    return Due(
        not_fetched=count("recordings", _NOT_FETCHED, lines.recordings),
        transcripts=count("recordings", _SAID, lines.transcripts),
        calls=count("calls", f"{_OLD} AND purged_at IS NULL", lines.calls),
        quarantined=count("quarantine", _SET_ASIDE, lines.calls),
        staff_names=count("pbx_settings", _STAFF, lines.calls),
    )


def mark_stored(connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime, now: dt.datetime) -> int:
    """Says of recordings that are kept that they no longer are; `path` stays until the file is gone."""
    return _update(
        connection,
        f"recordings SET purged_at = $now WHERE {_OLD} AND path IS NOT NULL AND purged_at IS NULL",
        account_id,
        line,
        now=now,
    )


def pass_over(
    connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime, days: int, now: dt.datetime
) -> int:
    """Lets go of recordings that are too old to be fetched: one that waits is missing by policy, which is no gap."""
    return _update(
        connection,
        f"""recordings SET purged_at = $now,
            cause = CASE WHEN {_UNASKED} THEN 'policy' ELSE cause END,
            evidence = CASE WHEN {_UNASKED} THEN $evidence::JSON ELSE evidence END,
            state = 'missing'
        WHERE {_NOT_FETCHED}""",
        account_id,
        line,
        now=now,
        evidence=json.dumps({"retention_days": days}),
    )


def files_of(
    connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime | None
) -> tuple[set[str], set[str]]:
    """The recordings' files that are no longer kept (also where an earlier run was interrupted), and those that are."""
    rows = connection.execute(
        """
        SELECT path, coalesce(purged_at IS NOT NULL OR started_at < ?, false)
        FROM recordings WHERE account_id = ? AND path IS NOT NULL
        """,
        [line, account_id],
    ).fetchall()
    return {path for path, is_old in rows if is_old}, {path for path, is_old in rows if not is_old}


def note_removed(connection: duckdb.DuckDBPyConnection, account_id: str, paths: Collection[str]) -> None:
    """Notes that these files are gone."""
    connection.execute(
        """
        UPDATE recordings SET path = NULL
        WHERE account_id = ? AND purged_at IS NOT NULL AND path IN (SELECT unnest(?::VARCHAR[]))
        """,
        [account_id, list(paths)],
    )


def purge_transcripts(
    connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime, now: dt.datetime
) -> int:
    """Removes what was said, and what was made of it."""
    return _update(
        connection,
        f"""recordings SET transcript = NULL, summary = NULL, sentiment = NULL, transcript_purged_at = $now
        WHERE {_SAID}""",
        account_id,
        line,
        now=now,
    )


def purge_rows(connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime) -> int:
    """Removes what rows that could not be read hold, and names of staff as they were set; returns how many rows."""
    _update(connection, f"pbx_settings SET name = NULL WHERE {_STAFF}", account_id, line)
    return _update(connection, f"quarantine SET row = NULL WHERE {_SET_ASIDE}", account_id, line)


def _update(
    connection: duckdb.DuckDBPyConnection, change: str, account_id: str, line: dt.datetime, **values: Any
) -> int:
    row = connection.execute(f"UPDATE {change}", {"account": account_id, "line": line, **values}).fetchone()
    return int(row[0]) if row else 0
