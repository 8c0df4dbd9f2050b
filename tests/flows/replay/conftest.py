"""A PBX's days as they were landed, and what the lake makes of them, as bytes."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.flows.replay import ReplayOutcome, replay
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.world import World


class Replaying:
    """A stage (see `tests/conftest.py`) with its lake and its landing area."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        self.pbx = stage.pbx
        self.run, self.query, self.command = stage.run, stage.query, stage.command
        self.data: Path = stage.folder / "data"

    @contextlib.contextmanager
    def lake(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake, times in UTC."""
        with contextlib.closing(duckdb.connect(str(self.data / "lake.duckdb"), read_only=read_only)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection

    def exported(self) -> bytes:
        """Every column of every call and leg."""
        found = b""
        with self.lake(read_only=True) as connection:
            for table, key in (("calls", "call_id"), ("legs", "leg_id")):
                path = self.data / f"{table}.csv"
                connection.execute(f"COPY (FROM {table} ORDER BY {key}) TO '{path}'")
                found += path.read_bytes()
        return found

    def damage(self, *statements: str) -> None:
        """Changes the lake behind trunkline's back."""
        with self.lake(read_only=False) as connection:
            for statement in statements:
                connection.execute(statement)

    def lose_lake(self) -> None:
        """The lake's file is gone."""
        for path in self.data.glob("lake.duckdb*"):
            path.unlink()

    @property
    def landed(self) -> list[Path]:
        """The landing files."""
        return sorted((self.data / "landing").rglob("*.zst"))

    def replay(self, **scope: Any) -> ReplayOutcome:
        """Replays, which must leave every PBX unasked and no file behind."""
        requests, files = len(self.pbx.log.entries), self.landed
        outcome: ReplayOutcome = self.run(replay, **scope)
        assert len(self.pbx.log.entries) == requests, "no PBX is asked"
        assert self.landed == files
        assert list((self.data / "state" / "staged").iterdir()) == []
        return outcome


@pytest.fixture
def replaying(stage: Any) -> Callable[[World], contextlib.AbstractContextManager[Replaying]]:
    """Runs a world: `with replaying(world) as r: r.replay()`."""

    @contextlib.contextmanager
    def run(world: World) -> Iterator[Replaying]:
        with stage(world) as s:
            yield Replaying(s)

    return run


@pytest.fixture
def ago() -> Callable[..., dt.datetime]:
    """A whole second of the past: `ago(hours=8)`."""
    return lambda **past: dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(**past)


@pytest.fixture(scope="session")
def without_audio() -> Callable[..., World]:
    """Makes a world in which every scenario happened, and no recording is fetched."""

    def make(surface: str = "xapi20", shape: str = "xapi-u6") -> World:
        world, _cases = scenario_world(surface, shape)  # type: ignore[arg-type]
        world.accounts[0].recording_policy = "none"
        return world

    return make
