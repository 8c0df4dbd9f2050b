"""Why nobody spoke to the caller: decided by the last place that held the caller (contract §4, fine points)."""

from __future__ import annotations

import polars as pl

from trunkline.calls.shapes import PHONES

# A queue's row ends a little after the phone it hands over to starts ringing (seen in v20 samples: 0.2 s).
HANDOVER_SECONDS = 1.0
_BUSY = r"(?i)\bbusy\b|besetzt|occupied"
_REJECTED = r"(?i)\breject|\bdeclin|abgelehnt|abgewiesen"


def miss_reasons(legs: pl.DataFrame) -> pl.DataFrame:
    """`call_id`, `miss_reason` for every call, as if it was missed. Needs `leg_ended_at`, in the order of `seq`.

    The last of its phones, queues and voicemails decides; a phone that a queue tries while the caller waits is the
    queue's. With none of these: a menu and an end-call route is a closed message, a menu alone was left.
    """
    legs = legs.with_columns(is_poll=_is_poll())
    phone = pl.col("destination_kind").is_in([*PHONES, "external"]) & ~pl.col("is_poll")
    holds = phone | pl.col("destination_kind").is_in(["queue", "voicemail"])
    kinds = pl.col("destination_kind")
    last = kinds.filter(holds).last()
    no_ring = (pl.col("ring_seconds").filter(phone) == 0).all() & phone.any()
    said = pl.col("reason").filter(phone).fill_null("")
    reason = (
        pl.when(last == "voicemail")
        .then(pl.lit("voicemail"))
        .when(last == "queue")
        .then(pl.lit("queue_abandoned"))
        .when(last.is_not_null() & no_ring & said.str.contains(_BUSY).any())
        .then(pl.lit("busy"))
        .when(last.is_not_null() & no_ring & said.str.contains(_REJECTED).any())
        .then(pl.lit("rejected"))
        .when(last.is_not_null())
        .then(pl.lit("no_answer"))
        .when((kinds == "system").any())
        .then(pl.lit("not_offered"))
        .when((kinds == "ivr").any())
        .then(pl.lit("ivr_abandoned"))
        .otherwise(pl.lit("unclassified"))
    )
    return legs.group_by("call_id").agg(miss_reason=reason)


def _is_poll() -> pl.Expr:
    """A phone leg that starts while the caller still waits in a queue of the same call."""
    is_queue = pl.col("destination_kind") == "queue"
    queue_end = pl.when(is_queue).then(pl.col("leg_ended_at")).otherwise(None)
    waits_until = queue_end.cum_max().forward_fill().over("call_id")
    early = pl.col("started_at") < waits_until - pl.duration(milliseconds=int(HANDOVER_SECONDS * 1000))
    from_queue = pl.col("source_kind") == "queue"
    return ~is_queue & (early.fill_null(False) | from_queue.fill_null(False))
