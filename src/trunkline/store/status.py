"""How fresh and complete the lake is: per PBX, per CRM, and what failed why."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import duckdb


def pbx_status(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Per PBX: `read_until`, counts of calls, gaps and recordings by state, and what is to mend."""
    rows = _rows(
        connection,
        """
        SELECT pbx_id, max(until) FILTER (state = 'complete') AS read_until,
            count(*) FILTER (state <> 'complete') AS windows_to_read_again,
            arg_max(error, read_at) FILTER (error IS NOT NULL) AS last_error
        FROM windows GROUP BY pbx_id
        """,
    )
    status = {row.pop("pbx_id"): row for row in rows}
    for pbx_id, count in connection.execute("SELECT pbx_id, count(*) FROM quarantine GROUP BY pbx_id").fetchall():
        status.setdefault(pbx_id, {})["quarantined"] = count
    for pbx_id, calls in connection.execute("SELECT pbx_id, count(*) FROM calls GROUP BY pbx_id").fetchall():
        status.setdefault(pbx_id, {})["calls"] = calls
    for pbx_id, legs in connection.execute(
        "SELECT pbx_id, count(*) FROM legs WHERE destination_kind = 'unknown' GROUP BY pbx_id"
    ).fetchall():
        status.setdefault(pbx_id, {})["legs_of_unknown_kind"] = legs
    for pbx_id, state, count in connection.execute(
        """
        SELECT pbx_id, CASE WHEN state = 'missing' THEN 'missing: ' || cause ELSE state END AS state, count(*)
        FROM recordings GROUP BY ALL ORDER BY ALL
        """
    ).fetchall():
        status.setdefault(pbx_id, {}).setdefault("recordings", {})[state] = count
    for pbx_id, version, surface, checked_at, problems in connection.execute(
        "SELECT pbx_id, version, surface, checked_at, problems FROM pbxs"
    ).fetchall():
        known = {"version": version, "surface": surface, "checked_at": checked_at}
        status.setdefault(pbx_id, {}).update(known, to_mend=json.loads(problems or "[]"))
    return status


def crm_status(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Per CRM: activities by state, the newest delivery, and why activities failed or were skipped."""
    rows = _rows(
        connection,
        """
        SELECT crm_id, count(*) FILTER (state = 'delivered') AS delivered,
            count(*) FILTER (state = 'pending') AS pending,
            count(*) FILTER (state = 'skipped') AS skipped, count(*) FILTER (state = 'failed') AS failed,
            max(delivered_at) AS newest_delivery
        FROM activities GROUP BY crm_id
        """,
    )
    status = {row.pop("crm_id"): row for row in rows}
    for crm_id, reason, count in connection.execute(
        """
        SELECT crm_id, reason, count(*) FROM activities
        WHERE state IN ('failed', 'skipped') AND reason IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 2
        """
    ).fetchall():
        status[crm_id].setdefault("reasons", {})[reason] = count
    return status


def age(moment: dt.datetime | None, now: dt.datetime) -> str:
    """`3 h ago`; `never` for null."""
    if moment is None:
        return "never"
    minutes = max(int((now - moment).total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
