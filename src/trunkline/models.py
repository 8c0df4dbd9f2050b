"""Small records that pass between the layers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something to mend on a PBX: a code, what was seen, and the one step that mends it."""

    code: str
    message: str
    mend: str


@dataclass(frozen=True)
class Probe:
    """What a PBX is and what our sign-in may do there; null is "not known", never "no"."""

    version: str | None = None
    surface: str | None = None
    supported: bool | None = None
    can_history: bool | None = None
    can_list_recordings: bool | None = None
    can_download_recordings: bool | None = None
    transcription: bool | None = None
    licence: str | None = None
    recording_stopped: bool | None = None
    quota_reached: bool | None = None
    auto_delete_days: int | None = None
    over_privileged: bool | None = None
    clock_skew_seconds: float | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Directory:
    """One extension, queue, ring group or menu. `records`: what it says of recording, null where it says nothing.

    `records` is `yes`, `no`, `external` or `opt` (a queue that asks the caller).
    """

    dn: str
    name: str
    kind: str
    records: str | None = None


@dataclass(frozen=True)
class ListedRecording:
    """One entry of a PBX's recording list, times in UTC. `source` and `destination` as the PBX writes them."""

    native_id: str
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    source: str = ""
    destination: str = ""
    did: str | None = None
    is_archived: bool = False
    transcript: str | None = None
    summary: str | None = None
    sentiment: int | None = None


@dataclass(frozen=True)
class WindowRead:
    """A window as the PBX answered it. `dids`: CDR or call-history id → DID. `recordings` is null without the right."""

    rows: list[bytes]
    pages: int
    dids: dict[str, str] = field(default_factory=dict)
    recordings: list[ListedRecording] | None = None
    raw: dict[str, list[bytes]] = field(default_factory=dict)
    problem: str | None = None
