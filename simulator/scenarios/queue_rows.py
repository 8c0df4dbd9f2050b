"""Short ways to write a queue's row down: `Answered` is true on each, for the queue itself picked up."""

from __future__ import annotations

from trunkline.simulator.scenarios.cast import CALLER
from trunkline.simulator.scenarios.story import Leg, Party, Status


def _held(after: float, queue: Party, music: float, status: Status, reason: str) -> Leg:
    return Leg(
        after,
        CALLER,
        queue,
        0.0,
        music,
        status,
        answered=True,
        reason=reason,
        direction="Inbound Queue",
        call_type="Queue",
    )


def waited(after: float, queue: Party, *, music: float, went_to: str) -> Leg:
    """A queue held the caller until an agent took over (v20 reference §3.4)."""
    return _held(after, queue, music, "Waiting", f"The queue was replaced by {went_to}")


def gave_up(after: float, queue: Party, *, music: float) -> Leg:
    """The caller left the queue: `Answered` is true although nobody answered (v20 reference §7.1)."""
    return _held(after, queue, music, "Unanswered", "Ended by the caller")


def overflowed(after: float, queue: Party, *, music: float, went_to: str) -> Leg:
    """The queue gave the call on to its overflow destination."""
    return _held(after, queue, music, "Redirected", f"Redirected to {went_to}")
