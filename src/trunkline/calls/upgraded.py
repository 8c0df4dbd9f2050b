"""One call under two kinds of key: before and after an upgrade a PBX may tell of the same call with other ids."""

from __future__ import annotations

import datetime as dt

import polars as pl

# A console's times are whole seconds; migrated rows keep their start (v20 reference §8.16).
NEAR = dt.timedelta(seconds=1)
KINDS = {"console": "console", "xapi-v18": "number", "xapi-u0": "number", "xapi-u6": "id", "xapi-u10": "id"}
COLUMNS = ("call_id", "pbx_id", "started_at", "direction", "external_number", "row_shape")
_PARTY = ("pbx_id", "direction", "external_number")


def known_already(new: pl.DataFrame, known: pl.DataFrame) -> dict[str, str]:
    """New call id → the id under which the same call is known by another kind of key.

    The same: the PBX, the direction and the outside party, and a start within a second. Both frames have COLUMNS. Calls
    in `new` itself that are there twice count too: the older kind of key stays, as CRMs know the call by it.
    """
    candidates = pl.concat([known.select(COLUMNS), new.select(COLUMNS)])
    if candidates["row_shape"].replace_strict(KINDS, default="id").n_unique() < 2:
        return {}
    theirs, ours = _kinded(candidates), _kinded(new)
    pairs = ours.join(theirs, on=list(_PARTY), how="inner", nulls_equal=True, suffix="_known").filter(
        pl.col("kind") != pl.col("kind_known"),
        (pl.col("started_at") - pl.col("started_at_known")).abs() <= NEAR,
        pl.col("call_id_known").is_in(known["call_id"].implode()) | (pl.col("age") > pl.col("age_known")),
    )
    nearest = pairs.sort((pl.col("started_at") - pl.col("started_at_known")).abs(), "call_id", "call_id_known")
    once = nearest.unique("call_id", keep="first", maintain_order=True).unique("call_id_known", keep="first")
    return dict(once.select("call_id", "call_id_known").iter_rows())


def _kinded(calls: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("row_shape").replace_strict(KINDS, default="id")
    age = kind.replace_strict({"console": 0, "number": 1, "id": 2}, return_dtype=pl.Int8)
    return calls.select(*COLUMNS, kind=kind, age=age)
