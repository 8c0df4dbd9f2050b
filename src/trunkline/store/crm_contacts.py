"""Which contact of a CRM a number was, and which contacts trunkline made (CRM reference §3.3, §3.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

import duckdb

from trunkline.store.merge import merge_rows


@dataclass(frozen=True)
class Known:
    """A number's contact. No `contact_id`: one was about to be made at `made_at`, and may be there."""

    crm_id: str
    number: str
    contact_id: str | None
    found_at: dt.datetime | None = None
    made_at: dt.datetime | None = None


def recall(connection: duckdb.DuckDBPyConnection, crm_id: str, asked: Collection[str]) -> dict[str, Known]:
    """What is known of these numbers."""
    rows = connection.execute(
        """SELECT crm_id, number, contact_id, found_at, made_at FROM crm_contacts
        WHERE crm_id = ? AND number IN (SELECT unnest(?))""",
        [crm_id, list(asked)],
    ).fetchall()
    return {row[1]: Known(*row) for row in rows}


def remember(connection: duckdb.DuckDBPyConnection, known: Iterable[Known]) -> None:
    """Writes what was found or made."""
    merge_rows(connection, "crm_contacts", [asdict(one) for one in known])
