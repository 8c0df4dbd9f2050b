"""What is remembered of a sign-in, on disk and shared by all processes: the live token, and credentials refused.

3CX keeps one live token per API client (v20 reference §2.2) and black-lists a caller after a few wrong passwords,
for every PBX of the world (v18 reference §8.1, v20 §8.22). So a token is minted under a lock and shared, refused
credentials are not tried again until they change, and those that were never accepted are tried one PBX at a time.

Two locks, taken in this order only: the PBX's own (`locked`), then the fleet's (`signing_in`). Who holds the fleet's
takes no other, so nobody waits in a circle.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from trunkline.adapters.pbx import fleet
from trunkline.adapters.pbx.private_file import replace_file
from trunkline.errors import BadCredentials

SIGN_IN_SECONDS = 600.0  # two requests, each with its retries: whether it is there, and the sign-in
LOST_SIGN_INS = 2  # so many lost answers are followed by another try: three wrong ones do not black-list yet


class Memory(msgspec.Struct, omit_defaults=True):
    """The file's content. `login` is the token's; `refused` and `accepted` are salted hashes of the credentials that
    were refused or accepted last, never the credentials."""

    token: str = ""
    login: str = ""
    expires_at: float = 0.0
    salt: str = ""
    refused: str = ""
    refused_at: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class Credentials:
    """One sign-in and the file that remembers it."""

    path: Path
    login: str
    secret: str
    where: str
    fleet_lock_seconds: float = 600.0  # enough for hundreds of new PBXs, or a few that answer slowly

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[Memory]:
        """The memory, for one holder at a time over all processes.

        Raises:
            BadCredentials: These very credentials were refused before.
            SignInsPaused: Another holder does not end.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with fleet.alone(Path(f"{self.path}.lock"), self.where, self.fleet_lock_seconds + SIGN_IN_SECONDS):
            memory = self.load()
            if memory.refused and memory.refused == self._fingerprint(memory.salt):
                raise self.refusal(memory.refused_at)
            yield memory

    @contextlib.asynccontextmanager
    async def signing_in(self, is_there: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Inside `locked`, around the request that carries the credentials *and* `save` or `remember_refusal`.

        Credentials that this PBX accepted last pass at once; all others one at a time over the whole fleet, each
        seeing what became of those before. `is_there` is awaited first, and raises if nobody answers: a dead PBX
        would hold up the fleet. Changed credentials of a PBX that refused are not held back: they are what mends.

        Raises:
            SignInsPaused: Too many PBXs refused of late (`fleet.pause`), or another sign-in does not end.
        """
        memory = self.load()
        if memory.accepted and memory.accepted == self._fingerprint(memory.salt):
            yield
            return
        folder, is_what_mends = self.path.parent, bool(memory.refused)  # others were: for these `locked` raises
        fleet.stop_if_paused(folder, self.where, exempt=is_what_mends)
        await is_there()
        async with fleet.alone(folder / fleet.LOCK, self.where, self.fleet_lock_seconds):
            fleet.stop_if_paused(folder, self.where, exempt=is_what_mends)
            yield

    def load(self) -> Memory:
        """What is remembered; nothing if the file is absent or damaged, or if its token is of another login."""
        try:
            memory = msgspec.json.decode(self.path.read_bytes(), type=Memory)
        except (FileNotFoundError, ValueError):
            return Memory()
        return Memory() if memory.token and memory.login != self.login else memory

    def remember_accepted(self, memory: Memory) -> None:
        """Keeps what a successful sign-in gave, notes that these credentials were accepted, and forgets a refusal."""
        before = self.load()
        is_known = bool(before.accepted) and before.accepted == self._fingerprint(before.salt)
        salt = before.salt if is_known else os.urandom(16).hex()
        known = {"salt": salt, "accepted": self._fingerprint(salt), "refused": "", "refused_at": ""}
        replace_file(self.path, msgspec.json.encode(msgspec.structs.replace(memory, **known)))

    save = remember_accepted  # only what a successful sign-in gave is ever saved

    def remember_refusal(self) -> BadCredentials:
        """Notes that these credentials were refused; returns the error to raise."""
        salt, now = os.urandom(16).hex(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        refused = Memory(salt=salt, refused=self._fingerprint(salt), refused_at=now)
        replace_file(self.path, msgspec.json.encode(refused))
        return self.refusal(now)

    def refusal(self, refused_at: str) -> BadCredentials:
        """The error, in words that say what to do."""
        return BadCredentials(
            f"the credentials of {self.login!r} were refused at {refused_at}",
            where=self.where,
            mend="correct them in the config; they are not tried again before (3CX blocks callers that do)",
        )

    def _fingerprint(self, salt: str) -> str:
        return _fingerprint(json.dumps([self.login, self.secret]), salt)


@functools.lru_cache(maxsize=512)
def _fingerprint(text: str, salt: str) -> str:
    """Slow on purpose (10 ms), so that a stolen file tells no password; so asked for once per run."""
    return hashlib.scrypt(text.encode(), salt=salt.encode(), n=1 << 12, r=8, p=1).hex()


def is_fresh(memory: Memory, margin_seconds: float = 30.0) -> bool:
    """Whether there is a remembered token that does not expire at once."""
    return bool(memory.token) and memory.expires_at > time.time() + margin_seconds
