"""The events that a webhook sends, and their JSON schema (`docs/webhook-call.schema.json` is made of these).

A field may be added under the same `schema`; one that goes, or means something else, makes a new one. Numbers are
E.164, times ISO 8601 in UTC, durations seconds; null is what is unknown or left out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from trunkline.adapters.crm.base import Recording, Task
from trunkline.entries import Entry

SCHEMA: Final = "trunkline.call.1"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Call(_Strict):
    """One call, as the table `calls` has it. `text`: the same in plain words, with times in the account's zone."""

    call_id: str
    started_at: dt.datetime
    ended_at: dt.datetime
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


class Audio(_Strict):
    """A recording: `url` plays it until the link expires."""

    media_type: str
    url: str


class Recordings(_Strict):
    """All recordings of a call."""

    call_id: str
    recordings: tuple[Audio, ...]


class Transcript(_Strict):
    """What was said."""

    call_id: str
    text: str


class MissedCall(_Strict):
    """A caller whom nobody called back by `due_at`. `episode_id` is the same when it is closed."""

    episode_id: str
    external_number: str
    title: str
    text: str
    due_at: dt.datetime


class _Event(_Strict):
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


def of_call(kind: Literal["call.logged", "call.updated"], entry: Entry) -> CallEvent:
    """The event of a call; its time is the call's end, so that the same call gives the same bytes."""
    names = Call.model_fields.keys() - {"ended_at", "text"}
    facts = {name: getattr(entry.call, name) for name in names}
    return CallEvent(type=kind, timestamp=entry.ended_at, data=Call(**facts, ended_at=entry.ended_at, text=entry.text))


def of_recordings(entry: Entry, recordings: list[Recording]) -> RecordingsEvent:
    """The event of a call's recordings, which go as links."""
    audio = tuple(Audio(media_type=one.media_type, url=one.url or "") for one in recordings)
    data = Recordings(call_id=entry.call.call_id, recordings=audio)
    return RecordingsEvent(timestamp=entry.ended_at, data=data)


def of_transcript(entry: Entry, text: str) -> TranscriptEvent:
    """The event of what was said."""
    return TranscriptEvent(timestamp=entry.ended_at, data=Transcript(call_id=entry.call.call_id, text=text))


def of_task(kind: Literal["missed_call.open", "missed_call.closed"], task: Task) -> MissedCallEvent:
    """The event of a missed caller."""
    missed = MissedCall(
        episode_id=task.key, external_number=task.number, title=task.title, text=task.text, due_at=task.due_at
    )
    return MissedCallEvent(type=kind, timestamp=task.due_at, data=missed)


def json_schema() -> dict[str, Any]:
    """The schema of every event."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **TypeAdapter(Event).json_schema(by_alias=True, mode="serialization"),
    }
