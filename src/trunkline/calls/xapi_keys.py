"""The keys of v18 and v20 call-log rows: by the ids that a row carries, never by the PBX's version.

From 20.0.6 on a row has ids of its own (`CdrId`, `MainCallHistoryId`), and `CallId` is 1 on every row. Before, and on
v18, `CallId` groups a call's rows, and starts again at 1 when the PBX is set up anew: so the key holds the day on
which the call began (v20 reference §3.3, §3.7).
"""

from __future__ import annotations

import polars as pl

from trunkline.calls.facts import PbxFacts
from trunkline.calls.fallback import fallback

_NO_ID = r"^[0-]*$"  # an empty id, or one of zeros only, identifies nothing


def add_keys(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """`call_id`, `leg_id` and `row_shape`; `problem` where the row names no call. Needs `started_at`."""
    rows = rows.with_columns(_own(name) for name in ("CdrId", "CallHistoryId", "MainCallHistoryId"))
    has_id = pl.any_horizontal(pl.col("CdrId", "CallHistoryId", "MainCallHistoryId").is_not_null())
    is_numbered = ~has_id & (pl.col("CallId") > 0) & ~_has_words()
    began_at = pl.min_horizontal(pl.col("started_at").min().over("CallId"), _began_before(facts))
    number = pl.format("{}-{}", began_at.dt.strftime("%Y%m%d"), "CallId")
    number_of_leg = pl.when(is_numbered).then(pl.col("SegmentId").cast(pl.String)).otherwise(None)
    unnamed = pl.when(pl.col("CdrId").is_null() & number_of_leg.is_null()).then(_place()).otherwise(None)
    call_key = pl.coalesce(
        "MainCallHistoryId", "CallHistoryId", "CdrId", pl.when(is_numbered).then(number).otherwise(None)
    )
    leg_key = pl.coalesce(
        "CdrId",
        pl.format("{}-{}", call_key, number_of_leg),
        pl.format("{}-{}", call_key, fallback(unnamed)),
    )
    return rows.with_columns(
        call_id=pl.format("{}:{}", pl.lit(facts.pbx_id), call_key),
        leg_id=pl.format("{}:{}", pl.lit(facts.pbx_id), leg_key),
        row_shape=_shape(is_numbered, facts),
        problem=pl.when(call_key.is_null()).then(pl.lit("names no call: it has neither CdrId nor CallId")),
    )


def is_numbered(call_key: str) -> bool:
    """Whether a call's key is made of a day and a number."""
    return call_key[8:9] == "-" and call_key[:8].isdigit() and call_key[9:].isdigit()


def _own(name: str) -> pl.Expr:
    return pl.when(pl.col(name).str.contains(_NO_ID)).then(None).otherwise(pl.col(name)).alias(name)


def _place() -> pl.Expr:
    ends = ("StartTime", "SourceDn", "SourceCallerId", "DestinationDn", "DestinationCallerId")
    return pl.concat_str(*ends, separator="|", ignore_nulls=True)


def _has_words() -> pl.Expr:
    """Words that only rows of 20.0.6 and later have: their `CallId` is 1 for all, and groups nothing."""
    return pl.any_horizontal(pl.col("Direction", "CallType", "Status").is_not_null())


def _began_before(facts: PbxFacts) -> pl.Expr:
    known = {number: moment.replace(tzinfo=None) for number, moment in facts.began.items()}
    moments = pl.col("CallId").replace_strict(known, default=None, return_dtype=pl.Datetime("us"))
    return moments.dt.replace_time_zone("UTC")


def _shape(is_numbered: pl.Expr, facts: PbxFacts) -> pl.Expr:
    """v18's rows differ from early v20's only in what they lack; early v20 is spoken to as `xapi20`."""
    numbered = pl.lit("xapi-v18" if facts.surface == "xapi18" else "xapi-u0")
    newest = pl.when(pl.col("Recordings").is_not_null()).then(pl.lit("xapi-u10")).otherwise(pl.lit("xapi-u6"))
    return pl.when(is_numbered).then(numbered).otherwise(newest)
