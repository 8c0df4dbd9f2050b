"""The breaker over all PBXs: after a few refusals anywhere, credentials that no PBX has accepted yet are held back.

A caller that fails too often at one 3CX is reported to all others (v18 reference §8.1), so that failures of many PBXs,
one each, add up. What was refused where is read from the files that remember the sign-ins (`credentials`), which all
processes share; the breaker has no state of its own, and closes as refusals grow old or are mended.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import AsyncFileLock, Timeout

from trunkline.errors import SignInsPaused

REFUSALS_THAT_STOP = 3  # with one more 3CX black-lists a caller (v18 reference §8.1)
COOL_DOWN = dt.timedelta(hours=1)  # twice the default time on a black list (v18 reference §8.1)
LOCK = ".new-credentials.lock"  # no PBX's: an id does not begin with a dot


@dataclass(frozen=True)
class Refusal:
    """A PBX that refused its credentials, which have not been accepted since."""

    pbx_id: str
    at: dt.datetime


@dataclass(frozen=True)
class Pause:
    """The breaker is open: `pbx_ids` refused within the last hour, the newest first. It closes by itself at `until`."""

    pbx_ids: tuple[str, ...]
    until: dt.datetime

    @property
    def count(self) -> int:
        """How many PBXs refused."""
        return len(self.pbx_ids)

    @property
    def message(self) -> str:
        """What happened, in words."""
        return (
            f"{self.count} PBXs refused their credentials within the last hour, so something is wrong with all of them "
            "(a file of secrets, or 3CX has black-listed this address): no other new credentials are tried"
        )

    @property
    def mend(self) -> str:
        """What to do, in words."""
        minute = (self.until + dt.timedelta(minutes=1, microseconds=-1)).astimezone(dt.UTC)  # rounded up
        return (
            f"correct the credentials of {', '.join(self.pbx_ids)}, or wait until {minute:%H:%M} UTC; "
            "credentials that were accepted before go on working"
        )


class _Remembered(msgspec.Struct):
    """What is read here of a `credentials.Memory`."""

    refused: str = ""
    refused_at: Annotated[dt.datetime, msgspec.Meta(tz=True)] | None = None


def refusals(folder: Path) -> list[Refusal]:
    """The refusals that the files in `folder` remember, of any age, newest first; a damaged file tells of none."""
    found = []
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError, ValueError):
            memory = msgspec.json.decode(path.read_bytes(), type=_Remembered)
            if memory.refused and memory.refused_at:
                found.append(Refusal(path.stem, memory.refused_at.astimezone(dt.UTC)))
    return sorted(found, key=lambda one: (one.at, one.pbx_id), reverse=True)


def pause(folder: Path, now: dt.datetime) -> Pause | None:
    """Whether credentials that were never accepted are held back, and until when.

    It ends when fewer than `REFUSALS_THAT_STOP` PBXs have refused within `COOL_DOWN`.
    """
    recent = [one for one in refusals(folder) if abs(now - one.at) < COOL_DOWN]  # abs: a clock that was put back
    if len(recent) < REFUSALS_THAT_STOP:
        return None
    return Pause(tuple(one.pbx_id for one in recent), recent[REFUSALS_THAT_STOP - 1].at + COOL_DOWN)


def stop_if_paused(folder: Path, where: str, *, exempt: bool = False) -> None:
    """Raises SignInsPaused while the breaker is open."""
    if not exempt and (found := pause(folder, dt.datetime.now(dt.UTC))):
        raise SignInsPaused(found.message, where=where, mend=found.mend)


@contextlib.asynccontextmanager
async def alone(lock: Path, where: str, seconds: float) -> AsyncIterator[None]:
    """One holder at a time over all processes; a SignInsPaused if the one before does not end in time."""
    held = AsyncFileLock(lock, timeout=seconds, mode=0o600)
    try:
        await held.acquire()
    except Timeout:
        raise SignInsPaused(
            f"another sign-in has not ended for {seconds:.0f} s (it holds {lock.name})",
            where=where,
            mend="run it again; if that does not help, look for a trunkline process that hangs",
        ) from None
    try:
        yield
    finally:
        await held.release()
