"""What all tests share: a world of simulated systems with a config, and readable snapshots of a lake."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.simulator.pbx import documented
from trunkline.simulator.world import World

# When something was done, and how often it was tried, differs between two runs that end in the same state.
_COMPARED = {
    "calls": "* EXCLUDE (loaded_at)",
    "legs": "*",
    "recordings": """* EXCLUDE (first_seen_at, stored_at, tried_at, attempts)
        REPLACE (regexp_replace(evidence::VARCHAR, '"read_at":"[^"]*"', '') AS evidence)""",
    "activities": "* EXCLUDE (first_tried_at, delivered_at, attempts, remote_id)",
}


@pytest.fixture(autouse=True)
def _no_prefect_api(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reaches a Prefect server, or a profile, that happens to be configured."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_PROFILES_PATH", str(tmp_path_factory.getbasetemp() / "no-profiles.toml"))


@pytest.fixture(autouse=True)
def _only_documented_requests() -> Iterator[None]:
    """trunkline sends a PBX nothing but what is documented, and reads."""
    yield
    strays = list(documented.STRAYS)
    documented.STRAYS.clear()
    assert strays == []


@pytest.fixture
def stage(tmp_path: Path) -> Callable[[World], contextlib.AbstractContextManager[Stage]]:
    """Runs a world: `with stage(world) as s: s.run(sync)`."""

    @contextlib.contextmanager
    def run(world: World, folder: Path = tmp_path) -> Iterator[Stage]:
        with world.running(folder):
            yield Stage(world, folder)

    return run


class Stage:
    """A running world with its config, a lake, and both ways to run trunkline on it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.config = world.write_config(folder)
        os.environ.update(world.environment)

    @property
    def pbx(self) -> Any:
        """The only, or the first, PBX."""
        return self.world.pbxs[0]

    @property
    def crm(self) -> Any:
        """The only CRM's site."""
        return self.world.crms[0].site

    def run(self, job: Callable[..., Any], **parameters: Any) -> Any:
        """A job in this process."""
        from trunkline.flows.engine import run_here

        return asyncio.run(run_here(job, config=str(self.config), **parameters))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command line in a process of its own, not waited for."""
        command = [sys.executable, "-m", "trunkline.cli.main", "--config", str(self.config), *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}, cwd=self.folder
        )

    def command(self, *arguments: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """The command line, to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows from the lake."""
        return query(self.folder / "data" / "lake.duckdb", sql, *values)

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        """What must be equal after an undisturbed run and after one that was killed and run again."""
        return {table: self.query(f"SELECT {columns} FROM {table} ORDER BY 1") for table, columns in _COMPARED.items()}  # noqa: S608


def query(lake: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows from a lake, times in UTC."""
    with contextlib.closing(duckdb.connect(str(lake), read_only=True)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql, list(values)).fetchall()
