"""A third of all requests fail, the process is killed at random: every call is in every CRM once, every field right."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lake_rows import insert

from trunkline.simulator import config_file
from trunkline.simulator.crm.site import LoggedCall
from trunkline.simulator.crm_site import SITES, SimulatedCrm
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.world import Account, World
from trunkline.store.lake import Lake

DRIVER = Path(__file__).with_name("deliver_driver.py")
SEEDS = [int(one) for one in os.environ.get("TRUNKLINE_SEEDS", "1").split()]
KILLS = int(os.environ.get("TRUNKLINE_KILLS", "3"))
ZONE = "Australia/Adelaide"
DID = "+61882345678"
KNOWN = [f"+6141234567{n}" for n in range(6)]
UNKNOWN = ["+61423456780", "+61423456781"]
# Adelaide's clocks went forward at 16:30 UTC on 3 October 2026: calls on both sides of it and of midnight.
FIRST = dt.datetime(2026, 10, 3, 13, 0, 7, tzinfo=dt.UTC)
ROUNDS = 60
FEATURES = {"several_contacts": "first", "unknown_callers": "create"}


def calls() -> list[dict[str, Any]]:
    """Inbound and outbound, spoken and not, of known and unknown numbers; two are nobody's business."""
    kinds = [
        {"direction": "inbound", "outcome": "answered", "wait_seconds": 9.0, "talk_seconds": 200.4, "queue": "Sales"},
        {"direction": "inbound", "outcome": "missed", "miss_reason": "queue_abandoned", "wait_seconds": 31.0},
        {"direction": "outbound", "outcome": "connected", "talk_seconds": 59.0},
        {"direction": "outbound", "outcome": "not_connected"},
        {"direction": "inbound", "outcome": "missed", "miss_reason": "voicemail", "wait_seconds": 20.0},
    ]
    found = []
    for n in range(20):
        kind = kinds[n % len(kinds)]
        at = FIRST + dt.timedelta(minutes=37 * n)
        number = UNKNOWN[n // 10] if n in {3, 8, 13, 18} else KNOWN[n % 6]
        lasts = dt.timedelta(seconds=(kind.get("wait_seconds") or 0) + (kind.get("talk_seconds") or 0))
        row = {"call_id": f"acme-main:{n}", "account_id": "acme", "pbx_id": "acme-main", "external_number": number}
        found.append(row | {"started_at": at, "ended_at": at + lasts, "did": DID, "loaded_at": at, **kind})
    aside = {
        "account_id": "acme",
        "pbx_id": "acme-main",
        "started_at": FIRST,
        "loaded_at": FIRST,
        "outcome": "internal",
    }
    found.append({"call_id": "acme-main:inside", "direction": "internal", "outcome": "internal", **aside})
    found.append(
        {"call_id": "acme-main:own", **aside, "direction": "outbound", "external_number": DID, "outcome": "connected"}
    )
    return found


def fill(lake: Lake) -> None:
    insert(lake, "calls", *calls())
    with lake.write() as connection:
        for n in (0, 5, 12):
            connection.execute(
                """INSERT INTO recordings (recording_id, call_id, account_id, pbx_id, state, path, bytes, sha256,
                    media_type, transcript)
                VALUES (?, ?, 'acme', 'acme-main', 'stored', ?, 40, 'abc', 'audio/wav', ?)""",
                [f"acme-main:r{n}", f"acme-main:{n}", f"acme/{n}.wav", "Good morning" if n == 5 else None],
            )


def truth(call: LoggedCall) -> dict[str, Any]:
    """What must stand in a CRM of this kind for one call, from the rows above alone."""
    row = next(one for one in calls() if one["call_id"] == call.key)
    number, spoken = int(row["call_id"].partition(":")[2]), row["outcome"] in {"answered", "connected"}
    started: Any = row["started_at"]
    if not isinstance(call.started, dt.datetime):
        started = started.astimezone(ZoneInfo(ZONE)).date()
    talk = round(row.get("talk_seconds") or 0)
    return {
        "number": row["external_number"],
        "direction": row["direction"],
        "is_spoken": spoken,
        "started": started,
        "seconds": None if call.seconds is None else -(-talk // call.step_seconds) * call.step_seconds,
        "recordings": int(number in {0, 5, 12}),
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_call_is_in_every_crm_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments to be killed at
    people = {number: f"Person {n}" for n, number in enumerate(KNOWN)}
    crms = [
        SimulatedCrm(f"acme-{kind}", kind, dict(people), {"rate_limit": (5000, 1.0)}, dict(FEATURES)) for kind in SITES
    ]
    world = World([Account("acme", "Acme", ZONE, pbxs=[SimulatedPbx("acme-main")], crms=crms)])
    with world.running(tmp_path):
        config_file.write(world, tmp_path)
        fill(Lake(tmp_path / "data" / "lake.duckdb"))
        for crm in crms:
            crm.site.faults.storm(seed)
        for kill in range(KILLS):
            with started(tmp_path, kill) as process:
                time.sleep(1.0 + chance.random() * 2.5)
                process.kill()
        with started(tmp_path, KILLS) as process:
            said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, said
        assert all(crm.site.faults.befallen for crm in crms), "it did storm"
        assert sum(crm.site.faults.befallen for crm in crms) > 50
        for crm in crms:
            there = crm.site.logged()
            expected = sorted(row["call_id"] for row in calls() if row["call_id"] not in ASIDE)
            assert sorted(str(one.key) for one in there) == expected, crm.kind
            for one in there:
                found = {name: getattr(one, name) for name in truth(one)}
                assert found == truth(one), f"{crm.kind} {one.key}"
            if crm.kind != "webhook":
                assert Counter(crm.site.numbers()) == Counter([*KNOWN, *UNKNOWN]), f"{crm.kind}: contacts made once"


ASIDE = {"acme-main:inside", "acme-main:own"}


def started(folder: Path, turn: int) -> subprocess.Popen[str]:
    """The driver, an hour later by its clock than the one before."""
    command = [sys.executable, str(DRIVER), str(folder / "trunkline.toml"), str(ROUNDS), str(turn)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
