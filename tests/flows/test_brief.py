"""Every row of the published requirements' tables: what is read of such a PBX, and what `doctor` says of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.engine import run_here
from trunkline.flows.maintain import maintain
from trunkline.simulator.brief_world import NOT_RECORDED, PBXS, brief_world
from trunkline.tasks.doctor_pbx import Check

Words = tuple[str, str, str]  # state, part of what is said, part of the step that mends it
OK: Words = ("ok", "", "")
REFUSED: Words = ("fail", "", "")
RIGHTS = {"call history": OK, "recording list": OK, "recording download": OK}
SUPERSEDED = ("fail", "another system that signs in as the same API client", "an API client of its own")
NO_AUDIO = (
    "fail",
    "Reports User on its own: it reads the call history but not the recordings, so calls come without audio",
    "add the role Recording Manager to this API user beside Reports User, both ticked",
)
OLD = (
    "fail",
    "3CX 18.0.0.10 is older than the supported 18.0.0.11: nothing is read from it",
    "upgrade 3CX first: a current v18 build, or better v20; plan an hour of downtime",
)
MAINTENANCE_ONLY = "3CX 18.0.8.939, through xapi18; v18 gets maintenance only, plan to move to v20"
TOO_MUCH = ("warn", "it signs in as System Administrator: that works", "only Reports User and Recording Manager")
NO_API = ("fail", "the licence does not include the API", "a paid annual licence that includes the API")
FREE = ("warn", "SIMULATED-FREE, 4 simultaneous calls, express; for more than light use a paid annual licence", "")

SAID: dict[str, dict[str, Words]] = {
    "version: v20": RIGHTS
    | {"version": ("ok", "3CX 20.0.8.1109, through xapi20", ""), "transcription": ("ok", "on", "")},
    "version: v18 from build 11 on": RIGHTS
    | {"version": ("ok", MAINTENANCE_ONLY, ""), "transcription": ("ok", "not offered by this PBX", "")}
    | {"recording list": ("ok", "v18 has no list: the call log names them", "")},
    "version: v18 without an XAPI": RIGHTS | {"version": ("ok", "3CX 18.0.3.461, through console18", "")},
    "version: v18 at the floor": RIGHTS | {"version": ("ok", "3CX 18.0.0.11", "")},
    "version: an old build": {"version": OLD},
    "version: not known": RIGHTS | {"version": ("unknown", "V18 preview: not known, so not taken for old", "")},
    "roles: Recording Manager and Reports User": RIGHTS,
    "roles: System Administrator": RIGHTS | {"over privileged": TOO_MUCH},
    "roles: Reports User only": {
        "call history": OK,
        "recording list": ("fail", "", ""),
        "no recording right": NO_AUDIO,
    },
    "roles: neither": {"no rights": ("fail", "neither the call history nor the recordings", "both ticked")},
    "hosting: self-managed, own authority": RIGHTS | {"licence": ("ok", "self-managed", "")},
    "hosting: self-managed, unchecked": RIGHTS
    | {"tls not verified": ("warn", "its certificate is not checked", "set verify to the file")},
    "hosting: hosted": RIGHTS | {"licence": ("ok", "16 simultaneous calls, hosted", "")},
    "hosting: express": RIGHTS | {"token superseded": SUPERSEDED},
    "licence: PBX Express (free)": RIGHTS | {"licence": FREE},
    "licence: Small Business annual": RIGHTS | {"licence": ("ok", "SIMULATED-SMB, 10 simultaneous calls", "")},
    "licence: Professional annual": RIGHTS
    | {"licence": ("ok", "SIMULATED-PRO", ""), "transcription": ("ok", "off", "")},
    "licence: Enterprise annual": RIGHTS | {"licence": ("ok", "SIMULATED-ENT, 32 simultaneous calls", "")},
    "licence: v20's highest tier": RIGHTS | {"transcription": ("ok", "on", "")},
    "licence: without the API": {"no xapi": NO_API},
    "licence: lapsed": {"licence expired": ("fail", "its licence is not active", "renew the licence")},
    NOT_RECORDED: RIGHTS | {"recording download": ("unknown", "nothing to try it on yet", "")},
    "recording: stopped": {"recording stopped": ("fail", "calls are not recorded any more", "recording quota")},
}
NOTHING_READ = {"version: an old build", "roles: neither", "licence: without the API"}
NOT_STORED = {"roles: Reports User only": ("missing", "access"), NOT_RECORDED: ("missing", "policy")}


@dataclass
class Seen:
    """The lake after a read, and what `doctor` says of each row's PBX, by what it looked at."""

    lake: Path
    ids: dict[str, str]
    checks: list[Check]
    failed: set[str]

    def of(self, row: str) -> dict[str, Check]:
        part = f"account acme, PBX {self.ids[row]}"
        return {check.what: check for check in self.checks if check.part == part}

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.lake), read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("brief")
    now = dt.datetime.now(dt.UTC)
    world, ids = brief_world(now)
    with world.running(folder):
        config = str(world.write_config(folder))
        os.environ.update(world.environment)
        since, until = (now - dt.timedelta(hours=3)).isoformat(), now.isoformat()
        outcome = asyncio.run(run_here(backfill, since=since, until=until, config=config))
        checks = asyncio.run(run_here(maintain, config=config))
    yield Seen(folder / "data" / "lake.duckdb", ids, checks, {one.part.rpartition(" ")[2] for one in outcome.failures})


@pytest.mark.parametrize("row", PBXS)
def test_doctor_names_the_cause_and_the_step_that_mends_it(row: str, seen: Seen) -> None:
    found = seen.of(row)
    for what, (state, said, mend) in SAID[row].items():
        check = found[what]
        assert (check.state, said in check.said, mend in check.mend) == (state, True, True), check
    wrong = {what for what, check in found.items() if check.state == "fail" and check.mend}
    assert wrong == {what for what, words in SAID[row].items() if words[0] == "fail" and words[2]}, "no more, no less"


@pytest.mark.parametrize("row", PBXS)
def test_what_can_be_read_is_read(row: str, seen: Seen) -> None:
    calls = seen.query("SELECT outcome FROM calls WHERE pbx_id = ?", seen.ids[row])
    recordings = seen.query("SELECT state, cause FROM recordings WHERE pbx_id = ?", seen.ids[row])
    assert calls == ([] if row in NOTHING_READ else [("answered",)])
    assert recordings == ([] if row in NOTHING_READ else [NOT_STORED.get(row, ("stored", None))])


def test_only_what_cannot_be_read_failed(seen: Seen) -> None:
    assert seen.failed == {seen.ids[row] for row in NOTHING_READ}


def test_an_old_build_is_unsupported_and_an_unknown_one_is_not(seen: Seen) -> None:
    supported = dict(seen.query("SELECT pbx_id, supported FROM pbxs"))
    rows = "version: an old build", "version: v18 at the floor", "version: not known"
    assert [supported[seen.ids[row]] for row in rows] == [False, True, None]


def test_one_account_mixes_all_hosting_modes(seen: Seen) -> None:
    modes = [mode for (mode,) in seen.query("SELECT DISTINCT hosting FROM pbxs ORDER BY 1")]
    assert modes == ["express", "hosted", "self-managed"]
