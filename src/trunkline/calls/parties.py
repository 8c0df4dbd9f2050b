"""Who is at each end of a leg: kind, number, name. Shared by every row shape."""

from __future__ import annotations

import polars as pl

from trunkline.calls.facts import PbxFacts
from trunkline.calls.shapes import PEOPLE
from trunkline.numbers import e164


def number(raw: pl.Expr, kind: pl.Expr, region: str) -> pl.Expr:
    """E.164 of an external party; null for everybody else. Each distinct text is parsed once."""
    outside = pl.when(kind == "external").then(raw).otherwise(None)
    return outside.map_batches(lambda texts: _normalised(texts, region), return_dtype=pl.String)


def _normalised(texts: pl.Series, region: str) -> pl.Series:
    distinct = texts.drop_nulls().unique().to_list()
    if not distinct:
        return pl.Series(texts.name, [None] * len(texts), dtype=pl.String)
    return texts.replace_strict({text: e164(text, region) for text in distinct}, default=None, return_dtype=pl.String)


def name(text: pl.Expr, raw: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """A display name in one line; an outside caller's loses the queue and group prefixes put before it (`Sales:Jo`).

    Null where nothing but the number is left.
    """
    plain = text.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    outside = plain.str.extract(r"([^:]*)$", 1).str.strip_chars(" ")
    shown = pl.when(kind == "external").then(outside).otherwise(plain)
    is_number = (shown == raw) | shown.str.contains(r"^[+\d()\s-]*$") | (shown.str.to_lowercase() == "anonymous")
    return pl.when(is_number).then(None).otherwise(shown)


def add_numbers_and_names(legs: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """`…_number` and tidied `…_name` of both ends, from `…_raw`, `…_kind` and `…_name`."""
    return legs.with_columns(
        expression
        for end in ("source", "destination")
        for expression in (
            number(pl.col(f"{end}_raw"), pl.col(f"{end}_kind"), facts.region).alias(f"{end}_number"),
            name(pl.col(f"{end}_name"), pl.col(f"{end}_raw"), pl.col(f"{end}_kind")).alias(f"{end}_name"),
        )
    )


def add_people(legs: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """`human`: the destination is a person's phone. `spoke`: somebody talked there.

    A queue, menu, voicemail or fax that picks up has `answered` true and counts for nothing (v20 reference §7.2).
    A phone counts if its status says so; one that was passed on ("redirected") or whose status is absent or in
    another language counts if it was picked up and talked.
    """
    status = pl.col("status").str.to_lowercase().fill_null("")
    talked = pl.col("answered").fill_null(False) & (pl.col("talk_seconds").fill_null(pl.col("duration_seconds")) > 0)
    unsaid = ~status.is_in(["answered", "unanswered", "waiting"])
    human = pl.col("destination_kind").is_in(PEOPLE)
    return legs.with_columns(human=human, spoke=human & ((status == "answered") | (unsaid & talked)))
