"""A fetch that is killed again and again ends as an undisturbed one does: each recording whole, once, in its place.

`make kills` is the long form.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.flows.parts import fetch_recordings
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.audio import body_of
from trunkline.simulator.pbx.fault import Fault
from trunkline.simulator.pbx.model import Quirks, Rights, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.store.lake import Lake

KILLS = int(os.environ.get("TRUNKLINE_KILLS", "4"))
RECORDINGS = 120
NOTED_AT_ONCE = 30  # so that a kill finds some noted, and some only on the disk
DELAY_SECONDS = 0.02  # of each download, so that kills find some outstanding
RUNS_TO_THE_END = 4  # a recording that ended early twice in one run waits for the next
GIVE_UP_SECONDS = 10
# What takes a second and a half to import is imported once; a fork of it is as good a process to kill.
DRIVER = """
import asyncio, os, signal, sys
import duckdb, obstore
from trunkline.adapters.pbx import api_client, xapi20
from trunkline.flows.engine import run_here
from trunkline.flows.parts import fetch_recordings
from trunkline.tasks import fetch_many
fetch_many.NOTED_AT_ONCE = int(sys.argv[2])
for _start in sys.stdin:
    fetcher = os.fork()
    if not fetcher:
        asyncio.run(run_here(fetch_recordings, config=sys.argv[1]))
        os._exit(0)
    _kill = sys.stdin.readline()
    os.kill(fetcher, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(fetcher, 0)[1]), flush=True)
"""


class Driver:
    """Starts processes that fetch, and kills them, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> None:
        """Begins one."""
        print(file=self._process.stdin, flush=True)

    def kill(self) -> int:
        """Kills it; returns how it ended."""
        print(file=self._process.stdin, flush=True)
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextlib.contextmanager
def driver(config: Path) -> Iterator[Driver]:
    command = [sys.executable, "-c", DRIVER, str(config), str(NOTED_AT_ONCE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Driver(process)


@pytest.fixture(scope="module")
def world() -> World:
    pbx = SimulatedPbx("acme-main", quirks=Quirks(range_downloads=True))
    now = dt.datetime.now(dt.UTC)
    for number in range(RECORDINGS):
        pbx.add(place(SCENARIOS["answered_direct"], now - dt.timedelta(hours=30) + dt.timedelta(minutes=number)))
    return World([Account("acme", "Acme Dental", pbxs=[pbx])])


def trouble(pbx: SimulatedPbx) -> None:
    """Some bodies break off, some end early without a word; all take their time."""
    pbx.faults.clear()
    broken, silent = r"DownloadRecording\(recId=\d*[37]\)", re.compile(r"DownloadRecording\(recId=\d*5\)")
    pbx.faults.add(broken, drop=True, delay_seconds=DELAY_SECONDS, times=RECORDINGS // 10)
    pbx.faults.planned.append(Fault(silent, cut=True, times=RECORDINGS // 20))
    pbx.faults.add("DownloadRecording", delay_seconds=DELAY_SECONDS, times=None)


def kill_amid(driver: Driver, pbx: SimulatedPbx, waiting: int, chance: random.Random) -> int:
    """A new process, killed at a random moment between the first download and the last; how it ended."""
    before = sum(pbx.log.downloads.values())
    driver.start()
    point, deadline = chance.randint(1, 1 + waiting * 9 // 10), time.monotonic() + GIVE_UP_SECONDS
    while sum(pbx.log.downloads.values()) - before < point and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, DELAY_SECONDS))
    return driver.kill()


def begin_again(s: Any) -> None:
    """Nothing of what was fetched is there any more."""
    with Lake(s.folder / "data" / "lake.duckdb").write() as connection:
        connection.execute("UPDATE recordings SET state = 'pending', cause = NULL, evidence = NULL, attempts = 0")
    folder = s.folder / "data" / "recordings"
    for path in files_in(folder):
        (folder / path).unlink()


def files_in(folder: Path) -> set[str]:
    """All files below, but for what is still on its way."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if not path.startswith(".partial/")}


def sha256_of(pbx: SimulatedPbx, native_id: str) -> str:
    """Of the file as the PBX has it."""
    kept = pbx.book.recording(int(native_id))
    found = body_of(pbx, kept) if kept else None
    assert found is not None
    return hashlib.sha256(found.body).hexdigest()


@pytest.mark.timeout(3_600)
def test_a_fetch_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    stage: Any, world: World, tmp_path: Path
) -> None:
    chance = random.Random(20)  # noqa: S311 — a repeatable test
    pbx = world.pbxs[0]
    with stage(world) as s, driver(s.config) as processes:
        pbx.rights = Rights(download_recordings=False)  # so that a sync leaves all of them
        s.run(sync)
        pbx.rights = Rights()
        begin_again(s)
        shutil.copytree(s.folder / "data", tmp_path / "other" / "data")
        undisturbed = type(s)(world, tmp_path / "other")
        assert undisturbed.run(fetch_recordings).recordings_stored == RECORDINGS

        def waiting() -> int:
            (count,) = s.query("SELECT count(*) FROM recordings WHERE state <> 'stored'")[0]
            return int(count)

        amid = 0
        for _ in range(KILLS):
            if waiting() < RECORDINGS // 4:
                begin_again(s)
            trouble(pbx)
            ended = kill_amid(processes, pbx, waiting(), chance)
            amid += ended == -signal.SIGKILL and waiting() > 0
        assert amid >= KILLS / 2, "most kills must find some recordings outstanding"

        pbx.faults.clear()
        with Lake(s.folder / "data" / "lake.duckdb").write() as connection:  # a day later
            connection.execute("UPDATE recordings SET tried_at = tried_at - INTERVAL 1 DAY")
        for _ in range(RUNS_TO_THE_END):
            assert s.run(fetch_recordings).failures == []
            if not waiting():
                break
        assert s.snapshot() == undisturbed.snapshot()
        rows = s.query("SELECT native_id, state, path, sha256 FROM recordings")
        assert {int(row[0]) for row in rows} == {one.recording.recording_id for one in pbx.book.recordings()}
        assert len(rows) == RECORDINGS
        folder = s.folder / "data" / "recordings"
        for native_id, state, path, sha256 in rows:
            whole, kept = sha256_of(pbx, native_id), hashlib.sha256((folder / path).read_bytes()).hexdigest()
            assert (state, sha256, kept) == ("stored", whole, whole)
        assert files_in(folder) == {path for _, _, path, _ in rows}
