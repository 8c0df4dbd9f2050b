"""Which call a recording belongs to where no id says so: by time and numbers (v18 reference §4.4)."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from trunkline.models import ListedRecording

SLACK = dt.timedelta(seconds=5)
LONGEST_CALL = dt.timedelta(hours=24)
SUFFIX_DIGITS = 7  # enough of a number to compare forms of it; shorter ones must be equal
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Match:
    """A recording and its call; `call_id` is null where none fits."""

    recording: ListedRecording
    call_id: str | None


def match(recordings: Sequence[ListedRecording], legs: pl.DataFrame) -> list[Match]:
    """Each recording with the nearest leg that shares its outside party and was going on when it began.

    A leg that shares both parties goes before one that shares only the outside one: a console row may name the
    queue where the recording names the agent. Which end is which does not count: a transfer turns them round.
    """
    came_in = pl.col("source_kind") == "external"
    rows = legs.select(
        "call_id",
        "started_at",
        "duration_seconds",
        outside=pl.when(came_in).then("source_raw").otherwise("destination_raw"),
        inside=pl.when(came_in).then(_inner("destination")).otherwise(_inner("source")),
    ).sort("started_at")
    ordered = list(rows.iter_rows(named=True))
    starts = [row["started_at"] for row in ordered]
    return [Match(recording, _nearest(recording, ordered, starts)) for recording in recordings]


def _inner(end: str) -> pl.Expr:
    return pl.coalesce(f"{end}_dn", f"{end}_raw")


def _nearest(recording: ListedRecording, legs: list[dict[str, Any]], starts: list[dt.datetime]) -> str | None:
    first = bisect.bisect_left(starts, recording.started_at - LONGEST_CALL)
    last = bisect.bisect_right(starts, recording.started_at + SLACK)
    ends = (recording.source, recording.destination)
    fitting = []
    for leg in legs[first:last]:
        is_over = leg["started_at"] + dt.timedelta(seconds=leg["duration_seconds"] or 0) + SLACK < recording.started_at
        if is_over or not any(same_party(end, leg["outside"]) for end in ends):
            continue
        shares_both = any(same_party(end, leg["inside"]) for end in ends)
        fitting.append((not shares_both, abs(leg["started_at"] - recording.started_at), leg["call_id"]))
    return min(fitting)[2] if fitting else None


def same_party(shown: str, number: str | None) -> bool:
    """Whether a display string (`Anna Agent (100)`, `+491701234567`) and a number mean the same party."""
    ours = "".join(_DIGITS.findall(number or "")).lstrip("0")
    theirs: str = (_DIGITS.findall(shown.rpartition("(")[2]) or [""])[0].lstrip("0")
    if not ours or not theirs:
        return ours == theirs
    if min(len(ours), len(theirs)) < SUFFIX_DIGITS:
        return ours == theirs
    return ours[-SUFFIX_DIGITS:] == theirs[-SUFFIX_DIGITS:]
