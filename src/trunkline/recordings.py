"""What becomes of one attempt to fetch a recording: stored, waited for, or missing with its cause and evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from trunkline.audio import Audio

GRACE = dt.timedelta(minutes=60)  # so soon after a call nothing is missing yet: audio is finalised after the call
FINALISED_WITHIN = dt.timedelta(minutes=3)  # a few seconds to 2 minutes after hanging up (v20 reference §4.3)
LOST_SOON_DAYS = 7  # what the PBX's own retention deletes within so many days is fetched first, and warned of
_DELETES_LATE_DAYS = 1  # it deletes once a day, so that what is due may still be there
MAX_ATTEMPTS = 5  # run after run, of a file that comes damaged or whose address fails; after that once a day
DAILY_ATTEMPTS = 30  # of such a file in all: a PBX that is updated or mended may serve it yet
GONE = {302, 400, 404}  # v18 redirects, v20 says 400 FILE_NOT_FOUND or 404 (v18 reference §1.6, v20 §4.3)
FILE_IS_GONE = 302
NO_FILE = "FILE_NOT_FOUND"
REFUSED = {401, 403}
BUSY = {429, 502, 503, 504}  # nobody looked: the PBX, or what stands before it, has no time


@dataclass(frozen=True)
class Attempt:
    """What one request for a recording's file gave."""

    status: int
    said: str = ""
    audio: Audio | None = None


@dataclass(frozen=True)
class Fate:
    """A recording's state and, unless it is stored, why."""

    state: str
    cause: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def is_young(ended_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a call ended so shortly ago that its audio may not be finalised yet."""
    return now - ended_at < FINALISED_WITHIN


def lost_soon(auto_delete_days: int, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Since ≤ start < until: recordings that a PBX with this retention deletes within `LOST_SOON_DAYS`."""
    deletes_before = now - dt.timedelta(days=auto_delete_days)
    return deletes_before - dt.timedelta(days=_DELETES_LATE_DAYS), deletes_before + dt.timedelta(days=LOST_SOON_DAYS)


def fate(
    attempt: Attempt,
    *,
    age: dt.timedelta,
    attempts: int,
    auto_delete_days: int | None,
    is_archived: bool,
) -> Fate:
    """The recording's fate after `attempts` tries; `age` since the call ended, `auto_delete_days` the PBX's own."""
    evidence = _evidence(attempt, is_archived)
    if attempt.status in REFUSED:
        return Fate("missing", "access", evidence)
    if attempt.audio is not None and attempt.audio.damage is None:
        return Fate("stored")
    if age < GRACE:
        return Fate("pending", None, evidence)
    if attempt.audio is not None:
        return Fate("missing", "damaged", evidence)
    if attempt.status in BUSY:
        return Fate("missing", "unreachable", evidence)
    if attempt.status not in GONE:
        return Fate("pending", None, evidence) if attempts < MAX_ATTEMPTS else Fate("missing", "build", evidence)
    if is_archived:
        return Fate("missing", "archived", evidence)
    is_due = auto_delete_days is not None and age > dt.timedelta(days=auto_delete_days)
    if is_due or attempt.status == FILE_IS_GONE or NO_FILE in attempt.said:
        return Fate("missing", "purged", {**evidence, "auto_delete_days": auto_delete_days})
    return Fate("missing", "build", evidence)


def _evidence(attempt: Attempt, is_archived: bool) -> dict[str, Any]:
    """What was seen; that the list says "archived" must outlast every other try."""
    damage = attempt.audio.damage if attempt.audio else None
    seen = {"said": attempt.said or None, "damage": damage, "archived": is_archived or None}
    return {"status": attempt.status} | {name: value for name, value in seen.items() if value is not None}


def unanswered(said: str, *, age: dt.timedelta, is_archived: bool) -> Fate:
    """The fate of a recording that could not be asked for: it waits, and is unknown rather than missing."""
    evidence = {"said": said} | ({"archived": True} if is_archived else {})
    return Fate("pending", None, evidence) if age < GRACE else Fate("missing", "unreachable", evidence)
