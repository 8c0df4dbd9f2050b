"""A key for a row that the PBX gives none: a hash of when and between whom it was."""

from __future__ import annotations

import hashlib

import polars as pl


def fallback(text: pl.Expr) -> pl.Expr:
    """`h` and 24 hex digits of a text; null stays null, at no cost."""
    return text.map_elements(
        lambda value: "h" + hashlib.sha256(value.encode()).hexdigest()[:24], return_dtype=pl.String
    )
