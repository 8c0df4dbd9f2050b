"""What happens after a missed call: the office rings back, the caller tries again, or nobody does anything."""

from __future__ import annotations

import datetime as dt
from random import Random

from trunkline.simulator.callers import Caller
from trunkline.simulator.office import Office
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall

RETURNED_SHARE = 0.5
SELF_RECOVERED_SHARE = 0.15
TRIES_AGAIN_SHARE = 0.35
CONNECTED_SHARE = 0.75


def sequels(office: Office, call: PlacedCall, rng: Random) -> list[PlacedCall]:
    """Calls that follow from this one; none unless it was a missed call with a number."""
    from trunkline.simulator.traffic import one_call  # the two modules tell one story

    number = call.truth.external_number
    if call.truth.outcome != "missed" or number is None:
        return []
    caller = Caller(number, call.truth.external_name)
    at, following = call.ended_at, []
    while rng.random() < TRIES_AGAIN_SHARE:
        at += dt.timedelta(minutes=rng.uniform(1, 25))
        following.append(one_call(office, SCENARIOS[rng.choice(("rang_out", "queue_abandoned"))], at, rng, caller))
    fate = rng.random()
    if fate < RETURNED_SHARE:
        at = office.next_open(at + dt.timedelta(minutes=min(rng.expovariate(1 / 35), 400)))
        story = "outbound_connected" if rng.random() < CONNECTED_SHARE else "outbound_not_connected"
        following.append(one_call(office, SCENARIOS[story], at, rng, caller))
    elif fate < RETURNED_SHARE + SELF_RECOVERED_SHARE:
        at = office.next_open(at + dt.timedelta(minutes=rng.uniform(5, 90)))
        following.append(one_call(office, SCENARIOS["answered_direct"], at, rng, caller))
    return following
