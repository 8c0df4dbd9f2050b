"""Episodes that need a task in a CRM, and tasks that are done with."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import duckdb

from trunkline.callbacks import TASK_WITHIN, Callback
from trunkline.entries import CallFacts
from trunkline.store.activities import entries_of

_FACTS = tuple(one.name for one in fields(CallFacts) if one.name != "agent")
# `call_id` of a task is its episode's first missed call.
_DUE = f"""
    WITH told AS (
        SELECT call_id,
            any_value(state) FILTER (kind = 'task') AS task,
            any_value(state) FILTER (kind = 'task_closed') AS closed
        FROM activities WHERE crm_id = $crm AND kind IN ('task', 'task_closed') GROUP BY call_id
    )
    SELECT e.episode_id, e.tries, e.last_missed_at, e.deadline_at,
        least(e.first_attempt_at, e.reached_at) AS over_at,
        {", ".join(f"c.{name}" for name in _FACTS)}
    FROM episodes AS e
    JOIN calls AS c ON c.account_id = e.account_id AND c.call_id = substr(e.episode_id, length(e.account_id) + 2)
    LEFT JOIN told AS t USING (call_id)
    WHERE e.account_id = $account AND NOT e.is_removed AND c.purged_at IS NULL AND (
        (t.task IS NULL AND e.state = 'never_returned' AND over_at IS NULL AND e.deadline_at > $since)
        OR t.task = 'pending' OR (t.task = 'failed' AND $retry)
        OR (t.task = 'delivered' AND over_at IS NOT NULL
            AND (t.closed IS NULL OR t.closed = 'pending' OR (t.closed = 'failed' AND $retry))))
    ORDER BY e.first_missed_at, e.episode_id
"""


def due(
    connection: duckdb.DuckDBPyConnection, account_id: str, crm_id: str, *, now: dt.datetime, retry_failed: bool
) -> list[Callback]:
    """Whose task is to be made or closed, the oldest first."""
    rows = connection.execute(
        _DUE, {"account": account_id, "crm": crm_id, "since": now - TASK_WITHIN, "retry": retry_failed}
    ).fetchall()
    entries = entries_of(connection, crm_id, [row[5] for row in rows])
    return [_callback(row, entries[row[5]]) for row in rows]


def _callback(row: tuple[Any, ...], entries: Any) -> Callback:
    call = CallFacts(**dict(zip(_FACTS, row[5:], strict=True)))
    return Callback(row[0], call, row[1], row[2], row[3], row[4], entries)
