"""One account with one PBX on which every scenario happened once: the world of the truth tests."""

from __future__ import annotations

import datetime as dt

from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import Keeping, Shape, SimulatedPbx, Surface
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall, place
from trunkline.simulator.scenarios.story import Scenario, Truth
from trunkline.simulator.world import Account, World

VERSIONS: dict[Shape, str] = {
    "xapi-u0": "20.0.5.551",
    "xapi-u6": "20.0.8.1109",
    "xapi-u10": "20.0.10.1621",
    "xapi-v18": "18.0.8.939",
    "console": "18.0.3.461",
}
V18_SHAPES: dict[Surface, Shape] = {"console18": "console", "xapi18": "xapi-v18"}
"""v18 has one shape on each surface."""
RETENTION_DAYS = 2
FIRST = dt.timedelta(hours=44)
STEP = dt.timedelta(minutes=35)
BEYOND_RETENTION = dt.timedelta(hours=70)
LONGEST = dt.timedelta(hours=6)
HALF_MINUTE = dt.timedelta(seconds=30)

Case = tuple[PlacedCall, Truth]


def scenario_world(
    surface: Surface = "xapi20",
    shape: Shape = "xapi-u6",
    now: dt.datetime | None = None,
    *,
    with_crm: bool = False,
) -> tuple[World, list[Case]]:
    """The world, and each call with what must be known of it on this surface.

    All calls lie within the 72 hours before `now`. The PBX keeps recordings for two days; only the purged one is older.
    Scenarios of which a console says nothing at all are left out there.
    """
    at = (now or dt.datetime.now(dt.UTC)).replace(microsecond=0)
    shape = V18_SHAPES.get(surface, shape)
    pbx = SimulatedPbx(
        "acme-main",
        version=VERSIONS[shape],
        surface=surface,
        shape=shape,
        keeping=Keeping(auto_delete_days=RETENTION_DAYS, archive_enabled=True),
        login="900" if surface == "xapi20" else "admin",
    )
    if now is not None:
        pbx.now = lambda: at
    pbx.directory.extension("105").record_calls = False
    cases = []
    for index, scenario in enumerate(SCENARIOS.values()):
        call = place(scenario, start_of(scenario, index, at))
        truth = call.truth_on(surface, shape)
        if truth is not None:
            cases.append((pbx.add(call)[0], truth))
    account = Account("acme", "Acme Dental", report_to=("owner@acme.example",), pbxs=[pbx])
    if with_crm:
        account.crms.append(SimulatedCrm("acme-ghl"))
    return World([account]), cases


def start_of(scenario: Scenario, index: int, now: dt.datetime) -> dt.datetime:
    """When a scenario happens: each at its own time, a few at the times that make them what they are."""
    own = dt.timedelta(milliseconds=100 + 7 * index)
    if scenario.placement == "before_utc_midnight":
        midnight = (now - LONGEST).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - HALF_MINUTE + own
    if scenario.placement == "beyond_retention":
        return now - BEYOND_RETENTION + own
    return now - FIRST + STEP * index + own
