"""Short ways to write a truth down. Every value that matters is still a literal in the scenario."""

from __future__ import annotations

from trunkline.simulator.scenarios.cast import DID
from trunkline.simulator.scenarios.story import STORED, RecordingTruth, Truth

Recordings = tuple[RecordingTruth, ...]


def answered(
    number: str | None,
    *,
    wait: float | None,
    talk: float | None,
    by: str,
    legs: int,
    first: str,
    by_kind: str = "extension",
    first_kind: str = "extension",
    queue: str | None = None,
    name: str | None = None,
    did: str | None = DID,
    recordings: Recordings = (STORED,),
    listed: bool = True,
) -> Truth:
    """A person spoke to the caller; unless said otherwise, a recording of it is in the PBX's list."""
    party = (number, name, did, first, first_kind, by, by_kind, queue)
    return Truth("inbound", "answered", None, *party, wait, talk, legs, recordings, listed)


def console_answered(
    number: str | None,
    *,
    by: str,
    name: str | None = None,
    did: str | None = DID,
    recordings: Recordings = (STORED,),
) -> Truth:
    """As the console's one row tells it: neither wait nor talk; the DID comes from a matched recording."""
    return answered(number, wait=None, talk=None, by=by, legs=1, first=by, name=name, did=did, recordings=recordings)


def missed(
    reason: str,
    number: str | None,
    *,
    wait: float,
    legs: int,
    first: str | None,
    first_kind: str | None = "extension",
    queue: str | None = None,
    name: str | None = None,
    did: str | None = DID,
) -> Truth:
    """Nobody spoke to the caller."""
    return Truth("inbound", "missed", reason, number, name, did, first, first_kind, None, None, queue, wait, 0.0, legs)


def console_missed(
    reason: str,
    number: str | None,
    *,
    wait: float,
    first: str,
    first_kind: str = "extension",
    queue: str | None = None,
    name: str | None = None,
) -> Truth:
    """As the console's one row tells it: the wait is its Duration in whole seconds."""
    return missed(
        reason, number, wait=wait, legs=1, first=first, first_kind=first_kind, queue=queue, name=name, did=None
    )


def outbound(
    outcome: str, number: str, *, wait: float | None, talk: float | None, legs: int = 1, recordings: Recordings = ()
) -> Truth:
    """Somebody of the office rang an outside number."""
    connected = outcome == "connected"
    return Truth(
        direction="outbound",
        outcome="connected" if connected else "not_connected",
        miss_reason=None,
        external_number=number,
        external_name=None,
        did=None,
        first_destination=number,
        first_destination_kind="external",
        answered_by=number if connected else None,
        answered_by_kind="external" if connected else None,
        queue=None,
        wait_seconds=wait,
        talk_seconds=talk,
        leg_count=legs,
        recordings=recordings,
    )


def internal(
    by: str | None, *, first: str, wait: float | None, talk: float | None, recordings: Recordings = ()
) -> Truth:
    """Both ends are inside."""
    kind = "extension" if by else None
    nobody_outside = (None, None, None)
    parties = (*nobody_outside, first, "extension", by, kind, None)
    return Truth("internal", "internal", None, *parties, wait, talk, 1, recordings)
