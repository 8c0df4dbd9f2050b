"""What was found when a CRM's own list of calls was held against the ledger, for the agency's mail."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence

import duckdb

from trunkline.reconcile.days import CrmDay
from trunkline.store.merge import merge_rows

KINDS = ("deleted_in_crm", "twice_in_crm", "not_in_ledger")


def keep(connection: duckdb.DuckDBPyConnection, days: Sequence[CrmDay], now: dt.datetime) -> int:
    """Writes the whole days that the CRM listed; returns the rows written."""
    rows = [_row(day, now) for day in days if day.is_whole and day.listed is not None]
    merge_rows(connection, "crm_days", rows)
    return len(rows)


def _row(day: CrmDay, now: dt.datetime) -> dict[str, object]:
    found = [one for one in day.differences if one.kind in KINDS]
    counts = Counter(one.kind for one in found)
    return {
        "account_id": day.account_id,
        "crm_id": day.crm_id,
        "day": day.day.isoformat(),
        "listed": day.listed,
        **{kind: counts[kind] for kind in KINDS},
        "differing": json.dumps([[one.kind, one.call_id] for one in found]),
        "checked_at": now,
    }
