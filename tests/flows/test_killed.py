"""A killed process leaves a state from which the next run continues to the same result (contract §5.10)."""

from __future__ import annotations

import collections
import datetime as dt
import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from trunkline.simulator.world import World

GIVE_UP_SECONDS = 60

# Where it is killed: what the simulated systems must have seen by then.
POINTS: dict[str, Callable[[World], bool]] = {
    "while signing in": lambda world: world.pbxs[0].log.count("/connect/token") >= 1,
    "while probing": lambda world: world.pbxs[0].log.count("SystemStatus") >= 1,
    "while reading the first window": lambda world: world.pbxs[0].log.count("GetCallLogData") >= 2,
    "between two windows": lambda world: world.pbxs[0].log.count("GetInboundCalls") >= 7,
    "at the first recording": lambda world: sum(world.pbxs[0].log.downloads.values()) >= 2,
    "amid the recordings": lambda world: sum(world.pbxs[0].log.downloads.values()) >= 15,
    "before the first call is logged": lambda world: len(world.crms[0].site.requests) >= 3,
    "at the first call logged": lambda world: len(world.crms[0].site.messages) >= 1,
    "amid the calls logged": lambda world: len(world.crms[0].site.messages) >= 12,
    "amid the uploads": lambda world: len(world.crms[0].site.uploads) >= 3,
}
SHORT = (
    "while signing in",
    "between two windows",
    "amid the recordings",
    "at the first call logged",
    "amid the uploads",
)
TOLD = POINTS if "TRUNKLINE_KILLS" in os.environ else SHORT  # `make kills` is the long form


def kill_when(process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    """SIGKILL as soon as the point is reached; whether it was before the process had ended."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if reached():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.communicate(timeout=GIVE_UP_SECONDS)
    return process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, object]:
    """Filled by the first test: the state that every other run must end in."""
    return {}


@pytest.mark.slow
@pytest.mark.parametrize("point", [None, *TOLD])
def test_a_killed_sync_ends_in_the_same_state(point: str | None, stage, world_with_contacts, undisturbed) -> None:
    now = undisturbed.setdefault("now", dt.datetime.now(dt.UTC).replace(microsecond=0))
    world = world_with_contacts(now=now)
    with stage(world) as s:
        until = ("--until", (now - dt.timedelta(minutes=6)).isoformat())
        if point is not None:
            assert kill_when(s.start("sync", *until), lambda: POINTS[point](world)), "it was over before the point came"
        finished = s.command("sync", *until)
        assert finished.returncode == 0, finished.stderr
        found = {
            **s.snapshot(),
            "messages": collections.Counter(message["altId"] for message in s.crm.messages),
            "notes": collections.Counter(note["contactId"] for note in s.crm.notes),
        }
        assert set(found["messages"].values()) == {1}, "each call is logged once"
        stored = s.query("SELECT path, bytes FROM recordings WHERE state = 'stored'")
        assert {path: (s.folder / "data" / "recordings" / path).stat().st_size for path, _ in stored} == dict(stored)
        assert found == undisturbed.setdefault("found", found)
