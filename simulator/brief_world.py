"""One simulated PBX for every row of the published requirements: versions, roles, hosting, licences, recording."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from trunkline.simulator.pbx.model import LICENCES, Keeping, Quirks, Rights, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

V18: dict[str, Any] = {"surface": "xapi18", "shape": "xapi-v18", "version": "18.0.8.939", "login": "admin"}
CONSOLE: dict[str, Any] = {"surface": "console18", "shape": "console", "version": "18.0.3.461", "login": "admin"}
OWN_AUTHORITY = "own authority"
NOT_RECORDED = "recording: not enabled"

PBXS: dict[str, Callable[[], dict[str, Any]]] = {
    "version: v20": lambda: {"version": "20.0.8.1109"},
    "version: v18 from build 11 on": lambda: V18,
    "version: v18 without an XAPI": lambda: CONSOLE,
    "version: v18 at the floor": lambda: CONSOLE | {"version": "18.0.0.11"},
    "version: an old build": lambda: CONSOLE | {"version": "18.0.0.10"},
    "version: not known": lambda: CONSOLE | {"version": "V18 preview"},
    "roles: Recording Manager and Reports User": lambda: {"rights": Rights()},
    "roles: System Administrator": lambda: {"rights": Rights(max_role="system_admins")},
    "roles: Reports User only": lambda: {"rights": Rights(list_recordings=False, download_recordings=False)},
    "roles: neither": lambda: {"rights": Rights(history=False, list_recordings=False, download_recordings=False)},
    "hosting: self-managed, own authority": lambda: {"tls": True, "verify": OWN_AUTHORITY},
    "hosting: self-managed, unchecked": lambda: {"tls": True, "verify": False},
    "hosting: hosted": lambda: {"hosting": "hosted"},
    "hosting: express": lambda: {
        "hosting": "express",
        "quirks": Quirks(other_consumer_every=3, token_minutes=2),
    },
    "licence: PBX Express (free)": lambda: {"hosting": "express", "licence": replace(LICENCES["free"])},
    "licence: Small Business annual": lambda: {"licence": replace(LICENCES["small-business"])},
    "licence: Professional annual": lambda: {"licence": replace(LICENCES["professional"])},
    "licence: Enterprise annual": lambda: {"licence": replace(LICENCES["enterprise"])},
    "licence: v20's highest tier": lambda: {"licence": replace(LICENCES["ai"])},
    "licence: without the API": lambda: {"licence": replace(LICENCES["free"], has_api=False)},
    "licence: lapsed": lambda: {"licence": replace(LICENCES["enterprise"], active=False)},
    NOT_RECORDED: dict,
    "recording: stopped": lambda: {"keeping": Keeping(stopped=True)},
}


def brief_world(now: dt.datetime) -> tuple[World, dict[str, str]]:
    """All of them in one account, with one answered call each, two hours old; and row → PBX id."""
    world, ids = World([Account("acme", "Acme Dental")]), {}
    for index, (name, made) in enumerate(PBXS.items()):
        pbx = SimulatedPbx(f"pbx-{index:02d}", **made())
        if pbx.verify == OWN_AUTHORITY:
            pbx.verify = world.ca_file
        pbx.directory.extension("105").record_calls = False
        story = "not_recorded_by_policy" if name == NOT_RECORDED else "answered_direct"
        pbx.add(place(SCENARIOS[story], now - dt.timedelta(hours=2)))
        world.accounts[0].pbxs.append(pbx)
        ids[name] = pbx.id
    return world, ids
