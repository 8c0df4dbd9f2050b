"""What a simulated PBX remembers of the requests it got: the counters that tests assert on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One answered request. `status` is 0 when the connection was dropped."""

    at_seconds: float
    method: str
    path: str
    status: int


@dataclass
class RequestLog:
    """Requests in the order in which they were answered, and counters. `ranges`: the Range headers that came."""

    entries: list[Seen] = field(default_factory=list)
    most_at_once: int = 0
    tokens_minted: int = 0
    login_attempts: int = 0
    failed_logins: int = 0
    downloads: Counter[int] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self) -> None:
        """A request has arrived."""
        with self._lock:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)

    def end(self, method: str, path: str, status: int) -> None:
        """Its answer is out."""
        with self._lock:
            self._open -= 1
            self.entries.append(Seen(time.monotonic(), method, path, status))

    def count(self, part: str = "", status: int | None = None) -> int:
        """How many requests had `part` in their path (any case), and this status if one is given."""
        part = part.lower()
        return sum(part in one.path.lower() and status in (None, one.status) for one in list(self.entries))

    def clear(self) -> None:
        """Forgets everything but the requests that are still open."""
        with self._lock:
            self.entries.clear()
            self.downloads.clear()
            self.ranges.clear()
            self.most_at_once = self._open
            self.tokens_minted = self.login_attempts = self.failed_logins = 0
