"""Five days of one PBX, read once before anybody thought of retention; every test gets a copy of its own."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import zstandard

from trunkline import configfile, periods
from trunkline.cli.context import Options
from trunkline.flows.backfill import backfill
from trunkline.flows.engine import run_here
from trunkline.flows.purge import purge
from trunkline.reports import read
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.store.lake import Lake

DAY = dt.timedelta(days=1)
RETENTION = {"recordings_days": 1, "transcripts_days": 2, "calls_days": 3}
OLD, ON_BOTH_SIDES, NEW = "+61491570156", "+61491570157", "+61491570158"
HAPPENED = (
    # days ago, scenario, caller, name
    (4.4, "recording_with_transcript", OLD, "Olive Older"),
    (4.2, "rang_out", OLD, "Olive Older"),
    (4.1, "outbound_connected", OLD, "Olive Older"),
    (4.05, "forwarded_to_mobile_answered", OLD, "Olive Older"),
    (3.5, "voicemail", ON_BOTH_SIDES, None),
    (3.1, "rang_out", ON_BOTH_SIDES, None),
    (2.9, "rang_out", ON_BOTH_SIDES, None),
    (2.8, "recording_with_transcript", NEW, "Nora Newer"),
    (1.5, "recording_with_transcript", NEW, "Nora Newer"),
    (0.7, "recording_with_transcript", NEW, "Nora Newer"),
    (0.6, "rang_out", NEW, "Nora Newer"),
)


class Aged:
    """The lake and the files of those days, with the PBX and the CRM still there."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.data = world, folder, folder / "data"
        self.pbx, self.crm = world.pbxs[0], world.crms[0].site
        self.config = folder / "trunkline.toml"

    def keep(self, **retention: int) -> None:
        """Sets the account's retention."""
        account = dataclasses.replace(self.world.accounts[0], retention=retention)
        self.config = dataclasses.replace(self.world, accounts=[account]).write_config(self.folder)

    def run(self, job: Callable[..., Any], **parameters: Any) -> Any:
        return asyncio.run(run_here(job, config=str(self.config), **parameters))

    def say(self, command: Callable[..., None], *arguments: Any, **named: Any) -> int:
        """A command of the command line, in this process; returns its exit status."""
        context = typer.Context(click.Command("trunkline"), obj=Options(config=self.config))
        with pytest.raises(typer.Exit) as end:
            command(context, *arguments, **named)
        return int(end.value.exit_code)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with Lake(self.data / "lake.duckdb").read() as connection:
            return connection.execute(sql, list(values)).fetchall()

    def change(self, sql: str) -> None:
        with Lake(self.data / "lake.duckdb").write() as connection:
            connection.execute(sql)

    def figures(self) -> Any:
        """The report's figures of all days, but those that say what retention took and whom it leaves to be called."""
        config = configfile.load(self.config)
        now = dt.datetime.now(dt.UTC)
        period = periods.parse(f"{(now - 6 * DAY).date()}..{(now + DAY).date()}", "Australia/Adelaide", now)
        with Lake(self.data / "lake.duckdb").read() as connection:
            read.snapshot(connection, [period], config.account)
            found = read.account_figures(connection, config.account[0], period, now)
        volumes = dataclasses.replace(found.now.volumes, removed=0, recordings_removed=0)
        callbacks = dataclasses.replace(found.now.callbacks, to_call=0)
        lost = {kind: [(one.label, one.calls) for one in counts] for kind, counts in found.lost.items()}
        rest = [getattr(found, name) for name in ("heat", "trend", "waits", "reading", "as_of", "lake_since")]
        return volumes, callbacks, found.now.coverage, lost, rest

    @property
    def state(self) -> dict[str, Any]:
        """Every table and file, but pseudonyms, and when something was done."""
        clean = [
            ("calls", "* EXCLUDE (purged_at, loaded_at) REPLACE (left(external_number, 8) AS external_number)"),
            ("legs", "*"),
            ("recordings", "* EXCLUDE (first_seen_at, stored_at, purged_at, transcript_purged_at, tried_at)"),
            ("activities", "*"),
            ("windows", "pbx_id, since, until, state, legs"),
            ("quarantine", "*"),
            ("pbx_settings", "*"),
        ]
        with Lake(self.data / "lake.duckdb").read() as lake:
            rows: dict[str, Any] = {
                table: lake.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()  # noqa: S608
                for table, columns in clean
            }
        return rows | {"recordings kept": self.files("recordings"), "landed": self.files("landing")}

    def files(self, place: str) -> list[str]:
        folder = self.data / place
        return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())

    def said_anywhere(self, text: str) -> list[str]:
        """Which files of the store hold a text: bytes, or what they are packed from."""
        found = []
        for path in sorted(one for one in self.data.rglob("*") if one.is_file()):
            data = path.read_bytes()
            data = zstandard.decompress(data) if path.suffix == ".zst" else data
            if text.encode() in data:
                found.append(str(path.relative_to(self.data)))
        return found


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """The world, running, and the folder into which it was read."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    pbx = SimulatedPbx("acme-main", shape="xapi-u10", version="20.0.10.1621")
    for days, scenario, caller, name in HAPPENED:
        pbx.add(place(SCENARIOS[scenario], now - days * DAY, caller, caller_name=name))
    row = {"StartTime": (now - 4.3 * DAY).isoformat(), "SourceCallerId": OLD, "Status": "Answered"}
    pbx.book.add_row(now - 4.3 * DAY, row)
    crm = SimulatedCrm("acme-ghl", contacts={OLD: "Olive", NEW: "Nora"})
    world = World([Account("acme", "Acme Dental", pbxs=[pbx], crms=[crm])])
    folder = tmp_path_factory.mktemp("read-once")
    with world.running(folder):
        config = world.write_config(folder)
        os.environ.update(world.environment)
        span = {"since": (now - 4.5 * DAY).isoformat(), "until": (now - DAY / 24).isoformat()}
        outcome = asyncio.run(run_here(backfill, config=str(config), **span))
        assert outcome.failures == []
        yield world, folder


@pytest.fixture(scope="session")
def copied(read_once: tuple[World, Path]) -> Callable[..., Aged]:
    """Makes copies, each with its own config and lake."""

    def copied(folder: Path, **retention: int) -> Aged:
        world, original = read_once
        shutil.copytree(original, folder, dirs_exist_ok=True)
        aged = Aged(world, folder)
        if retention:
            aged.keep(**retention)
        return aged

    return copied


@pytest.fixture
def aged(copied: Callable[..., Aged], tmp_path: Path) -> Aged:
    """A copy of an account that keeps everything."""
    made = copied(tmp_path)
    made.pbx.log.clear()
    return made


@pytest.fixture
def kept(aged: Aged) -> Aged:
    """The same with a retention: recordings a day, transcripts two, calls three."""
    aged.keep(**RETENTION)
    return aged


@pytest.fixture(scope="session")
def alone(copied: Callable[..., Aged], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How it is after one purge that nobody disturbed."""
    made = copied(tmp_path_factory.mktemp("alone"), **RETENTION)
    assert made.run(purge).failures == []
    return made.state


@pytest.fixture(scope="session")
def callers() -> dict[str, str]:
    """Who called: before the line of calls, on both sides of it, after it; without what a spelling may put before."""
    return {"old": OLD[3:], "both": ON_BOTH_SIDES[3:], "new": NEW[3:]}
