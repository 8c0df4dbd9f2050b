"""Which activities a call needs in a CRM, and what they say. Pure: no lake, no network (contract §4, §5.5)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from trunkline.config import UnknownCallers
from trunkline.numbers import is_removed

Kind = Literal["call", "note", "recording", "task"]
State = Literal["delivered", "pending", "skipped", "failed"]

UNKNOWN_CALLER = "unknown caller"
INTERNAL = "internal call"
NO_NUMBER = "no external number"
OWN_NUMBER = "the number is the account's own"
REMOVED = "removed by retention"
# The contact may be made after the call: an unknown caller is looked up again this long after the first try.
LOOK_AGAIN_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 60, 4 * 60, 24 * 60))
LOOK_AGAIN_UNTIL = dt.timedelta(hours=48)
# After so many answers that say neither yes nor no (5xx, an empty 201) only `--retry-failed` tries again.
GIVE_UP_ATTEMPTS = 10

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


@dataclass(frozen=True)
class StoredRecording:
    """A recording that is kept; `path` is a key relative to `[store] recordings`."""

    recording_id: str
    path: str
    bytes: int
    sha256: str
    media_type: str


@dataclass(frozen=True)
class Activity:
    """One row of the ledger (contract §4, activities)."""

    activity_id: str
    call_id: str
    account_id: str
    crm_id: str
    kind: Kind
    state: State = "pending"
    reason: str | None = None
    remote_id: str | None = None
    attempts: int = 0
    payload_sha256: str | None = None
    first_tried_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None

    def tried(self, now: dt.datetime, payload_sha256: str | None = None) -> Activity:
        """The row as it must be on disk before the request is sent."""
        return replace(
            self,
            state="pending",
            attempts=self.attempts + 1,
            payload_sha256=payload_sha256 or self.payload_sha256,
            first_tried_at=self.first_tried_at or now,
        )

    def delivered(self, remote_id: str, now: dt.datetime, reason: str | None = None) -> Activity:
        """The row once the CRM has it; `reason` says what was left out."""
        return replace(self, state="delivered", remote_id=remote_id, delivered_at=now, reason=reason)

    def settled(self, state: State, reason: str | None) -> Activity:
        """The row as `skipped`, `failed`, or still `pending`, with its reason."""
        return replace(self, state=state, reason=reason)


@dataclass(frozen=True)
class Work:
    """A call, what the ledger says of it in one CRM, and its recordings (all settled, some stored)."""

    call: CallFacts
    entries: Mapping[Kind, Activity]
    recordings: Sequence[StoredRecording] = ()


def activity_id(crm_id: str, call_id: str, kind: Kind) -> str:
    """The key of the ledger: one row for each CRM, call and kind."""
    return f"{crm_id}:{call_id}:{kind}"


def skip_reason(call: CallFacts, own_numbers: Collection[str]) -> str | None:
    """Why no CRM is told of this call; null if it is to be told."""
    if call.direction == "internal":
        return INTERNAL
    if call.external_number is None:
        return NO_NUMBER
    if is_removed(call.external_number):
        return REMOVED
    return OWN_NUMBER if call.external_number in own_numbers else None


def due_kinds(work: Work, kinds: Sequence[Kind], *, now: dt.datetime, retry_failed: bool) -> tuple[Kind, ...]:
    """The activities that are to be sent now, of those the CRM takes, in the order of sending.

    Notes and recordings hang on the call: they wait until it is delivered. A delivered activity is never due again,
    even if the call's facts have changed since.
    """
    found: list[Kind] = []
    for kind in kinds:
        entry = work.entries.get(kind)
        call = work.entries.get("call")
        hangs = kind == "call" or "call" in found or (call is not None and call.state == "delivered")
        wanted = kind != "recording" or bool(work.recordings)
        if hangs and wanted and (entry is None or _is_due(entry, now, retry_failed)):
            found.append(kind)
    return tuple(found)


def _is_due(entry: Activity, now: dt.datetime, retry_failed: bool) -> bool:
    if entry.state == "skipped":
        return entry.reason == UNKNOWN_CALLER and look_again(entry, now)
    return entry.state == "pending" or (entry.state == "failed" and retry_failed)


def look_again(entry: Activity, now: dt.datetime) -> bool:
    """Whether an unknown caller is looked up again: after 15 minutes, 1, 4 and 24 hours, then no more."""
    if entry.first_tried_at is None or not 1 <= entry.attempts <= len(LOOK_AGAIN_AFTER):
        return entry.attempts == 0
    age = now - entry.first_tried_at
    return LOOK_AGAIN_AFTER[entry.attempts - 1] <= age <= LOOK_AGAIN_UNTIL


def may_create(policy: UnknownCallers, direction: str) -> bool:
    """Whether an unknown number becomes a contact (CRM reference §3.5)."""
    return policy == "create" or (policy == "create-inbound" and direction == "inbound")


def payload_sha256(work: Work, kind: Kind, timezone: str) -> str:
    """A hash of what an activity says, whatever the CRM makes of it."""
    content: Any = asdict(work.call)
    if kind == "note":
        content = note_text(work.call, timezone)
    if kind == "recording":
        content = [[one.recording_id, one.sha256] for one in work.recordings]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def fitting(
    recordings: Sequence[StoredRecording], *, crm: str, max_bytes: int, most: int
) -> tuple[list[StoredRecording], str | None]:
    """The recordings a CRM takes, and why the others are left out."""
    small = [one for one in recordings if one.bytes <= max_bytes]
    if len(small) < len(recordings):
        return small[:most], f"recording is larger than {crm} takes ({max_bytes >> 20} MB)"
    return small[:most], f"more recordings than {crm} takes ({most})" if len(small) > most else None


def marker(call_id: str) -> str:
    """The text by which our note is found again; closed at both ends, for one id may begin with another."""
    return f"[trunkline {call_id}]"


def note_title(call: CallFacts) -> str:
    """What the call was, in four words."""
    return _HEADS.get(call.outcome, "Call")


def note_text(call: CallFacts, timezone: str) -> str:
    """What a CRM's call log has no field for, in plain words, with times in the account's zone."""
    started = call.started_at.astimezone(ZoneInfo(timezone)).strftime("%a %d %b %Y, %H:%M:%S")
    missed = _MISSED.get(call.miss_reason or "")
    agent = "Called by" if call.direction == "outbound" else "Answered by"
    lines = {
        "": note_title(call) + (f": {missed}" if missed else ""),
        "Started": f"{started} ({timezone})",
        agent: call.agent,
        "Queue": call.queue,
        "Our number": call.did,
        "Waited": None if call.direction == "outbound" else in_words(call.wait_seconds),
        "Talked": in_words(call.talk_seconds),
    }
    text = [f"{key}: {value}" if key else str(value) for key, value in lines.items() if value]
    return "\n".join([*text, marker(call.call_id)])


def in_words(seconds: float | None) -> str | None:
    """`3 min 20 s`; null for nothing."""
    if seconds is None or round(seconds) <= 0:
        return None
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
