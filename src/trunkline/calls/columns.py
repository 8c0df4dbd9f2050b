"""The columns of legs and calls, as they go to the lake (contract §4)."""

from __future__ import annotations

import polars as pl

from trunkline.calls.times import UTC_US

LEGS: dict[str, pl.DataType | type[pl.DataType]] = {
    "leg_id": pl.String,
    "call_id": pl.String,
    "account_id": pl.String,
    "pbx_id": pl.String,
    "seq": pl.Int64,
    "started_at": UTC_US,
    "source_dn": pl.String,
    "source_number": pl.String,
    "source_name": pl.String,
    "source_kind": pl.String,
    "destination_dn": pl.String,
    "destination_number": pl.String,
    "destination_name": pl.String,
    "destination_kind": pl.String,
    "answered": pl.Boolean,
    "human": pl.Boolean,
    "spoke": pl.Boolean,
    "ring_seconds": pl.Float64,
    "talk_seconds": pl.Float64,
    "duration_seconds": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
    "direction": pl.String,
    "did": pl.String,
    "recording_ids": pl.List(pl.String),
    "surface": pl.String,
    "row_shape": pl.String,
    "source_raw": pl.String,
    "destination_raw": pl.String,
}
"""`human`: the destination is a person's phone; `spoke`: somebody talked there; `duration_seconds`: from the leg's
start to its end; `…_number` is E.164, `…_raw` as the PBX wrote it."""

CALLS: dict[str, pl.DataType | type[pl.DataType]] = {
    "call_id": pl.String,
    "account_id": pl.String,
    "pbx_id": pl.String,
    "started_at": UTC_US,
    "ended_at": UTC_US,
    "direction": pl.String,
    "outcome": pl.String,
    "miss_reason": pl.String,
    "external_number": pl.String,
    "external_raw": pl.String,
    "external_name": pl.String,
    "did": pl.String,
    "first_destination": pl.String,
    "first_destination_kind": pl.String,
    "answered_by": pl.String,
    "answered_by_kind": pl.String,
    "queue": pl.String,
    "wait_seconds": pl.Float64,
    "talk_seconds": pl.Float64,
    "leg_count": pl.Int64,
    "surface": pl.String,
    "row_shape": pl.String,
    "confidence": pl.String,
}


def shaped(frame: pl.DataFrame, columns: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """`frame` with exactly these columns and types, in order; absent ones are null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in columns.items()
    )
