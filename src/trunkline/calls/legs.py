"""Raw rows of one window → legs, with an account of every row received (contract §5.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from trunkline.calls import console, parties, xapi
from trunkline.calls.columns import LEGS, shaped
from trunkline.calls.decode import Unreadable, decode
from trunkline.calls.facts import PbxFacts
from trunkline.calls.shapes import ConsoleRow, RowType, XapiRow, has_console_rows
from trunkline.errors import BadAnswer

Step = Callable[[pl.DataFrame, PbxFacts], pl.DataFrame]
SHARED_STEPS: tuple[Step, ...] = (parties.add_numbers_and_names, parties.add_people)


@dataclass(frozen=True)
class Parsed:
    """What became of a window's rows: rows = legs + duplicates + quarantined.

    `transcripts`: what rows say of recordings. `outside`: how many of the quarantined lie outside the window.
    """

    rows: int
    legs: pl.DataFrame
    duplicates: int
    unreadable: list[Unreadable]
    outside: int
    transcripts: pl.DataFrame

    @property
    def row_shape(self) -> str | None:
        """The newest shape seen; null of an empty window."""
        shapes = self.legs["row_shape"].unique().to_list()
        return max(shapes, key=SHAPES.index) if shapes else None


SHAPES = ["console", "xapi-v18", "xapi-u0", "xapi-u6", "xapi-u10"]
TRANSCRIPTS = {
    "call_id": pl.String,
    "native_id": pl.String,
    "transcript": pl.String,
    "summary": pl.String,
    "sentiment": pl.Int64,
}


def parse(
    raws: Sequence[bytes], facts: PbxFacts, since: dt.datetime, until: dt.datetime, earlier: Sequence[bytes] = ()
) -> Parsed:
    """Legs of the rows as received; since ≤ start ≤ until, both aware.

    `earlier` are rows from before the window: they only tell when a call began that went on into it.

    Raises:
        BadAnswer: Every row lies outside the window: the PBX ignored the period asked for (v20 reference §3.2).
    """
    row_type: RowType = ConsoleRow if has_console_rows(raws) else XapiRow
    own_steps: tuple[Step, ...] = console.STEPS if row_type is ConsoleRow else xapi.STEPS
    rows, unreadable = decode(raws, row_type)
    if earlier:
        facts = replace(facts, began=_began(decode(earlier, row_type)[0], facts))
    for step in (*own_steps, *SHARED_STEPS):
        rows = step(rows, facts)
    unreadable += _set_aside(rows.filter(pl.col("problem").is_not_null()), raws, None)
    rows = rows.filter(pl.col("problem").is_null())
    outside = rows.filter(~_in_window(since, until))
    if len(outside) and len(outside) == len(rows):
        first = outside.get_column("started_at").sort()[0]
        raise BadAnswer(
            f"asked for {since:%Y-%m-%d %H:%M}–{until:%Y-%m-%d %H:%M} UTC and got rows of {first:%Y-%m-%d %H:%M}",
            mend="its clock or build ignores the period; nothing was loaded",
        )
    unreadable += _set_aside(outside, raws, "starts outside the window that was asked for")
    inside = rows.filter(_in_window(since, until))
    unique = inside.unique("leg_id", keep="first", maintain_order=True)
    return Parsed(
        rows=len(raws),
        legs=shaped(_owned(unique, facts), LEGS).sort("call_id", "started_at", "leg_id"),
        duplicates=len(inside) - len(unique),
        unreadable=unreadable,
        outside=len(outside),
        transcripts=_transcripts(unique, row_type),
    )


def _began(rows: pl.DataFrame, facts: PbxFacts) -> dict[int, dt.datetime]:
    """`CallId` → the first start among rows of calls that are only numbered."""
    firsts = xapi.add_times(rows, facts).drop_nulls(["CallId", "started_at"]).group_by("CallId")
    return dict(firsts.agg(pl.col("started_at").min()).iter_rows())


def _in_window(since: dt.datetime, until: dt.datetime) -> pl.Expr:
    """A row belongs to the window if its call has a leg inside it: a call's later legs may start after its end."""
    starts_inside = pl.col("started_at").is_between(since, until)
    return starts_inside.any().over("call_id")


def _set_aside(rows: pl.DataFrame, raws: Sequence[bytes], reason: str | None) -> list[Unreadable]:
    return [
        Unreadable(raws[position], reason or problem)
        for position, problem in rows.select("position", "problem").iter_rows()
    ]


def _owned(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    return rows.with_columns(
        account_id=pl.lit(facts.account_id), pbx_id=pl.lit(facts.pbx_id), surface=pl.lit(facts.surface)
    )


def _transcripts(rows: pl.DataFrame, row_type: RowType) -> pl.DataFrame:
    if row_type is ConsoleRow:
        return pl.DataFrame(schema=TRANSCRIPTS)
    return xapi.transcripts(rows).select(pl.col(name).cast(kind) for name, kind in TRANSCRIPTS.items())
