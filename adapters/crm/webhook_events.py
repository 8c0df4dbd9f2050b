"""The events that a webhook sends, and their JSON schema (`docs/webhook-call.schema.json` is made of these).

A field may be added under the same `schema`; one that goes, or means something else, makes a new one. A caller's number
is E.164, `did` as the PBX has it, times ISO 8601 in UTC, durations seconds; null is what is unknown or left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from trunkline.adapters.crm.base import Recording, Task
from trunkline.entries import Entry

SCHEMA: Final = "trunkline.call.1"
# A link made later ends later; it is the same recording all the same.
_NOT_COMPARED: Final[Any] = {"data": {"recordings": {"__all__": {"url"}}}}


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Call(_Told):
    """One call, as the table `calls` has it. `text`: the same in plain words, with times in the account's zone."""

    call_id: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    direction: Literal["inbound", "outbound"]
    outcome: Literal["answered", "missed", "connected", "not_connected"]
    miss_reason: str | None
    external_number: str | None
    external_name: str | None
    did: str | None
    agent: str | None
    queue: str | None
    wait_seconds: float | None
    talk_seconds: float | None
    text: str


class Audio(_Told):
    """A recording: `url` plays it until the link expires."""

    media_type: str
    url: str


class Recordings(_Told):
    """All recordings of a call."""

    call_id: str
    recordings: tuple[Audio, ...]


class Transcript(_Told):
    """What was said."""

    call_id: str
    text: str


class MissedCall(_Told):
    """A caller whom nobody called back by `due_at`. `episode_id` is the same when it is closed, at `closed_at`."""

    episode_id: str
    external_number: str
    title: str
    text: str
    due_at: dt.datetime
    closed_at: dt.datetime | None


class _Event(_Told):
    version: Literal["trunkline.call.1"] = Field(default=SCHEMA, serialization_alias="schema")
    timestamp: dt.datetime


class CallEvent(_Event):
    """A call, told the first time or anew: then all of it, to take the place of what was told before."""

    type: Literal["call.logged", "call.updated"]
    data: Call


class RecordingsEvent(_Event):
    """The recordings of a call that was told before."""

    type: Literal["call.recordings"] = "call.recordings"
    data: Recordings


class TranscriptEvent(_Event):
    """The transcript and summary of a call that was told before."""

    type: Literal["call.transcript"] = "call.transcript"
    data: Transcript


class MissedCallEvent(_Event):
    """Somebody is to be called back, or was."""

    type: Literal["missed_call.open", "missed_call.closed"]
    data: MissedCall


Event = CallEvent | RecordingsEvent | TranscriptEvent | MissedCallEvent


def body_of(event: Event) -> str:
    """The event as it is sent: the same text for the same event, whenever that is."""
    return event.model_dump_json(by_alias=True)


def id_of(event: Event, told_at: dt.datetime | None = None) -> str:
    """The event's id: of all that it says, and of when the receiver last took the call.

    So facts that came, went and came back are not taken for a repeat. A hash alone, for ids go through logs, and must
    not hold a full stop (Standard Webhooks).
    """
    told = event.model_dump_json(by_alias=True, exclude=_NOT_COMPARED)
    since = told_at.astimezone(dt.UTC).isoformat() if told_at else ""
    return f"msg_{hashlib.sha256(f'{told}|{since}'.encode()).hexdigest()[:32]}"


def of_call(kind: Literal["call.logged", "call.updated"], entry: Entry) -> CallEvent:
    """The event of a call; its time is the call's end, so that the same call gives the same bytes."""
    facts = {name: getattr(entry.call, name) for name in Call.model_fields.keys() - {"text"}}
    return CallEvent(type=kind, timestamp=entry.ended_at, data=Call(**facts, text=entry.text))


def of_recordings(entry: Entry, recordings: Sequence[Recording]) -> RecordingsEvent:
    """The event of a call's recordings, which go as links."""
    audio = tuple(Audio(media_type=one.media_type, url=one.url or "") for one in recordings)
    data = Recordings(call_id=entry.call.call_id, recordings=audio)
    return RecordingsEvent(timestamp=entry.ended_at, data=data)


def of_transcript(entry: Entry, text: str) -> TranscriptEvent:
    """The event of what was said."""
    return TranscriptEvent(timestamp=entry.ended_at, data=Transcript(call_id=entry.call.call_id, text=text))


def of_task(kind: Literal["missed_call.open", "missed_call.closed"], task: Task) -> MissedCallEvent:
    """The event of a missed caller: at the time when the call back was due, or was made."""
    closed_at = task.over_at if kind == "missed_call.closed" else None
    missed = MissedCall(
        episode_id=task.key,
        external_number=task.number,
        title=task.title,
        text=task.text,
        due_at=task.due_at,
        closed_at=closed_at,
    )
    return MissedCallEvent(type=kind, timestamp=closed_at or task.due_at, data=missed)


def json_schema() -> dict[str, Any]:
    """The schema of every event."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **TypeAdapter(Event).json_schema(by_alias=True, mode="serialization"),
    }
