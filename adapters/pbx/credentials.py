"""What is remembered of a sign-in, on disk and shared by all processes: the live token, and credentials refused.

3CX keeps one live token per API client (v20 reference §2.2) and black-lists a caller after a few wrong passwords,
for every PBX of the world (v18 reference §8.1). So a token is minted under a lock and shared, and refused
credentials are not tried again until they change.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import AsyncFileLock

from trunkline.errors import BadCredentials

LOCK_SECONDS = 120.0


class Memory(msgspec.Struct, omit_defaults=True):
    """The file's content. `login` is the token's; `refused` is a salted hash of credentials, never the credentials."""

    token: str = ""
    login: str = ""
    expires_at: float = 0.0
    salt: str = ""
    refused: str = ""
    refused_at: str = ""


@dataclass(frozen=True)
class Credentials:
    """One sign-in and the file that remembers it."""

    path: Path
    login: str
    secret: str
    where: str

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[Memory]:
        """The memory, for one holder at a time over all processes.

        Raises:
            BadCredentials: These very credentials were refused before.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with AsyncFileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600):
            memory = self.load()
            if memory.refused and memory.refused == self._fingerprint(memory.salt):
                raise self.refusal(memory.refused_at)
            yield memory

    def load(self) -> Memory:
        """What is remembered; nothing if the file is absent or damaged, or if its token is of another login."""
        try:
            memory = msgspec.json.decode(self.path.read_bytes(), type=Memory)
        except (FileNotFoundError, msgspec.DecodeError):
            return Memory()
        return Memory() if memory.token and memory.login != self.login else memory

    def save(self, memory: Memory) -> None:
        """Replaces the file in one step, readable by this user alone."""
        handle, name = tempfile.mkstemp(dir=self.path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(memory))
        Path(name).replace(self.path)

    def remember_refusal(self) -> BadCredentials:
        """Notes that these credentials were refused; returns the error to raise."""
        salt, now = os.urandom(16).hex(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self.save(Memory(salt=salt, refused=self._fingerprint(salt), refused_at=now))
        return self.refusal(now)

    def refusal(self, refused_at: str) -> BadCredentials:
        """The error, in words that say what to do."""
        return BadCredentials(
            f"the credentials of {self.login!r} were refused at {refused_at}",
            where=self.where,
            mend="correct them in the config; they are not tried again before (3CX blocks callers that do)",
        )

    def _fingerprint(self, salt: str) -> str:
        text = json.dumps([self.login, self.secret])
        return hashlib.scrypt(text.encode(), salt=salt.encode(), n=1 << 12, r=8, p=1).hex()


def is_fresh(memory: Memory, margin_seconds: float = 30.0) -> bool:
    """Whether there is a remembered token that does not expire at once."""
    return bool(memory.token) and memory.expires_at > time.time() + margin_seconds
