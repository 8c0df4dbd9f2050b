"""Short ways to write a leg down: what is the same on every row of a kind."""

from __future__ import annotations

from trunkline.simulator.scenarios.cast import CALLER, END_CALL
from trunkline.simulator.scenarios.story import Leg, Party, Recording, Status

CALL_TYPES = {
    "extension": "Extension",
    "external": "External",
    "queue": "Queue",
    "ivr": "Digital Receptionist",
    "system": "System",
    "script": "System",
    "ring_group": "Ring Group",
    "voicemail": "Voicemail",
    "fax": "Fax",
    "parking": "Parking",
}
"""Strings seen on real rows, and plausible ones for kinds that nobody showed (v20 reference §3.3, §10)."""


def spoke(
    after: float,
    who: Party,
    *,
    ring: float,
    talk: float,
    source: Party = CALLER,
    recorded: bool = True,
    history: int = 0,
) -> Leg:
    """A person picked up and talked; the recording is as long as the talk."""
    return Leg(
        after,
        source,
        who,
        ring,
        talk,
        "Answered",
        answered=True,
        reason="Ended by the other side",
        call_type=CALL_TYPES[who.kind],
        recordings=(Recording(talk),) if recorded else (),
        history=history,
    )


def rang(
    after: float,
    who: Party,
    *,
    ring: float,
    reason: str = "Ended by the caller",
    source: Party = CALLER,
    polling: bool = False,
) -> Leg:
    """A phone rang and nobody picked it up."""
    return Leg(
        after,
        source,
        who,
        ring,
        0.0,
        "Unanswered",
        answered=False,
        reason=reason,
        call_type=CALL_TYPES[who.kind],
        polling=polling,
    )


def redirected(after: float, who: Party, *, ring: float, reason: str = "No answer", source: Party = CALLER) -> Leg:
    """A phone rang, then the call went on to somewhere else."""
    return Leg(
        after, source, who, ring, 0.0, "Redirected", answered=False, reason=reason, call_type=CALL_TYPES[who.kind]
    )


def machine(
    after: float, who: Party, *, talk: float, ring: float = 0.0, status: Status = "Answered", reason: str = ""
) -> Leg:
    """A menu, voicemail box, fax or script picked up."""
    return Leg(
        after,
        CALLER,
        who,
        ring,
        talk,
        status,
        answered=True,
        reason=reason or "Ended by the caller",
        call_type=CALL_TYPES[who.kind],
    )


def ended(after: float) -> Leg:
    """The route says: end the call (DestinationType 12)."""
    return Leg(
        after, CALLER, END_CALL, 0.0, 0.0, "Unanswered", answered=False, reason="Ended by the PBX", call_type="System"
    )
