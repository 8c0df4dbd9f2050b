"""Things that go wrong at a PBX: each planned for a path and a number of times, or a storm of them."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from trunkline.simulator.pbx.fault import BAD_GATEWAY, Fault, Kind
from trunkline.simulator.pbx.storm import ALL, Storm

__all__ = ["ALL", "Fault", "Faults", "Kind"]


@dataclass
class Faults:
    """The faults planned for one PBX, taken in the order in which they were added."""

    planned: list[Fault] = field(default_factory=list)
    _storm: Storm | None = field(default=None, repr=False)
    _armed: Fault | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(
        self,
        match: str = "",
        *,
        kind: Kind = "answer",
        status: int | None = None,
        body: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        delay_seconds: float = 0.0,
        drop: bool = False,
        retry_after: int | str | None = None,
        redirect_to: str | None = None,
        rows: tuple[object, ...] = (),
        times: int | None = 1,
    ) -> Fault:
        """Plans a fault for paths in which the regular expression `match` is found (any case).

        `drop` cuts the connection in the middle of the body. `kind` asks for a fault in the data: `ignore_period`
        answers with today's log (v20 reference §3.2), `suspect_empty` with no rows (§3.9), `extra_rows` puts `rows`
        behind the page.
        """
        all_headers = dict(headers or {})
        if retry_after is not None:
            status, all_headers["Retry-After"] = status or 429, str(retry_after)
        if redirect_to is not None:
            status, all_headers["Location"] = status or 302, redirect_to
        if status == 502 and body is None:
            body, all_headers["Content-Type"] = BAD_GATEWAY, "text/html"
        fault = Fault(
            re.compile(match, re.IGNORECASE), kind, status, body, all_headers, delay_seconds, drop, rows, times
        )
        with self._lock:
            self.planned.append(fault)
        return fault

    def storm(self, seed: int, share: float = 1 / 3, kinds: tuple[str, ...] = ALL, *, salt: str | None = None) -> None:
        """Lets faults of these kinds befall a share of all requests from now on, until `clear`.

        Which ones is settled by the seed, the salt (by default the PBX's id), the request's path with its query, and
        how often that path was asked before: not by the order of requests.
        """
        with self._lock:
            self._storm = Storm(seed, share, kinds, salt)

    def befalling(self, path: str, pbx_id: str) -> Fault | None:
        """The next fault for a request to a PBX: one that was planned, else one of the storm."""
        storm = self._storm
        of_storm = storm.fault(path, pbx_id) if storm else None
        return self.take(path) or of_storm

    @contextlib.contextmanager
    def armed(self, fault: Fault | None) -> Iterator[None]:
        """While a request is answered: the fault in its data, if it is of that kind, is the next to be taken."""
        self._armed = fault
        try:
            yield
        finally:
            self._armed = None

    def take(self, path: str, kind: Kind = "answer") -> Fault | None:
        """The next fault of this kind for a path, used up by one."""
        with self._lock:
            armed = self._armed
            if armed is not None and armed.kind == kind != "answer":
                self._armed = None
                return armed
            for fault in self.planned:
                if fault.kind == kind and fault.times != 0 and fault.match.search(path):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        """Takes all planned faults back and ends the storm."""
        with self._lock:
            self.planned.clear()
            self._storm = None
