"""v18 console rows → legs: one row is a whole call, both ends are display strings (v18 reference §1.4)."""

from __future__ import annotations

import polars as pl

from trunkline.calls import times
from trunkline.calls.facts import PbxFacts
from trunkline.calls.fallback import fallback

# `Name (+4912345)`, `(4912345)`, `+4912345`, `100 Name`, `Ext.100` — the forms the console writes.
_IN_BRACKETS = r"\(([+*#]?\d{2,})\)\s*$"
_IN_FRONT = r"^(?:Ext\.)?([+*#]?\d{2,})(?:\s|$)"
_NAME_BEFORE_BRACKETS = r"(?s)^(.*?)\s*\([+*#]?\d{2,}\)\s*$"
_NAME_AFTER_NUMBER = r"(?s)^(?:Ext\.)?[+*#]?\d{2,}\s+(.+)$"
_INSIDE = r"^\d{1,5}$"  # a number this short is inside; without a directory it is taken for an extension
_VOICEMAIL = r"(?i)^voice ?mail"  # the voicemail's own number stands in no list of the console


def add_keys(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """The row's `Id`, else a hash of time and parties: the console promises no id (v18 reference §7.1)."""
    place = pl.concat_str("CallTime", "CallerId", "Destination", separator="|", ignore_nulls=True)
    unnamed = fallback(pl.when(pl.col("Id").is_null()).then(place).otherwise(None))
    key = pl.format("{}:{}", pl.lit(facts.pbx_id), pl.coalesce(pl.col("Id").cast(pl.String), unnamed))
    return rows.with_columns(leg_id=key, call_id=key, row_shape=pl.lit("console"))


def add_times(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """Start in UTC and total seconds; whether those include ringing is not known, so ring and talk stay null."""
    return rows.with_columns(
        started_at=times.instant(pl.col("CallTime"), facts.zone),
        duration_seconds=times.duration_seconds(pl.col("Duration")),
        ring_seconds=pl.lit(None, dtype=pl.Float64),
        talk_seconds=pl.lit(None, dtype=pl.Float64),
    ).with_columns(
        problem=pl.when(pl.col("started_at").is_null()).then(pl.lit("CallTime cannot be read")).otherwise(None)
    )


def add_parties(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """Number, name and kind of both ends: who is in the directory is inside, everybody else is outside."""
    directory = dict(facts.directory)

    def end(column: str, prefix: str) -> list[pl.Expr]:
        text = pl.col(column).str.strip_chars(" ")
        digits = pl.coalesce(text.str.extract(_IN_BRACKETS, 1), text.str.extract(_IN_FRONT, 1))
        listed = digits.replace_strict(directory, default=None, return_dtype=pl.String)
        unlisted = (
            pl.when(text.str.contains(_VOICEMAIL))
            .then(pl.lit("voicemail"))
            .otherwise(pl.lit("unknown" if directory else "extension"))
        )
        kind = pl.coalesce(listed, pl.when(digits.str.contains(_INSIDE)).then(unlisted), pl.lit("external"))
        inside = kind != "external"
        return [
            kind.alias(f"{prefix}_kind"),
            pl.when(inside).then(digits).otherwise(None).alias(f"{prefix}_dn"),
            pl.coalesce(digits, text).alias(f"{prefix}_raw"),
            pl.coalesce(text.str.extract(_NAME_BEFORE_BRACKETS, 1), text.str.extract(_NAME_AFTER_NUMBER, 1)).alias(
                f"{prefix}_name"
            ),
        ]

    return rows.with_columns(*end("CallerId", "source"), *end("Destination", "destination"))


def add_words(rows: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """The one word that the console has: answered, by whomever the destination is."""
    absent = pl.lit(None, dtype=pl.String)
    return rows.with_columns(answered="Answered", status=absent, reason=absent, direction=absent)


def add_recordings(rows: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """The console's rows name no recording; they are matched by time and numbers (`trunkline.recordings`)."""
    return rows.with_columns(recording_ids=pl.lit([], dtype=pl.List(pl.String)))


STEPS = (add_keys, add_times, add_parties, add_words, add_recordings)
