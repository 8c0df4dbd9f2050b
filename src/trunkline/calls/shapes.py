"""The row shapes: one struct of the fields used per shape, and what each shape calls things.

Null fields are omitted by the PBX, so every field has a default (v20 reference §3.3). Which parser reads a row is
decided by the row's own keys, never by the PBX's version (v20 reference §5.6).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
import polars as pl

# DN types, undocumented by 3CX, seen in several public clients (v20 reference §3.5).
DN_KINDS = {
    0: "extension",
    1: "external",
    2: "ring_group",
    4: "queue",
    5: "voicemail",
    6: "ivr",
    7: "fax",
    8: "parking",
    12: "system",
    13: "script",
}
# `CallType` words, from U6 on; only used where the number above is absent or new.
CALL_TYPE_KINDS = {
    "external": "external",
    "extension": "extension",
    "queue": "queue",
    "digital receptionist": "ivr",
    "system": "system",
}
PHONES = ("extension", "ring_group")
PEOPLE = ("extension", "external")

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What a column holds: a larger number makes a row unreadable, not the window."""


class RowRecording(msgspec.Struct):
    """One of a row's recordings, from 20.0.10 on."""

    Id: Int64 | None = None
    Transcription: str | None = None
    Summary: str | None = None
    SentimentScore: Int64 | None = None


class XapiRow(msgspec.Struct):
    """The fields read of a `ReportCallLogData` row, of v18 and any v20 build (v18 reference §3.2, v20 §3.3)."""

    CallId: Int64 | None = None
    SegmentId: Int64 | None = None
    CdrId: str | None = None
    CallHistoryId: str | None = None
    MainCallHistoryId: str | None = None
    StartTime: str | None = None
    SourceType: Int64 | None = None
    SourceDn: str | None = None
    SourceCallerId: str | None = None
    SourceDisplayName: str | None = None
    DestinationType: Int64 | None = None
    DestinationDn: str | None = None
    DestinationCallerId: str | None = None
    DestinationDisplayName: str | None = None
    RingingDuration: str | None = None
    TalkingDuration: str | None = None
    Answered: bool | None = None
    Direction: str | None = None
    CallType: str | None = None
    Status: str | None = None
    Reason: str | None = None
    SrcRecId: Int64 | None = None
    DstRecId: Int64 | None = None
    Transcription: str | None = None
    Summary: str | None = None
    SentimentScore: Int64 | None = None
    Recordings: list[RowRecording] | None = None


class ConsoleRow(msgspec.Struct):
    """A row of the v18 console's call log: one per call (v18 reference §1.4)."""

    Id: Int64 | None = None
    CallTime: str | None = None
    CallerId: str | None = None
    Destination: str | None = None
    Duration: str | None = None
    Answered: bool | None = None


def has_console_rows(raws: Sequence[bytes]) -> bool:
    """Whether rows are a console's: the first that says when its call was, says it in `CallTime`."""
    for raw in raws:
        with contextlib.suppress(msgspec.DecodeError):
            head = msgspec.json.decode(raw, type=_Either)
            if head.CallTime or head.StartTime:
                return bool(head.CallTime)
    return False


class _Either(msgspec.Struct):
    CallTime: object = None
    StartTime: object = None


RowType = type[XapiRow] | type[ConsoleRow]

_TYPES: dict[object, pl.DataType] = {
    "str | None": pl.String(),
    "Int64 | None": pl.Int64(),
    "bool | None": pl.Boolean(),
}
_RECORDINGS = pl.List(
    pl.Struct({"Id": pl.Int64, "Transcription": pl.String, "Summary": pl.String, "SentimentScore": pl.Int64})
)


def schema(row_type: RowType) -> dict[str, pl.DataType]:
    """The Polars types of a struct's fields."""
    return {name: _TYPES.get(text, _RECORDINGS) for name, text in row_type.__annotations__.items()}
