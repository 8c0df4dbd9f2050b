"""v20's lists as small records: recordings, inbound calls' DIDs, the directory. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from trunkline.adapters.pbx.odata import readable
from trunkline.models import Directory, ListedRecording, WindowRead
from trunkline.windows import Window

_QUEUE_RECORDING = {"Disabled": "no", "AllowToOptOut": "opt", "AskToOptIn": "opt"}
DIRECTORY_SETS = {
    "Users": ("extension", "Id,Number,FirstName,LastName,RecordCalls,RecordExternalCallsOnly,ForbidRecording"),
    "Queues": ("queue", "Id,Number,Name,Recording"),
    "RingGroups": ("ring_group", "Id,Number,Name"),
    "Receptionists": ("ivr", "Id,Number,Name"),
    "DidNumbers": ("did", "Number"),
}
"""Set → the kind of its members, and the properties asked for, the first of which puts them in order.

`Users` refuses a `$select` without `Id`; a `DidNumber` has none.
"""


class _Inbound(msgspec.Struct):
    Did: str | None = None
    StartTime: dt.datetime | None = None
    CdrId: str | None = None
    CallHistoryId: str | None = None


class _Recording(msgspec.Struct):
    Id: int
    StartTime: dt.datetime | None = None
    EndTime: dt.datetime | None = None
    FromCallerNumber: str | None = None
    FromDidNumber: str | None = None
    ToCallerNumber: str | None = None
    ToDidNumber: str | None = None
    CallType: str | None = None
    IsArchived: bool | None = None
    Transcription: str | None = None
    Summary: str | None = None
    SentimentScore: int | None = None


def dids(items: Iterable[bytes]) -> dict[str, str]:
    """CDR id and call-history id → DID, from the inbound-calls report (v20 reference §3.1)."""
    found: dict[str, str] = {}
    for row in readable(items, _Inbound):
        if row.Did:
            found.update({key: row.Did for key in (row.CdrId, row.CallHistoryId) if key})
    return found


def inbound_ids(items: Iterable[bytes], window: Window) -> set[str]:
    """The call-history ids of an inbound-calls report that start well inside a window."""
    return {
        row.CallHistoryId
        for row in readable(items, _Inbound)
        if row.CallHistoryId and row.StartTime and row.StartTime.tzinfo and window.since < row.StartTime < window.until
    }


def recordings(items: Iterable[bytes]) -> list[ListedRecording]:
    """The recording list (v20 reference §4.1); an entry without a readable start is of no use and left out."""
    return [
        ListedRecording(
            native_id=str(row.Id),
            started_at=row.StartTime,
            ended_at=row.EndTime,
            source=row.FromCallerNumber or "",
            destination=row.ToCallerNumber or "",
            did=(row.ToDidNumber or row.FromDidNumber) if row.CallType == "InboundExternal" else None,
            is_archived=bool(row.IsArchived),
            transcript=row.Transcription,
            summary=row.Summary,
            sentiment=row.SentimentScore or None,
        )
        for row in readable(items, _Recording)
        if row.StartTime and row.StartTime.tzinfo
    ]


def window_read(raw: dict[str, list[bytes]], pages: int = 0, problem: str | None = None) -> WindowRead:
    """A window from what was received: `calls`, and `earlier`, `inbound` and `recordings` where they could be had."""
    return WindowRead(
        rows=raw["calls"],
        earlier=raw.get("earlier", []),
        pages=pages,
        dids=dids(raw.get("inbound", [])),
        recordings=recordings(raw["recordings"]) if "recordings" in raw else None,
        raw=raw,
        problem=problem,
    )


def directory(kind: str, items: Iterable[bytes]) -> list[Directory]:
    """The members of one directory set (v20 reference §5)."""
    return [_member(kind, entry) for entry in readable(items, dict) if entry.get("Number")]


def _member(kind: str, entry: dict[str, Any]) -> Directory:
    name = entry.get("Name") or f"{entry.get('FirstName') or ''} {entry.get('LastName') or ''}".strip()
    return Directory(dn=str(entry.get("Number", "")), name=name, kind=kind, records=_records(kind, entry))


def _records(kind: str, entry: dict[str, Any]) -> str | None:
    """A user's switches, where false is left out of the JSON; a queue's `Recording` (v20 reference §4.4)."""
    if kind == "queue":
        return _QUEUE_RECORDING.get(str(entry.get("Recording")))
    if kind != "extension":
        return None
    if entry.get("ForbidRecording") or not entry.get("RecordCalls"):
        return "no"
    only_outside = entry.get("RecordExternalCallsOnly") or entry.get("RecordExtenalCallsOnly")  # v18's spelling
    return "external" if only_outside else "yes"
