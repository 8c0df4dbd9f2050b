"""v18's console answers as small records. Pure (v18 reference §1.4, §1.5)."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from trunkline.adapters.pbx.odata import readable
from trunkline.errors import BadAnswer, OutOfReach
from trunkline.models import Directory, ListedRecording, WindowRead

# The log has preset spans only; the query names of a custom one are not known (v18 reference §1.4).
PRESETS = {7: "LastSevenDays", 30: "LastThirtyDays", 90: "LastNinetyDays"}
REACH_DAYS = 90
DIRECTORY_LISTS = {
    "/api/ExtensionList": "extension",
    "/api/QueueList": "queue",
    "/api/RingGroupList": "ring_group",
    "/api/IVRList": "ivr",
    "/api/FaxList": "fax",
}


_T = TypeVar("_T")


class _Log(msgspec.Struct):
    CallLogRows: list[msgspec.Raw]
    HasMoreRows: bool = False


class _Recordings(msgspec.Struct):
    entries: list[msgspec.Raw] = msgspec.field(name="list", default_factory=list)
    TotalRowsCount: int = 0


class _Row(msgspec.Struct):
    CallTime: str | None = None


class _Recording(msgspec.Struct):
    Id: int
    Date: str | None = None
    IsArchived: bool | None = None
    Transcription: str | None = None
    Participants: list[str] = []
    CallerNumber: str | None = None
    DID: str | None = None


def reach(since: dt.datetime) -> int:
    """The days of the shortest preset that reaches back to `since`, with a day to spare for zones.

    Raises:
        OutOfReach: None does.
    """
    days = (dt.datetime.now(dt.UTC) - since).total_seconds() / 86_400
    for preset in PRESETS:
        if days < preset - 1:
            return preset
    if days <= REACH_DAYS:
        return REACH_DAYS
    raise OutOfReach(
        f"the v18 console reaches back {REACH_DAYS} days only",
        mend=f"backfill since {dt.datetime.now(dt.UTC) - dt.timedelta(days=REACH_DAYS - 1):%Y-%m-%d}",
    )


def log_page(content: bytes) -> tuple[list[bytes], bool]:
    """Raw rows and whether more follow."""
    page = _decode(content, _Log)
    return [bytes(row) for row in page.CallLogRows], page.HasMoreRows


def recording_page(content: bytes, start: int) -> tuple[list[bytes], bool]:
    """Raw entries and whether more follow after the ones from `start` on."""
    page = _decode(content, _Recordings)
    return [bytes(row) for row in page.entries], start + len(page.entries) < page.TotalRowsCount


def row_start(row: bytes, zone: str) -> dt.datetime | None:
    """When a log row's call started, in `zone` where it names none; null if it does not say so readably."""
    with contextlib.suppress(msgspec.DecodeError):
        return _instant(msgspec.json.decode(row, type=_Row).CallTime, zone)
    return None


def recording_start(row: bytes, zone: str) -> dt.datetime | None:
    """When a recording started, in `zone` where it names none; null if it does not say so readably."""
    with contextlib.suppress(msgspec.DecodeError):
        return _instant(msgspec.json.decode(row, type=_Recording).Date, zone)
    return None


def recordings(entries: Iterable[bytes], zone: str) -> list[ListedRecording]:
    """The recording list; `Participants` is from, to. An entry that cannot be read is of no use and left out."""
    found = []
    for row in readable(entries, _Recording):
        start = _instant(row.Date, zone)
        ends = [*row.Participants, "", ""]
        if start:
            found.append(
                ListedRecording(
                    native_id=str(row.Id),
                    started_at=start,
                    source=ends[0] or row.CallerNumber or "",
                    destination=ends[1],
                    did=row.DID,
                    is_archived=bool(row.IsArchived),
                    transcript=row.Transcription,
                )
            )
    return found


def window_read(raw: dict[str, list[bytes]], zone: str, pages: int = 0) -> WindowRead:
    """A window from what was received: `calls`, and `recordings` where they could be had."""
    listed = recordings(raw["recordings"], zone) if "recordings" in raw else None
    return WindowRead(rows=raw["calls"], pages=pages, recordings=listed, raw=raw)


def directory(kind: str, entries: list[Any]) -> list[Directory]:
    """Members of one directory list."""
    return [
        Directory(
            dn=str(entry.get("Number", "")),
            name=entry.get("Name") or f"{entry.get('FirstName') or ''} {entry.get('LastName') or ''}".strip(),
            kind=kind,
        )
        for entry in entries
        if isinstance(entry, dict) and entry.get("Number")
    ]


def _instant(text: str | None, zone: str) -> dt.datetime | None:
    """ISO 8601, with an offset or in `zone`; the fraction is sometimes absent, sometimes seven digits long."""
    with contextlib.suppress(ValueError):
        moment = dt.datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(dt.UTC)
    return None


def _decode(content: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise BadAnswer(f"no such list but: {error}", mend="report this 3CX version") from error
