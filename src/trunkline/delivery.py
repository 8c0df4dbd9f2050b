"""Which activities a call needs in a CRM, and what the ledger says of them. Pure (contract §4, §5.5)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from trunkline.crms import UnknownCallers
from trunkline.entries import CallFacts, StoredRecording
from trunkline.numbers import is_removed

Kind = Literal["call", "note", "recording", "transcript", "task", "task_closed"]
State = Literal["delivered", "pending", "skipped", "failed"]

UNKNOWN_CALLER = "unknown caller"
SEVERAL_CONTACTS = "several contacts have this number"
INTERNAL = "internal call"
NO_NUMBER = "no external number"
OWN_NUMBER = "the number is the account's own"
REMOVED = "removed by retention"
DELETED_THERE = "deleted in the CRM"
# The contact may be made after the call: an unknown caller is looked up again this long after the first try.
LOOK_AGAIN_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 60, 4 * 60, 24 * 60))
LOOK_AGAIN_UNTIL = dt.timedelta(hours=48)
# After so many answers that say neither yes nor no (5xx, an empty 201) only `--retry-failed` tries again.
GIVE_UP_ATTEMPTS = 10


@dataclass(frozen=True)
class Activity:
    """One row of the ledger (contract §4, activities).

    A row that waits and has a `remote_id` is in the CRM already, and is to be told anew. `facts_at`: when the call was
    loaded as the CRM was told of it.
    """

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
    facts_at: dt.datetime | None = None

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
    """A call, what the ledger says of it in one CRM, and its recordings (all settled, some stored).

    `texts`: what was said in it, in words: its transcripts and summaries. `loaded_at`: when the facts came.
    """

    call: CallFacts
    entries: Mapping[Kind, Activity]
    recordings: Sequence[StoredRecording] = ()
    texts: Sequence[str] = ()
    loaded_at: dt.datetime | None = None


@dataclass(frozen=True)
class Listed:
    """A call that a CRM lists as logged by trunkline; `key` is our call id, where the CRM tells it."""

    remote_id: str
    key: str | None


def activity_id(crm_id: str, key: str, kind: Kind) -> str:
    """The key of the ledger: one row for each CRM, call (or episode) and kind."""
    return f"{crm_id}:{key}:{kind}"


def skip_reason(call: CallFacts, own_numbers: Collection[str]) -> str | None:
    """Why no CRM is told of this call; null if it is to be told."""
    if call.direction == "internal":
        return INTERNAL
    if call.external_number is None:
        return NO_NUMBER
    if is_removed(call.external_number):
        return REMOVED
    return OWN_NUMBER if call.external_number in own_numbers else None


def due_kinds(
    work: Work, kinds: Sequence[Kind], *, updated: Collection[Kind] = (), now: dt.datetime, retry_failed: bool
) -> tuple[Kind, ...]:
    """The activities that are to be sent now, of those the CRM takes, in the order of sending.

    All others hang on the call: they wait until it is delivered. Of what is delivered, only the kinds in `updated` are
    due again, once the call's facts have changed.
    """
    found: list[Kind] = []
    for kind in kinds:
        entry, call = work.entries.get(kind), work.entries.get("call")
        hangs = kind == "call" or "call" in found or (call is not None and call.state == "delivered")
        wanted = {"recording": bool(work.recordings), "transcript": bool(work.texts)}.get(kind, True)
        is_due = entry is None or _is_due(entry, now, retry_failed) or (kind in updated and has_changed(entry, work))
        if hangs and wanted and is_due:
            found.append(kind)
    return tuple(found)


def has_changed(entry: Activity, work: Work) -> bool:
    """Whether the CRM was told of the call as it no longer is."""
    if entry.state != "delivered" or not is_stale(entry, work):
        return False
    return entry.payload_sha256 not in {None, payload_sha256(work, entry.kind)}


def is_stale(entry: Activity, work: Work) -> bool:
    """Whether the call was loaded anew since the CRM was told; its facts may be the same."""
    return bool(entry.facts_at and work.loaded_at and entry.facts_at < work.loaded_at)


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


def payload_sha256(work: Work, kind: Kind) -> str:
    """A hash of what an activity says, whatever the CRM makes of it."""
    content: Any = asdict(work.call)
    if kind == "recording":
        content = [[one.recording_id, one.sha256] for one in work.recordings]
    if kind == "transcript":
        content = list(work.texts)
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
