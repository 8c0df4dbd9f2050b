"""The ledger of what each CRM was told (contract §4, activities). Read and written before any request is sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields

import duckdb
import pyarrow as pa

from trunkline import numbers
from trunkline.delivery import LOOK_AGAIN_UNTIL, UNKNOWN_CALLER, Activity, Kind, Work
from trunkline.entries import CallFacts, StoredRecording
from trunkline.store.merge import merge

_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UTC = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema(
    [
        (one.name, pa.int64() if one.name == "attempts" else _UTC if one.name.endswith("_at") else pa.string())
        for one in fields(Activity)
    ]
)
_COLUMNS = ", ".join(_SCHEMA.names)

_NEW = """
    FROM calls AS c WHERE c.account_id = $account AND c.purged_at IS NULL AND c.started_at >= $since AND NOT EXISTS (
        FROM activities AS a WHERE a.crm_id = $crm AND a.call_id = c.call_id AND a.kind = 'call')
"""
_UNSETTLED = """NOT EXISTS (
    FROM activities AS k WHERE k.crm_id = $crm AND k.call_id = c.call_id AND k.kind = '{kind}'
    AND (k.state IN ('delivered', 'skipped') OR (k.state = 'failed' AND NOT $retry)))"""
_STALE = """EXISTS (FROM activities AS k WHERE k.crm_id = $crm AND k.call_id = c.call_id AND k.kind = '{kind}'
    AND k.state = 'delivered' AND k.facts_at < c.loaded_at)"""
# A recording waits for its call's others: HighLevel replaces all attachments at once (CRM reference §2.1).
_HAS_RECORDINGS = """c.call_id IN (
    SELECT call_id FROM recordings GROUP BY call_id
    HAVING count_if(state = 'stored' AND purged_at IS NULL) > 0 AND count_if(state = 'pending') = 0)"""
# What was said, of recordings that are kept or not: a call's texts, the summary first.
_TEXTS = """
    SELECT call_id, list_filter([CASE WHEN $summary THEN r.summary END, CASE WHEN $transcript THEN r.transcript END],
        lambda one: one <> '')
    FROM recordings AS r WHERE call_id IN (SELECT unnest($ids)) AND coalesce(r.summary, r.transcript) IS NOT NULL
    ORDER BY r.started_at, r.recording_id
"""
_FACTS = tuple(one.name for one in fields(CallFacts) if one.name != "agent")
_OUTSTANDING = f"""
    SELECT {", ".join(f"c.{name}" for name in _FACTS)}, c.loaded_at
    FROM calls AS c JOIN activities AS a ON a.call_id = c.call_id AND a.crm_id = $crm AND a.kind = 'call'
    WHERE c.account_id = $account AND c.purged_at IS NULL AND c.started_at >= $since
        AND (c.started_at, c.call_id) > ($after, $after_id) AND (
        a.state = 'pending' OR (a.state = 'failed' AND $retry)
        OR (a.state = 'skipped' AND a.reason = $unknown AND a.first_tried_at > $look_since)
        OR (a.state = 'delivered' AND ({{later}})))
    ORDER BY c.started_at, c.call_id LIMIT $limit
"""
_AGENTS = """
    SELECT l.call_id,
        arg_min({name}, l.seq) FILTER (c.direction <> 'outbound' AND l.destination_dn = c.answered_by),
        arg_min({dn}, l.seq) FILTER (c.direction = 'outbound' AND l.source_kind = 'extension'), any_value(c.answered_by)
    FROM legs AS l JOIN calls AS c USING (call_id) WHERE l.call_id IN (SELECT unnest($ids)) GROUP BY l.call_id
"""


def enqueue(connection: duckdb.DuckDBPyConnection, account_id: str, crm_id: str, since: dt.datetime | None) -> int:
    """Writes a `pending` row for every call that has none in this CRM, so that what waits can be counted."""
    key = {"account": account_id, "crm": crm_id, "since": since or _BEGINNING}
    row = connection.execute(
        f"""INSERT INTO activities (activity_id, call_id, account_id, crm_id, kind, state, attempts)
        SELECT $crm || ':' || call_id || ':call', call_id, $account, $crm, 'call', 'pending', 0 {_NEW}""",
        key,
    ).fetchone()
    return int(row[0]) if row else 0


def count_new(connection: duckdb.DuckDBPyConnection, account_id: str, crm_id: str, since: dt.datetime | None) -> int:
    """How many calls `enqueue` would add."""
    key = {"account": account_id, "crm": crm_id, "since": since or _BEGINNING}
    row = connection.execute(f"SELECT count(*) {_NEW}", key).fetchone()
    return int(row[0]) if row else 0


def outstanding(
    connection: duckdb.DuckDBPyConnection,
    account_id: str,
    crm_id: str,
    kinds: Sequence[Kind],
    *,
    updated: Collection[Kind] = (),
    leave_out: Collection[str] = (),
    now: dt.datetime,
    since: dt.datetime | None = None,
    retry_failed: bool = False,
    after: tuple[dt.datetime, str] | None = None,
    limit: int = 1000,
) -> list[Work]:
    """Calls with something left to do in this CRM, oldest first; `after` is the last one of the page before.

    With those that were loaded anew since the CRM was told of them, for the kinds in `updated`.
    """
    later = [_UNSETTLED.format(kind="note")] if "note" in kinds else []
    if "recording" in kinds:
        later.append(f"({_HAS_RECORDINGS} AND {_UNSETTLED.format(kind='recording')})")
    if "transcript" in kinds and (texts := [one for one in ("summary", "transcript") if one not in leave_out]):
        with_texts = f"SELECT call_id FROM recordings WHERE coalesce({', '.join(texts)}) IS NOT NULL"
        later.append(f"(c.call_id IN ({with_texts}) AND {_UNSETTLED.format(kind='transcript')})")
    later += [_STALE.format(kind=kind) for kind in updated]
    beyond = after or (_BEGINNING, "")
    rows = connection.execute(
        _OUTSTANDING.format(later=" OR ".join(later) or "false"),
        {
            "account": account_id,
            "crm": crm_id,
            "since": since or _BEGINNING,
            "after": beyond[0],
            "after_id": beyond[1],
            "retry": retry_failed,
            "unknown": UNKNOWN_CALLER,
            "look_since": now - LOOK_AGAIN_UNTIL,
            "limit": limit,
        },
    ).fetchall()
    ids = [row[0] for row in rows]
    agents, entries, stored = _agents(connection, ids), entries_of(connection, crm_id, ids), _stored(connection, ids)
    said = _texts(connection, ids, leave_out)
    return [
        Work(
            CallFacts(**dict(zip(_FACTS, row[:-1], strict=True)), agent=agents.get(row[0])),
            entries[row[0]],
            stored.get(row[0], ()),
            said.get(row[0], ()),
            row[-1],
        )
        for row in rows
    ]


def record(connection: duckdb.DuckDBPyConnection, rows: Iterable[Activity]) -> int:
    """Merges rows into the ledger; returns how many were new or changed."""
    table = pa.Table.from_pylist([asdict(row) for row in rows], schema=_SCHEMA)
    connection.register("activity_rows", table)
    try:
        return merge(connection, "activities", "activity_rows")
    finally:
        connection.unregister("activity_rows")


def own_numbers(connection: duckdb.DuckDBPyConnection, account_id: str, country: str) -> frozenset[str]:
    """The account's own numbers as far as its calls show them: they never become contacts (CRM reference §6)."""
    rows = connection.execute(
        "SELECT DISTINCT did FROM calls WHERE account_id = ? AND did IS NOT NULL", [account_id]
    ).fetchall()
    return frozenset(number for (did,) in rows if (number := numbers.e164(did, country)))


def _agents(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, str]:
    """Who spoke to the caller, or who dialled: `Jane Doe (101)`."""
    sql = _AGENTS.format(
        name="concat_ws(' ', nullif(l.destination_name, ''), '(' || l.destination_dn || ')')",
        dn="concat_ws(' ', nullif(l.source_name, ''), '(' || l.source_dn || ')')",
    )
    rows = connection.execute(sql, {"ids": ids}).fetchall()
    return {row[0]: who for row in rows if (who := row[1] or row[2] or row[3])}


def entries_of(connection: duckdb.DuckDBPyConnection, crm_id: str, ids: list[str]) -> dict[str, dict[Kind, Activity]]:
    """Each call's rows in one CRM's ledger; none for a call that has none."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM activities WHERE crm_id = $crm AND call_id IN (SELECT unnest($ids))",
        {"crm": crm_id, "ids": ids},
    ).fetchall()
    found: dict[str, dict[Kind, Activity]] = defaultdict(dict)
    for row in rows:
        entry = Activity(*row)
        found[entry.call_id][entry.kind] = entry
    return found


def _texts(connection: duckdb.DuckDBPyConnection, ids: list[str], leave_out: Collection[str]) -> dict[str, list[str]]:
    wanted = {one: one not in leave_out for one in ("summary", "transcript")}
    found: dict[str, list[str]] = defaultdict(list)
    for call_id, texts in connection.execute(_TEXTS, {"ids": ids, **wanted}).fetchall():
        found[call_id] += texts
    return {call_id: texts for call_id, texts in found.items() if texts}


def _stored(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, list[StoredRecording]]:
    rows = connection.execute(
        f"""SELECT c.call_id, r.recording_id, r.path, r.bytes, r.sha256, r.media_type
        FROM calls AS c JOIN recordings AS r USING (call_id)
        WHERE c.call_id IN (SELECT unnest($ids)) AND r.state = 'stored' AND r.purged_at IS NULL AND {_HAS_RECORDINGS}
        ORDER BY r.started_at, r.recording_id""",
        {"ids": ids},
    ).fetchall()
    found: dict[str, list[StoredRecording]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(StoredRecording(*row[1:]))
    return found
