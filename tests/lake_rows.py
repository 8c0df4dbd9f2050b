"""Rows that tests of deliveries put into a lake by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from trunkline.store.lake import Lake

JANE, DID = "+61412345678", "+61882345678"


def call_row(number: int, **more: Any) -> dict[str, Any]:
    """An inbound answered call of Jane's, `pbx:NUMBER`, a minute after the one before."""
    return {
        "call_id": f"pbx:{number}",
        "account_id": "acme",
        "pbx_id": "pbx",
        "started_at": dt.datetime(2026, 11, 17, 1, number, 3, tzinfo=dt.UTC),
        "direction": "inbound",
        "outcome": "answered",
        "external_number": JANE,
        "did": DID,
        "wait_seconds": 12.0,
        "talk_seconds": 200.0,
        **more,
    }


def insert(lake: Lake, table: str, *rows: dict[str, Any]) -> None:
    """Puts rows in, each with the columns that it names."""
    with lake.write() as connection:
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608
