"""`pbx_settings`: what a PBX and each of its numbers were set to, day by day, so that a change can be dated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence

import duckdb

from trunkline.models import Directory, Probe
from trunkline.store.merge import merge_rows

PBX = "pbx"  # the DN and the kind of the row that is of the PBX itself
OUTSIDE = "did"
_OF_THE_PBX = (
    "version",
    "licence",
    "licence_active",
    "licence_records",
    "max_simultaneous_calls",
    "transcription",
    "recording_stopped",
    "quota_reached",
    "quota_megabytes",
    "used_megabytes",
    "auto_delete_days",
)


def keep_pbx(connection: duckdb.DuckDBPyConnection, pbx_id: str, found: Probe, day: dt.date) -> None:
    """The PBX's own settings of a day, as its newest probe found them; null where not known."""
    settings = json.dumps({name: getattr(found, name) for name in _OF_THE_PBX})
    row = {"pbx_id": pbx_id, "dn": PBX, "kind": PBX, "day": day, "settings": settings}
    merge_rows(connection, "pbx_settings", [row])


def keep_numbers(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, entries: Sequence[Directory], day: dt.date
) -> None:
    """The numbers of a day; a DID that is written like an extension does not take its place."""
    by_dn = {entry.dn: entry for entry in sorted(entries, key=lambda entry: entry.kind != OUTSIDE)}
    rows = [{"pbx_id": pbx_id, "day": day, **dataclasses.asdict(entry)} for entry in by_dn.values()]
    merge_rows(connection, "pbx_settings", rows)


def kinds(connection: duckdb.DuckDBPyConnection, pbx_id: str) -> dict[str, str]:
    """DN → kind of the numbers inside, as they were known last: a DID is the PBX's and still an outside number."""
    found = connection.execute(
        "SELECT dn, arg_max(kind, day) FROM pbx_settings WHERE pbx_id = ? AND kind NOT IN (?, ?) GROUP BY dn",
        [pbx_id, OUTSIDE, PBX],
    )
    return dict(found.fetchall())
