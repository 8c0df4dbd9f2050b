"""A storm: faults on a share of all requests, the same ones for the same seed in whatever order requests come."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from trunkline.simulator.pbx.fault import BAD_GATEWAY, Fault
from trunkline.simulator.pbx.wire import SINGLE_PAGE_APP

LONGEST_DELAY_SECONDS = 0.05
ELSEWHERE = "http://127.0.0.1:9/"
"""Where nobody listens."""

PASSING: dict[str, Callable[[float], Fault]] = {
    "429": lambda _: Fault(status=429),
    "429_after_0": lambda _: Fault(status=429, headers={"Retry-After": "0"}),
    "429_after_1": lambda _: Fault(status=429, headers={"Retry-After": "1"}),
    "502": lambda _: Fault(status=502, body=BAD_GATEWAY),
    "503": lambda _: Fault(status=503),
    "504": lambda _: Fault(status=504),
    "drop": lambda _: Fault(drop=True),
    "delay": lambda chance: Fault(delay_seconds=chance * LONGEST_DELAY_SECONDS),
}
"""What passes and says nothing of who asks: all that a sign-in meets, lest it count as a refused one."""
LASTING: dict[str, Callable[[float], Fault]] = {
    "500": lambda _: Fault(status=500),
    "cut": lambda _: Fault(cut=True),
    "page": lambda _: Fault(body=SINGLE_PAGE_APP),
    "to_login": lambda _: Fault(status=302, headers={"Location": "/#/login"}),
    "to_elsewhere": lambda _: Fault(status=302, headers={"Location": ELSEWHERE}),
    "signed_out": lambda _: Fault(signs_out=True),
}
IN_DATA: dict[str, Callable[[float], Fault]] = {
    "empty": lambda _: Fault(kind="suspect_empty"),
    "other_period": lambda _: Fault(kind="ignore_period"),
}
"""Lies of the call log (v20 reference §3.2, §3.9). The v18 console's has no period of its own to ignore."""
ALL = (*PASSING, *LASTING, *IN_DATA)

SIGN_IN = re.compile(r"/(connect/token|api/login|api/token)/?(\?|$)", re.IGNORECASE)
REPORT = re.compile(r"/Pbx\.GetCallLogData\(", re.IGNORECASE)
CONSOLE_LOG = re.compile(r"/api/CallLog/?(\?|$)", re.IGNORECASE)


@dataclass
class Storm:
    """The faults of one PBX. A fault depends on the seed, the salt, the path, and how often that path was asked."""

    seed: int
    share: float = 1 / 3
    kinds: tuple[str, ...] = ALL
    salt: str | None = None
    _asked: Counter[str] = field(default_factory=Counter, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.kinds) - set(ALL)
        if unknown:
            raise ValueError(f"no such kind of fault: {', '.join(sorted(unknown))}")

    def fault(self, path: str, pbx_id: str = "") -> Fault | None:
        """What befalls this request; `path` with its query."""
        with self._lock:
            before = self._asked[path]
            self._asked[path] += 1
        salt = pbx_id if self.salt is None else self.salt
        befalls, which, chance = _chances(f"{self.seed}|{salt}|{path}|{before}")
        kinds = [kind for kind in self.kinds if _may_befall(kind, path)]
        if befalls >= self.share or not kinds:
            return None
        kind = kinds[int(which * len(kinds))]
        fault = (PASSING | LASTING | IN_DATA)[kind](chance)
        if fault.drop and SIGN_IN.search(path):  # lost before it was read: no session was made that nobody knows of
            return Fault(status=200, body="{}", drop=True)
        return fault


def _may_befall(kind: str, path: str) -> bool:
    if SIGN_IN.search(path):
        return kind in PASSING
    if kind in IN_DATA:
        return bool(REPORT.search(path)) or (kind == "empty" and bool(CONSOLE_LOG.search(path)))
    return True


def _chances(text: str) -> tuple[float, float, float]:
    """Three numbers from 0 up to 1, not including it."""
    digest = hashlib.sha256(text.encode()).digest()
    first, second, third = (int.from_bytes(digest[at : at + 6], "big") / 2**48 for at in (0, 6, 12))
    return first, second, third
