"""PBXs of every kind, with faults on a third of all requests: after three syncs the lake is as without them.

`make storm` has forty of them, with ten seeds.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import Keeping, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

PBXS = int(os.environ.get("TRUNKLINE_FLEET", "20"))
SEEDS = [int(seed) for seed in os.environ.get("TRUNKLINE_SEEDS", "1").split()]
CALLS = 4
SYNCS = 3
KINDS = (
    ("xapi20", "xapi-u6", "20.0.8.1109"),
    ("xapi20", "xapi-u10", "20.0.10.1621"),
    ("console18", "console", "18.0.3.461"),
    ("xapi20", "xapi-u0", "20.0.5.551"),
    ("xapi18", "xapi-v18", "18.0.8.939"),
)
# A file that is damaged at the PBX itself is told from a fault by nothing; what it looked like last is written down.
DAMAGED = {"recording_html_body", "recording_zero_bytes", "recording_truncated"}
NAMES = sorted(set(SCENARIOS) - DAMAGED - {"recording_purged", "recording_late"})


def fleet(seed: int, now: dt.datetime) -> World:
    """Each PBX had some calls in the last day, of stories of its own."""
    accounts = []
    for index in range(PBXS):
        rng = Random(f"{seed}/{index}")  # noqa: S311 — repeatable, no secret
        surface, shape, version = KINDS[index % len(KINDS)]
        login = "900" if surface == "xapi20" else "admin"
        pbx = SimulatedPbx(
            f"pbx-{index:02d}",
            version=version,
            surface=surface,  # type: ignore[arg-type]
            shape=shape,  # type: ignore[arg-type]
            login=login,
            keeping=Keeping(bytes_per_second=200),
        )
        pbx.report_top_limit, pbx.entity_top_limit = 10, 10
        for name, hours in zip(rng.sample(NAMES, CALLS), rng.sample(range(3, 27), CALLS), strict=True):
            pbx.add(place(SCENARIOS[name], now - dt.timedelta(hours=hours, milliseconds=index)))
        accounts.append(Account(f"account-{index:02d}", f"Client {index}", pbxs=[pbx]))
    return World(accounts)


def ago(now: dt.datetime, hours: float) -> str:
    return (now - dt.timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_faults_on_a_third_of_all_requests_leave_no_trace(seed: int, stage: Callable[..., Any], tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    until = (now - dt.timedelta(minutes=10)).isoformat()
    world = fleet(seed, now)
    with stage(world, tmp_path / "storm") as stormy:
        calm = type(stormy)(world, tmp_path / "calm")
        for one in (stormy, calm):  # from when on the syncs read
            one.run(backfill, since=ago(now, 28), until=ago(now, 27.5))
        for pbx in world.pbxs:
            pbx.faults.storm(seed)
        failures = [stormy.run(sync, until=until).failures for _ in range(SYNCS)][-1]
        for pbx in world.pbxs:
            pbx.faults.clear()
        assert calm.run(sync, until=until).failures == []
    assert failures == []
    undisturbed = calm.snapshot()
    for table, rows in stormy.snapshot().items():
        assert set(map(repr, rows)) ^ set(map(repr, undisturbed[table])) == set(), table
    assert stormy.query("SELECT DISTINCT state FROM windows") == [("complete",)]
    quarantine = "SELECT pbx_id, reason, row::VARCHAR FROM quarantine ORDER BY ALL"
    assert stormy.query(quarantine) == calm.query(quarantine)
    assert sum(pbx.log.failed_logins for pbx in world.pbxs) == 0
