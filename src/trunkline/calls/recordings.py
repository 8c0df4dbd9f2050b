"""Which recordings a window names, and which call each belongs to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import polars as pl

from trunkline.calls.columns import shaped
from trunkline.calls.facts import PbxFacts
from trunkline.calls.legs import Parsed
from trunkline.calls.times import UTC_US
from trunkline.matching import match
from trunkline.models import ListedRecording

RECORDINGS: dict[str, pl.DataType | type[pl.DataType]] = {
    "recording_id": pl.String,
    "call_id": pl.String,
    "account_id": pl.String,
    "pbx_id": pl.String,
    "native_id": pl.String,
    "link": pl.String,
    "evidence": pl.String,
    "transcript": pl.String,
    "summary": pl.String,
    "sentiment": pl.Int64,
    "started_at": UTC_US,
}
"""What is staged of a recording; its state in the lake is decided when it is fetched."""


def linked(
    parsed: Parsed, listed: Sequence[ListedRecording], facts: PbxFacts, until: dt.datetime
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The window's recordings (columns RECORDINGS), and DIDs that only the recording list knows (native id → DID).

    A recording that a row names by id is linked exactly; one that is only listed is matched by time and numbers.
    One that begins after `until`, the window's end, and belongs to none of its calls is left to the next window.
    """
    named = _named(parsed)
    ids = set(named["native_id"].to_list())
    matches = match([one for one in listed if one.native_id not in ids], parsed.legs)
    calls = {one.recording.native_id: one.call_id for one in matches if one.call_id}
    ours = [one for one in listed if one.started_at < until or one.native_id in {*ids, *calls}]
    entries = [_entry(one, calls.get(one.native_id)) for one in ours]
    everything = pl.concat([shaped(named, RECORDINGS), shaped(pl.DataFrame(entries, schema=_ENTRY), RECORDINGS)])
    owned = everything.with_columns(
        recording_id=pl.format("{}:{}", pl.lit(facts.pbx_id), "native_id"),
        account_id=pl.lit(facts.account_id),
        pbx_id=pl.lit(facts.pbx_id),
    )
    once = owned.group_by("recording_id", maintain_order=True).agg(pl.all().drop_nulls().first())
    calls |= dict(named.select("native_id", "call_id").iter_rows())
    dids = {
        calls[one.native_id].removeprefix(f"{facts.pbx_id}:"): one.did
        for one in listed
        if one.did and one.native_id in calls
    }
    return shaped(once, RECORDINGS), dids


def _named(parsed: Parsed) -> pl.DataFrame:
    """The recordings that the rows themselves name, with what the rows say of them."""
    answered_at = pl.col("started_at") + pl.duration(
        microseconds=(pl.col("ring_seconds").fill_null(0) * 1e6).cast(pl.Int64)
    )
    legs = parsed.legs.select("call_id", started_at=answered_at, native_id="recording_ids")
    named = legs.explode("native_id").drop_nulls()
    said = parsed.transcripts.drop("call_id")
    return named.join(said, on="native_id", how="left", maintain_order="left").with_columns(link=pl.lit("exact"))


_ENTRY = {
    name: RECORDINGS[name]
    for name in ("native_id", "call_id", "link", "started_at", "evidence", "transcript", "summary", "sentiment")
}


def _entry(one: ListedRecording, call_id: str | None) -> dict[str, object]:
    return {
        "native_id": one.native_id,
        "call_id": call_id,
        "link": "matched" if call_id else "none",
        "started_at": one.started_at,
        "evidence": json.dumps({"archived": True}) if one.is_archived else None,
        "transcript": one.transcript,
        "summary": one.summary,
        "sentiment": one.sentiment,
    }
