"""Things that go wrong at a PBX, each for a given path and a given number of times."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["answer", "ignore_period", "suspect_empty", "extra_rows"]

BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass
class Fault:
    """One planned fault; `times` counts down, None is for ever."""

    match: re.Pattern[str]
    kind: Kind = "answer"
    status: int | None = None
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drop: bool = False
    rows: tuple[object, ...] = ()
    times: int | None = 1

    @property
    def replaces_answer(self) -> bool:
        """Whether the PBX's own answer is not given."""
        return self.status is not None or self.body is not None


@dataclass
class Faults:
    """The faults planned for one PBX, taken in the order in which they were added."""

    planned: list[Fault] = field(default_factory=list)
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

    def take(self, path: str, kind: Kind = "answer") -> Fault | None:
        """The next fault of this kind for a path, used up by one."""
        with self._lock:
            for fault in self.planned:
                if fault.kind == kind and fault.times != 0 and fault.match.search(path):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        """Takes all planned faults back."""
        with self._lock:
            self.planned.clear()
