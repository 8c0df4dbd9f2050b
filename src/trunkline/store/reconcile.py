"""The lake's side of `reconcile`: a PBX's calls, its queues, how far it was read; an account's calls in one CRM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from trunkline.reconcile.crm import LedgerCall
from trunkline.reconcile.match import LakeCall
from trunkline.reconcile.pbx import LakeSide
from trunkline.store.windows import first_asked, reads_of
from trunkline.windows import Window, settled

_FACTS = ("started_at", "direction", "outcome", "miss_reason", "external_number", "row_shape")
_CALLS = f"""
    SELECT c.call_id, {", ".join(f"c.{name}" for name in _FACTS)},
        coalesce(list(l.leg_id ORDER BY l.seq) FILTER (l.leg_id IS NOT NULL), []),
        coalesce(list({{'queue': l.destination_dn, 'at': l.started_at}} ORDER BY l.seq)
            FILTER (l.destination_kind = 'queue'), []),
        coalesce(list(DISTINCT l.destination_kind ORDER BY l.destination_kind)
            FILTER (l.answered AND NOT l.human), [])
    FROM calls AS c LEFT JOIN legs AS l USING (call_id)
    WHERE c.pbx_id = ? AND c.started_at >= ? AND c.started_at < ? GROUP BY ALL
"""
_LEDGER = """
    SELECT c.call_id, c.started_at, c.direction, c.outcome, c.external_number, a.state, a.reason, a.remote_id
    FROM calls AS c
    LEFT JOIN activities AS a ON a.call_id = c.call_id AND a.crm_id = $crm AND a.kind = 'call'
    WHERE c.account_id = $account AND c.started_at >= $since AND c.started_at < $until
        AND (len($pbxs) = 0 OR c.pbx_id IN (SELECT unnest($pbxs)))
    ORDER BY c.started_at, c.call_id
"""


def lake_side(connection: duckdb.DuckDBPyConnection, pbx_id: str, span: Window, overlap: dt.timedelta) -> LakeSide:
    """What the lake has of a PBX; a call may last for `overlap`, so that much around the span is looked at too."""
    around = [pbx_id, span.since - overlap, span.until + overlap]
    own = len(pbx_id) + 1
    calls = [
        LakeCall(
            call_id=row[0],
            key=row[0][own:],
            **dict(zip(_FACTS, row[1:7], strict=True)),
            legs=tuple(leg[own:] for leg in row[7]),
            waits=tuple((wait["queue"] or "", wait["at"]) for wait in row[8]),
            machines=tuple(row[9]),
        )
        for row in connection.execute(_CALLS, around).fetchall()
    ]
    return LakeSide(calls, first_asked(connection, pbx_id), settled(reads_of(connection, pbx_id), overlap))


def queues_of(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> list[str] | None:
    """The PBX's queues as they were listed last; null if its directory was never read."""
    rows = connection.execute(
        """
        SELECT dn FROM pbx_settings WHERE pbx_id = $pbx AND kind = 'queue'
            AND day = (SELECT max(day) FROM pbx_settings WHERE pbx_id = $pbx AND kind = 'queue')
        ORDER BY dn
        """,
        {"pbx": pbx_id},
    ).fetchall()
    if rows:
        return [row[0] for row in rows]
    known = connection.execute(
        "SELECT 1 FROM pbx_settings WHERE pbx_id = ? AND kind = 'extension' LIMIT 1", [pbx_id]
    ).fetchone()
    return [] if known else None


def ledger(
    connection: duckdb.DuckDBPyConnection, account_id: str, crm_id: str, pbxs: Sequence[str], span: Window
) -> list[LedgerCall]:
    """The account's calls (of some PBXs, if any are named) with their entries in one CRM's ledger."""
    rows = connection.execute(
        _LEDGER,
        {"account": account_id, "crm": crm_id, "pbxs": list(pbxs), "since": span.since, "until": span.until},
    ).fetchall()
    return [LedgerCall(*row) for row in rows]
