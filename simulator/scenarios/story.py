"""What a call scenario is made of: parties, legs, recordings, and the truth about the whole.

A scenario says nothing about a surface: the simulated PBXs show its legs as their own rows. Its truth is written
by hand beside it and never computed from the legs, so that a test compares two independent accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PartyKind = Literal[
    "extension", "external", "ring_group", "queue", "voicemail", "ivr", "fax", "parking", "script", "system"
]
Status = Literal["Answered", "Unanswered", "Waiting", "Redirected"]
Fate = Literal["kept", "late", "purged", "html_body", "zero_bytes", "truncated", "archived", "unlisted", "no_address"]
NumberStyle = Literal["e164", "national", "idd", "no_plus"]
DurationStyle = Literal["plain", "days", "seven_digits"]
Placement = Literal["any", "before_utc_midnight", "beyond_retention"]

RecordingTruth = tuple[str, str | None]
"""Expected `state` and `cause` of one recording after a sync (contract §4)."""

STORED: RecordingTruth = ("stored", None)


@dataclass(frozen=True)
class Party:
    """One end of a leg. Without a name the PBX's directory names it."""

    kind: PartyKind
    dn: str | None = None
    number: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Recording:
    """A recording of one leg, and what becomes of its file.

    `late_seconds`: how long after hang-up the file appears (v20 reference §4.3).
    """

    seconds: float
    fate: Fate = "kept"
    late_seconds: float = 0.0
    transcript: str | None = None
    summary: str | None = None
    sentiment: int | None = None


@dataclass(frozen=True)
class Leg:
    """One row as a v20 PBX from Update 6 on tells it (v20 reference §3.3 and §3.4).

    In `reason`, `{102}` stands for whoever has that number: the PBX writes `Ben Birtles (102)`.
    """

    after_seconds: float
    source: Party
    destination: Party
    ring_seconds: float = 0.0
    talk_seconds: float = 0.0
    status: Status = "Answered"
    answered: bool = True
    reason: str = ""
    direction: str = "Inbound"
    call_type: str = "Extension"
    recordings: tuple[Recording, ...] = ()
    polling: bool = False
    history: int = 0
    has_start_time: bool = True
    duration_style: DurationStyle = "plain"
    omits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """What a `calls` row and its recordings must say after a sync (contract §4).

    `did_is_listed`: no fact of the call, but whether a recording in the PBX's list carries its DID as well.
    """

    direction: Literal["inbound", "outbound", "internal"]
    outcome: Literal["answered", "missed", "connected", "not_connected", "internal"]
    miss_reason: str | None
    external_number: str | None
    external_name: str | None
    did: str | None
    first_destination: str | None
    first_destination_kind: str | None
    answered_by: str | None
    answered_by_kind: str | None
    queue: str | None
    wait_seconds: float | None
    talk_seconds: float | None
    leg_count: int
    recordings: tuple[RecordingTruth, ...] = ()
    did_is_listed: bool = False


@dataclass(frozen=True)
class ConsoleRow:
    """The one collapsed row of a v18 console (v18 reference §1.4)."""

    source: Party
    destination: Party
    answered: bool


@dataclass(frozen=True)
class Scenario:
    """A call story with its truth, per family of surfaces.

    `recordings_on_v18`: where v18's XAPI knows less of the recordings than v20's.
    """

    name: str
    about: str
    legs: tuple[Leg, ...]
    truth: Truth
    console_row: ConsoleRow | None = None
    console: Truth | None = None
    caller: str | None = None
    did: str | None = None
    number_style: NumberStyle = "e164"
    withheld_as: str | None = None
    placement: Placement = "any"
    tags: frozenset[str] = field(default_factory=frozenset)
    recordings_on_v18: tuple[RecordingTruth, ...] | None = None
