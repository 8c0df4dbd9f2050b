"""The recordings that wait to be fetched, and what became of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb

from trunkline.recordings import DAILY_ATTEMPTS, GRACE, MAX_ATTEMPTS
from trunkline.store.merge import merge, merge_rows

_UNASKED = "native_id IS NOT NULL AND (state = 'pending' OR (state = 'missing' AND cause = 'unreachable'))"
_WITH_MARK = "json_merge_patch(if(evidence ->> 'archived', '{\"archived\": true}', '{}'), $evidence)"
EXPECTED_DAYS = 35  # how far back a run looks for calls without a recording, unless it reads further back itself


@dataclass(frozen=True)
class Waiting:
    """A recording to fetch. `ended_at`: when its call ended; where that is not known, when the recording began."""

    recording_id: str
    native_id: str
    started_at: dt.datetime
    attempts: int
    is_archived: bool
    ended_at: dt.datetime


def waiting(
    connection: duckdb.DuckDBPyConnection,
    pbx_id: str,
    now: dt.datetime,
    *,
    with_access: bool,
    lost_soon: tuple[dt.datetime, dt.datetime] | None = None,
) -> list[Waiting]:
    """Recordings not fetched yet, in the order in which to fetch them.

    First what began within `lost_soon` (since ≤ start < until), for the PBX deletes it soon; then what was never tried;
    then the rest; each oldest first. A damaged one, or one whose address fails, is tried again a few times, then once
    a day; one that was refused, only once the right may be there (`with_access`); one that retention has let go of,
    never.
    """
    rows = connection.execute(
        f"""
        SELECT recording_id, native_id, r.started_at, coalesce(attempts, 0),
            coalesce(json_extract(evidence, '$.archived') = 'true', false), coalesce(c.ended_at, r.started_at)
        FROM recordings AS r LEFT JOIN calls AS c USING (call_id)
        WHERE r.pbx_id = $pbx AND r.purged_at IS NULL AND (
            ({_UNASKED})
            OR (state = 'missing' AND native_id IS NOT NULL AND cause IN ('damaged', 'build') AND (
                attempts < $most OR (attempts < $daily AND tried_at < $yesterday)))
            OR (state = 'missing' AND native_id IS NOT NULL AND cause = 'access' AND $with_access))
        ORDER BY CASE
                WHEN r.started_at >= $soon_from AND r.started_at < $soon_to THEN 0
                WHEN tried_at IS NULL THEN 1
                ELSE 2 END,
            r.started_at, recording_id
        """,
        {
            "pbx": pbx_id,
            "most": MAX_ATTEMPTS,
            "daily": DAILY_ATTEMPTS,
            "yesterday": now - dt.timedelta(hours=23),
            "with_access": with_access,
            "soon_from": lost_soon[0] if lost_soon else None,
            "soon_to": lost_soon[1] if lost_soon else None,
        },
    ).fetchall()
    return [Waiting(*row) for row in rows]


def note_results(connection: duckdb.DuckDBPyConnection, results: Iterable[Mapping[str, Any]]) -> None:
    """Writes what became of attempts; each result holds `recording_id` and the columns that changed.

    Of several results of one recording the last one holds.
    """
    newest = {result["recording_id"]: dict(result) for result in results}
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in newest.values():
        if row.get("evidence"):
            row["evidence"] = json.dumps(row["evidence"])
        alike.setdefault(tuple(row), []).append(row)
    for rows in alike.values():
        merge_rows(connection, "recordings", rows)


def settle_waiting(connection: duckdb.DuckDBPyConnection, pbx_id: str, cause: str, evidence: dict[str, Any]) -> None:
    """Gives every recording that waits one cause, for it will not be asked for."""
    connection.execute(
        f"UPDATE recordings SET state = 'missing', cause = $cause, evidence = {_WITH_MARK}"
        f" WHERE pbx_id = $pbx AND {_UNASKED}",
        {"pbx": pbx_id, "cause": cause, "evidence": json.dumps(evidence)},
    )


def settle_unreachable(connection: duckdb.DuckDBPyConnection, pbx_id: str, said: str, now: dt.datetime) -> None:
    """What waits at a PBX that does not answer is unknown from the time on when it would have been missed."""
    connection.execute(
        f"UPDATE recordings SET state = 'missing', cause = 'unreachable', evidence = {_WITH_MARK}"
        f" WHERE pbx_id = $pbx AND {_UNASKED} AND started_at < $due",
        {"pbx": pbx_id, "evidence": json.dumps({"said": said}), "due": now - GRACE},
    )


def note_expected(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, now: dt.datetime, since: dt.datetime | None = None
) -> None:
    """Rows for calls that should have a recording and have none; dropped again where one turns up."""
    connection.execute(
        """
        DELETE FROM recordings WHERE pbx_id = ? AND native_id IS NULL
            AND call_id IN (SELECT call_id FROM recordings WHERE pbx_id = ? AND native_id IS NOT NULL)
        """,
        [pbx_id, pbx_id],
    )
    sql = (files("trunkline.store") / "merge" / "expected_recordings.sql").read_text("utf-8")
    usual = now - dt.timedelta(days=EXPECTED_DAYS)
    since = min(since or usual, usual)
    connection.execute(sql, {"pbx_id": pbx_id, "since": since, "now": now})
    merge(connection, "recordings", "expected")
    connection.execute("UPDATE recordings SET first_seen_at = ? WHERE first_seen_at IS NULL", [now])
