"""`replay` beside a sync, and of one PBX among several."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence

import pytest

from trunkline.flows.replay import replay
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.tasks.landing import LandedFile
from trunkline.tasks.rebuild import Rebuild

Ago = Callable[..., dt.datetime]


def test_what_a_sync_loads_meanwhile_is_not_lost(replaying, ago: Ago, monkeypatch: pytest.MonkeyPatch) -> None:
    pbx = SimulatedPbx("acme-main")
    pbx.add(place(SCENARIOS["rang_out"], ago(hours=8)))
    with replaying(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as r:
        r.run(sync)
        landed, taken, alone = len(r.landed), [], Rebuild.take

        async def take(self: Rebuild, files: Sequence[LandedFile]) -> None:
            await alone(self, files)
            taken.append(len(files))
            if len(taken) == 1:
                pbx.add(place(SCENARIOS["rang_out"], ago(hours=2)))
                assert (await asyncio.to_thread(r.command, "sync")).returncode == 0

        monkeypatch.setattr(Rebuild, "take", take)
        (done,) = r.run(replay).pbxs
        assert taken == [landed, len(r.landed) - landed]
        assert (done.calls, done.calls_removed) == (2, 0)
        assert r.query("SELECT count(*) FROM calls") == [(2,)]


def test_a_lake_that_is_written_all_the_while_is_left_alone(
    replaying, ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    pbx = SimulatedPbx("acme-main")
    pbx.add(place(SCENARIOS["rang_out"], ago(hours=8)))
    monkeypatch.setattr("trunkline.tasks.replay.written_since", lambda *_: True)
    with replaying(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as r:
        r.run(sync)
        r.damage("UPDATE calls SET queue = 'old'")
        outcome = r.replay()
        assert [failure.mend for failure in outcome.failures] == ["run it again when no sync or backfill runs"]
        assert r.query("SELECT queue FROM calls") == [("old",)]


def test_one_pbx_or_account_alone_and_one_that_fails(replaying, ago: Ago, monkeypatch: pytest.MonkeyPatch) -> None:
    pbxs = [SimulatedPbx(name) for name in ("acme-main", "acme-branch")]
    for pbx in pbxs:
        pbx.add(place(SCENARIOS["rang_out"], ago(hours=8)))
    with replaying(World([Account("acme", "Acme Dental", pbxs=pbxs), Account("other", "Other")])) as r:
        r.run(sync)
        assert [one.pbx_id for one in r.replay(pbxs=["acme-branch"]).pbxs] == ["acme-branch"]
        assert r.replay(accounts=["other"]).pbxs == []
        said = r.command("replay", "--pbx", "acme-main")
        assert said.stdout.endswith(", 1 calls with 1 legs: 0 changed, 0 added, 0 removed\n")
        assert r.command("replay", "--pbx", "acme").returncode == 2
        alone = Rebuild.take

        async def take(self: Rebuild, files: Sequence[LandedFile]) -> None:
            if "acme-main" in files[0].key:
                raise ZeroDivisionError
            await alone(self, files)

        monkeypatch.setattr(Rebuild, "take", take)
        outcome = r.replay()
        assert [one.pbx_id for one in outcome.pbxs] == ["acme-branch"]
        assert [(one.part, one.code) for one in outcome.failures] == [("account acme, PBX acme-main", "fault")]
        assert outcome.exit_status == 1
