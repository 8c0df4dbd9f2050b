"""How long people talked in a call: the union of its human legs, so that two at once count once."""

from __future__ import annotations

import polars as pl

from trunkline.calls.times import seconds


def talks(legs: pl.DataFrame) -> pl.DataFrame:
    """`call_id`, `talk_seconds`; null where a leg's talk is not known (v18 console). Needs `picked_up_at`."""
    spoken = legs.filter("spoke").with_columns(
        begins_at=pl.col("picked_up_at"), ends_at=pl.col("picked_up_at") + seconds(pl.col("talk_seconds"))
    )
    ordered = spoken.sort("call_id", "begins_at")
    talked_until = pl.col("ends_at").cum_max().shift(1).over("call_id")
    fresh_from = pl.max_horizontal(pl.col("begins_at"), talked_until)
    fresh = (pl.col("ends_at") - fresh_from).dt.total_microseconds().clip(lower_bound=0) / 1_000_000
    known = pl.col("talk_seconds").is_not_null().all()
    return (
        ordered.with_columns(fresh_seconds=fresh)
        .group_by("call_id")
        .agg(talk_seconds=pl.when(known).then(pl.col("fresh_seconds").sum().round(6)).otherwise(None))
    )
