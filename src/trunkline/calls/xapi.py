"""Call-log rows of v18 and v20 → legs: the steps that are particular to `ReportCallLogData`."""

from __future__ import annotations

import polars as pl

from trunkline.calls import times
from trunkline.calls.facts import PbxFacts
from trunkline.calls.shapes import CALL_TYPE_KINDS, DN_KINDS
from trunkline.calls.xapi_keys import add_keys


def add_times(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """Start in UTC, from the id where `StartTime` is absent (v20 reference §8.8), and seconds of ring and talk."""
    ring, talk = _seconds("RingingDuration"), _seconds("TalkingDuration")
    started_at = pl.coalesce(times.instant(pl.col("StartTime"), facts.zone), times.cdr_instant(pl.col("CdrId")))
    return rows.with_columns(
        started_at=started_at, ring_seconds=ring, talk_seconds=talk, duration_seconds=(ring + talk).round(6)
    )


def add_problems(rows: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """Why a row cannot be used, beside its keys: it does not say when it began."""
    unsaid = pl.when(pl.col("started_at").is_null()).then(pl.lit("no start time, neither in StartTime nor in CdrId"))
    return rows.with_columns(problem=pl.coalesce(unsaid, "problem"))


def _seconds(column: str) -> pl.Expr:
    """An absent duration is 0, for the PBX leaves zeros out; one that cannot be read is unknown."""
    return pl.when(pl.col(column).is_null()).then(0.0).otherwise(times.duration_seconds(pl.col(column)))


def add_parties(rows: pl.DataFrame, facts: PbxFacts) -> pl.DataFrame:
    """Kinds from the directory; from the DN type, then `CallType`, where it is silent (v20 reference §5).

    A voicemail box carries the number of its extension, so there the code knows more than the directory.
    """
    known = pl.col("CallType").str.to_lowercase().replace_strict(CALL_TYPE_KINDS, default=None, return_dtype=pl.String)

    def kind(end: str, word: pl.Expr) -> pl.Expr:
        listed = pl.col(f"{end}Dn").replace_strict(dict(facts.directory), default=None, return_dtype=pl.String)
        coded = pl.col(f"{end}Type").replace_strict(DN_KINDS, default=None, return_dtype=pl.String)
        is_box = (coded == "voicemail") & (listed == "extension")
        return pl.coalesce(pl.when(is_box).then(coded), listed, coded, word, pl.lit("unknown"))

    return rows.with_columns(
        source_kind=kind("Source", pl.lit(None, dtype=pl.String)),
        destination_kind=kind("Destination", known),
        source_dn="SourceDn",
        destination_dn="DestinationDn",
        source_raw="SourceCallerId",
        destination_raw="DestinationCallerId",
        source_name="SourceDisplayName",
        destination_name="DestinationDisplayName",
    )


def add_words(rows: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """What the row says of its own outcome."""
    return rows.with_columns(
        answered="Answered", status="Status", reason="Reason", direction=pl.col("Direction").str.to_lowercase()
    )


def add_recordings(rows: pl.DataFrame, _facts: PbxFacts) -> pl.DataFrame:
    """Every recording id that the row names: one per side, several after a transfer (v20 reference §4.2)."""
    listed = pl.col("Recordings").list.eval(pl.element().struct.field("Id")).fill_null([])
    ids = pl.concat_list(listed, pl.concat_list("SrcRecId", "DstRecId")).list.drop_nulls()
    positive = ids.list.eval(pl.element().filter(pl.element() > 0))
    return rows.with_columns(recording_ids=positive.list.unique().list.sort().cast(pl.List(pl.String)))


def transcripts(rows: pl.DataFrame) -> pl.DataFrame:
    """What rows say of recordings: native_id, call_id, transcript, summary, sentiment; one row per recording."""
    each = rows.select("call_id", entry="Recordings").explode("entry").drop_nulls("entry").unnest("entry")
    named = each.select(
        "call_id", native_id="Id", transcript="Transcription", summary="Summary", sentiment="SentimentScore"
    )
    single = rows.filter(pl.col("recording_ids").list.len() == 1, pl.col("Recordings").is_null()).select(
        "call_id",
        native_id=pl.col("recording_ids").list.first().cast(pl.Int64),
        transcript="Transcription",
        summary="Summary",
        sentiment="SentimentScore",
    )
    said = pl.any_horizontal(pl.col("transcript", "summary", "sentiment").is_not_null())
    return (
        pl.concat([named, single])
        .filter(said)
        .with_columns(pl.col("native_id").cast(pl.String), sentiment=pl.col("sentiment").replace(0, None))
        .unique("native_id", keep="first", maintain_order=True)
    )


STEPS = (add_times, add_keys, add_problems, add_parties, add_words, add_recordings)
