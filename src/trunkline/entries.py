"""A call as one CRM is told of it: its facts, and the same in plain words. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

_MISSED = {
    "voicemail": "went to voicemail",
    "queue_abandoned": "the caller hung up while waiting in the queue",
    "no_answer": "nobody answered",
    "ivr_abandoned": "the caller hung up in the menu",
    "not_offered": "nobody's phone rang",
    "busy": "busy",
    "rejected": "rejected",
}
_HEADS = {
    "answered": "Inbound call, answered",
    "missed": "Inbound call, missed",
    "connected": "Outbound call, connected",
    "not_connected": "Outbound call, not connected",
}
_COLUMNS = {"wait": "wait_seconds", "name": "external_name"}  # a detail's column where it has another name


@dataclass(frozen=True)
class CallFacts:
    """What a CRM is told of one call. `agent` is who spoke to the caller, or who dialled."""

    call_id: str
    started_at: dt.datetime
    direction: str
    outcome: str
    miss_reason: str | None = None
    external_number: str | None = None
    external_name: str | None = None
    did: str | None = None
    agent: str | None = None
    queue: str | None = None
    wait_seconds: float | None = None
    talk_seconds: float | None = None
    ended_at: dt.datetime | None = None

    @property
    def is_spoken(self) -> bool:
        """Whether people spoke to each other."""
        return self.outcome in {"answered", "connected"}

    def without(self, details: Collection[str]) -> CallFacts:
        """The same call, told without these details."""
        columns = {_COLUMNS.get(detail, detail) for detail in details} & set(self.__dataclass_fields__)
        nothing: dict[str, Any] = dict.fromkeys(columns)
        return replace(self, **nothing)


@dataclass(frozen=True)
class StoredRecording:
    """A recording that is kept; `path` is a key relative to `[store] recordings`."""

    recording_id: str
    path: str
    bytes: int
    sha256: str
    media_type: str


@dataclass(frozen=True)
class Entry:
    """What is written into a CRM for one call: on which contact, and how it reads in the account's zone.

    `told_at`: when the CRM last took the call, null if never: facts that come back are news all the same.
    """

    call: CallFacts
    timezone: str
    contact_id: str | None = None
    told_at: dt.datetime | None = None

    @property
    def started(self) -> dt.datetime:
        """When the call began, in the account's zone."""
        return self.call.started_at.astimezone(ZoneInfo(self.timezone))

    @property
    def ended_at(self) -> dt.datetime:
        """When the call was over, in UTC; as far as is known."""
        call = self.call
        seconds = (call.wait_seconds or 0) + (call.talk_seconds or 0)
        return call.ended_at or call.started_at + dt.timedelta(seconds=seconds)

    @property
    def talk_seconds(self) -> int:
        """Whole seconds with a person; 0 where nobody spoke."""
        return round(self.call.talk_seconds or 0) if self.call.is_spoken else 0

    @property
    def marker(self) -> str:
        """The text by which what we wrote is found again."""
        return marker(self.call.call_id)

    @property
    def title(self) -> str:
        """What the call was, in four words."""
        return _HEADS.get(self.call.outcome, "Call")

    @property
    def text(self) -> str:
        """The call in plain words, for what the CRM has no field for; ends with the marker."""
        call = self.call
        missed = _MISSED.get(call.miss_reason or "")
        lines = {
            "": self.title + (f": {missed}" if missed else ""),
            "Started": f"{self.started:%a %d %b %Y, %H:%M:%S} ({self.timezone})",
            "Called by" if call.direction == "outbound" else "Answered by": call.agent,
            "Queue": call.queue,
            "Our number": call.did,
            "Waited": None if call.direction == "outbound" else in_words(call.wait_seconds),
            "Talked": in_words(call.talk_seconds),
        }
        text = [f"{key}: {value}" if key else str(value) for key, value in lines.items() if value]
        return "\n".join([*text, self.marker])


def marker(key: str) -> str:
    """The text by which our note is found again; closed at both ends, for one id may begin with another."""
    return f"[trunkline {key}]"


def with_our_part(current: str | None, ours: str, our_marker: str, line_break: str = "\n") -> str | None:
    """A text of which our part is replaced by `ours`, for what people wrote around it is theirs.

    Null where our part is not there as a whole: then the text stays as it is.
    """
    end = (current or "").find(our_marker)
    if current is None or end < 0:
        return None
    start = max(current.rfind(head, 0, end) for head in _HEADS.values())
    before = current[: max(start, 0)]
    return before + ours.replace("\n", line_break) + current[end + len(our_marker) :]


def in_words(seconds: float | None) -> str | None:
    """`3 min 20 s`; null for nothing."""
    if seconds is None or round(seconds) <= 0:
        return None
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
