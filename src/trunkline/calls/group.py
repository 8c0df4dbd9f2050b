"""Legs → calls: one call is one row, whatever its legs (v20 reference §7). An ordered list of small steps."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from trunkline.calls.columns import CALLS, LEGS, shaped
from trunkline.calls.missed import miss_reasons
from trunkline.calls.talk import talks
from trunkline.calls.times import seconds

PLUMBING = ("script", "system")  # not a place that a caller means to reach


def to_calls(legs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls, and the same legs with `seq` (1, 2, …) set; `legs` holds every known leg of its calls."""
    legs = shaped(legs, LEGS)
    for step in LEG_STEPS:
        legs = step(legs)
    calls = _grouped(legs)
    for table in (talks(legs), miss_reasons(legs)):
        calls = calls.join(table, on="call_id", how="left", maintain_order="left")
    for rule in CALL_STEPS:
        calls = rule(calls)
    return shaped(calls, CALLS), shaped(legs, LEGS)


def add_order(legs: pl.DataFrame) -> pl.DataFrame:
    """`seq` within the call; legs that start together go by their id, which holds the PBX's own sequence."""
    return legs.sort("call_id", "started_at", "leg_id").with_columns(
        seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("call_id")
    )


def add_span(legs: pl.DataFrame) -> pl.DataFrame:
    """When a leg ended, and when somebody picked it up (null where ringing is not known)."""
    return legs.with_columns(
        leg_ended_at=pl.col("started_at") + seconds(pl.col("duration_seconds").fill_null(0.0)),
        picked_up_at=pl.col("started_at") + seconds(pl.col("ring_seconds")),
    )


def add_outside(legs: pl.DataFrame) -> pl.DataFrame:
    """The direction of the leg's call: a call that came in by a trunk stays inbound, whatever its later legs."""
    came_in = (pl.col("source_kind").first() == "external") | pl.col("direction").first().str.starts_with("inbound")
    went_out = (pl.col("destination_kind") == "external").any()
    direction = (
        pl.when(came_in.fill_null(False).over("call_id"))
        .then(pl.lit("inbound"))
        .when(went_out.over("call_id"))
        .then(pl.lit("outbound"))
        .otherwise(pl.lit("internal"))
    )
    return legs.with_columns(call_direction=direction)


LEG_STEPS: tuple[Callable[[pl.DataFrame], pl.DataFrame], ...] = (add_order, add_span, add_outside)


def _grouped(legs: pl.DataFrame) -> pl.DataFrame:
    """One row per call with what its legs say together; `legs` is in the order of `seq`."""
    meant = ~pl.col("destination_kind").is_in(PLUMBING)
    outward = pl.col("destination_kind") == "external"
    reached = pl.coalesce("destination_number", "destination_dn", "destination_raw")
    in_queue = pl.col("destination_kind") == "queue"
    return legs.group_by("call_id", maintain_order=True).agg(
        pl.col("account_id", "pbx_id", "started_at", "surface").first(),
        ended_at=pl.col("leg_ended_at").max(),
        direction=pl.col("call_direction").first(),
        row_shape=pl.col("row_shape").max_by(pl.col("row_shape").str.len_chars()),
        leg_count=pl.len(),
        source_number=pl.col("source_number").first(),
        source_raw=pl.col("source_raw").first(),
        source_name=pl.col("source_name").first(),
        dialled_number=pl.col("destination_number").filter(outward).first(),
        dialled_raw=pl.col("destination_raw").filter(outward).first(),
        dialled_name=pl.col("destination_name").filter(outward).first(),
        did=pl.col("did").drop_nulls().first(),
        first_destination=reached.filter(meant).first(),
        first_destination_kind=pl.col("destination_kind").filter(meant).first(),
        answered_by=reached.filter("spoke").first(),
        answered_by_kind=pl.col("destination_kind").filter("spoke").first(),
        queue=pl.col("destination_dn").filter(in_queue).first(),
        spoke=pl.col("spoke").any(),
        first_answer_at=pl.col("picked_up_at").filter("spoke").min(),
        is_derived=(pl.col("row_shape") == "console").any(),
    )


def add_external_party(calls: pl.DataFrame) -> pl.DataFrame:
    """The outside end of the call: its source inbound, what was dialled outbound, nobody inside."""

    def party(source: str, dialled: str) -> pl.Expr:
        return (
            pl.when(pl.col("direction") == "inbound")
            .then(source)
            .when(pl.col("direction") == "outbound")
            .then(dialled)
            .otherwise(None)
        )

    return calls.with_columns(
        external_number=party("source_number", "dialled_number"),
        external_raw=party("source_raw", "dialled_raw"),
        external_name=party("source_name", "dialled_name"),
    )


def add_outcome(calls: pl.DataFrame) -> pl.DataFrame:
    """`answered` only if a person spoke; what cannot be known of times is null."""
    inbound, outbound = pl.col("direction") == "inbound", pl.col("direction") == "outbound"
    outcome = (
        pl.when(inbound)
        .then(pl.when("spoke").then(pl.lit("answered")).otherwise(pl.lit("missed")))
        .when(outbound)
        .then(pl.when("spoke").then(pl.lit("connected")).otherwise(pl.lit("not_connected")))
        .otherwise(pl.lit("internal"))
    )
    until = pl.when("spoke").then("first_answer_at").otherwise("ended_at")
    return calls.with_columns(
        outcome=outcome,
        miss_reason=pl.when(inbound & ~pl.col("spoke")).then("miss_reason").otherwise(None),
        wait_seconds=((until - pl.col("started_at")).dt.total_microseconds() / 1_000_000).round(6),
        talk_seconds=pl.when("spoke").then("talk_seconds").otherwise(0.0),
        confidence=pl.when("is_derived").then(pl.lit("derived")).otherwise(pl.lit("exact")),
    )


CALL_STEPS: tuple[Callable[[pl.DataFrame], pl.DataFrame], ...] = (add_external_party, add_outcome)
