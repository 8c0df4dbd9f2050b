"""Call stories with their truth: `SCENARIOS` by name."""

from __future__ import annotations

from trunkline.simulator.scenarios import (
    awkward,
    closed,
    inbound_answered,
    inbound_missed,
    numbers,
    outbound,
    queues,
    recordings,
    transfers,
)
from trunkline.simulator.scenarios.story import Scenario

GROUPS = (inbound_answered, transfers, inbound_missed, queues, closed, numbers, outbound, recordings, awkward)

SCENARIOS: dict[str, Scenario] = {one.name: one for group in GROUPS for one in group.SCENARIOS}
