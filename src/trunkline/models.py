"""Small records that pass between the layers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from trunkline.hours import OpenSpan


@dataclass(frozen=True)
class Problem:
    """Something to mend on a PBX: a code, what was seen, and the one step that mends it.

    `is_risk`: all works, and might not for long.
    """

    code: str
    message: str
    mend: str
    is_risk: bool = False


@dataclass(frozen=True)
class Seen:
    """What a look at a PBX gave; null, or 0 for a status, is "not seen", never "no".

    `quick`, `history`, `listing`: HTTP statuses of the quick test, the call log and the recording list; `role`: the
    highest role that the sign-in claims.
    """

    quick: int = 0
    history: int = 0
    listing: int = 0
    download: bool | None = None
    role: str | None = None
    extensions_seen: int | None = None
    extensions_total: int | None = None
    licence_active: bool | None = None
    licence_records: bool | None = None
    maintenance_ended: bool | None = None
    recording_stopped: bool | None = None
    quota_reached: bool | None = None
    clock_skew_seconds: float | None = None


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
    licence_active: bool | None = None
    licence_records: bool | None = None
    max_simultaneous_calls: int | None = None
    quota_megabytes: int | None = None
    used_megabytes: int | None = None
    clock_skew_seconds: float | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Directory:
    """One extension, queue, ring group or menu, or a `did`: an outside number, as the PBX writes it.

    `records`: what it says of recording, null where it says nothing: `yes`, `no`, `external` or `opt` (a queue that
    asks the caller).
    """

    dn: str
    name: str
    kind: str
    records: str | None = None


@dataclass(frozen=True)
class DepartmentHoliday:
    """Whole days on which a department is closed, both ends included; `year` of the first one, null: every year."""

    name: str
    month: int
    day: int
    month_end: int
    day_end: int
    year: int | None = None


@dataclass(frozen=True)
class Department:
    """A department of a PBX: `spans` are its weekly opening hours, empty where it has none, or none that are known.

    `holidays` is null where the PBX does not tell them.
    """

    name: str
    is_default: bool = False
    spans: tuple[OpenSpan, ...] = ()
    holidays: tuple[DepartmentHoliday, ...] | None = None


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
    """A window as the PBX answered it. `dids`: CDR or call-history id → DID. `recordings` is null without the right.

    `earlier`: rows from before the window, asked for where calls are only numbered, to learn when they began.
    """

    rows: list[bytes]
    pages: int
    dids: dict[str, str] = field(default_factory=dict)
    recordings: list[ListedRecording] | None = None
    earlier: list[bytes] = field(default_factory=list)
    raw: dict[str, list[bytes]] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class ReportedCall:
    """A row of a PBX's inbound-calls report. `status` is the PBX's own word, `number` as it writes it."""

    call_id: str
    started_at: dt.datetime
    cdr_id: str | None = None
    number: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class AbandonedWait:
    """A row of a PBX's report of abandoned queue calls: the queue that the caller left, and when the wait began."""

    call_id: str
    started_at: dt.datetime
    queue: str = ""
    number: str | None = None


@dataclass(frozen=True)
class PbxReports:
    """A PBX's own reports of a window; a call may have several rows in each.

    `abandoned` is null where that report could not be had, and `problem` says why. `unreadable`: rows that name no
    call or no time.
    """

    inbound: tuple[ReportedCall, ...] = ()
    abandoned: tuple[AbandonedWait, ...] | None = ()
    problem: Problem | None = None
    unreadable: int = 0
