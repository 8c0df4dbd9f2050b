"""The HTTP front that every simulated CRM shares: a request log, a rate limit, and faults on demand."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Seen:
    """One request as it arrived and how it was answered; `status` is 0 where the connection was dropped."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def json(self) -> Any:
        """The body as JSON; null where there was none."""
        return json.loads(self.body) if self.body else None


@dataclass
class Fault:
    """One planned fault; `times` counts down."""

    match: re.Pattern[str]
    status: int | None = None
    body: Any = None
    delay_seconds: float = 0.0
    drop_after_commit: bool = False
    drop_before_commit: bool = False
    is_too_many: bool = False
    times: int = 1


@dataclass
class Faults:
    """What is to go wrong, taken in the order in which it was added."""

    planned: list[Fault] = field(default_factory=list)
    befallen: int = 0
    _storm: tuple[int, float] | None = None
    _asked: Counter[str] = field(default_factory=Counter, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(
        self,
        match: str = "",
        *,
        status: int | None = None,
        body: Any = None,
        delay_seconds: float = 0.0,
        drop_after_commit: bool = False,
        drop_before_commit: bool = False,
        times: int = 1,
    ) -> Fault:
        """Plans a fault for requests in whose `METHOD /path` the regular expression `match` is found.

        `status` (with `body`: text, or JSON) answers without doing anything. `drop_after_commit` does what was asked
        and then cuts the connection: a lost answer. `drop_before_commit` cuts it before anything is done.
        """
        fault = Fault(
            re.compile(match), status, body, delay_seconds, drop_after_commit, drop_before_commit, times=times
        )
        with self._lock:
            self.planned.append(fault)
        return fault

    def take(self, method_and_path: str) -> Fault | None:
        """The next fault for this request, used up by one."""
        with self._lock:
            for fault in self.planned:
                if fault.times > 0 and fault.match.search(method_and_path):
                    fault.times -= 1
                    return fault
            return self._of_the_storm(method_and_path)

    def storm(self, seed: int, share: float = 0.3) -> None:
        """Lets faults befall a share of all requests: answers lost before and after it was done, 429, 500 and 503.

        Which ones depends on the seed, the request, and how often it was made.
        """
        self._storm = seed, share

    def _of_the_storm(self, method_and_path: str) -> Fault | None:
        if self._storm is None:
            return None
        seed, share = self._storm
        self._asked[method_and_path] += 1
        digest = hashlib.sha256(f"{seed}|{method_and_path}|{self._asked[method_and_path]}".encode()).digest()
        if int.from_bytes(digest[:6], "big") / 2**48 >= share:
            return None
        self.befallen += 1
        anything = re.compile("")
        return (
            Fault(anything, drop_before_commit=True),
            Fault(anything, drop_after_commit=True),
            Fault(anything, drop_after_commit=True),
            Fault(anything, is_too_many=True),
            Fault(anything, status=500),
            Fault(anything, status=503),
        )[digest[6] % 6]

    def clear(self) -> None:
        """Takes all planned faults back."""
        with self._lock:
            self.planned.clear()
            self._storm = None


WATCHERS: list[Callable[[str, Seen], None]] = []
"""Told of every request with the kind of CRM: a test suite holds them against official documents."""


class RateLimit:
    """At most `most` requests in each interval; an interval begins with the first request after the last one."""

    def __init__(self, most: int, interval_seconds: float) -> None:
        self.most = most
        self.interval_seconds = interval_seconds
        self.refused = 0
        self.total = 0
        self._began_at = -interval_seconds
        self._used = 0

    @property
    def remaining(self) -> int:
        """Requests left in this interval."""
        return max(self.most - self._used, 0)

    @property
    def resets_in_seconds(self) -> float:
        """How long until this interval is over."""
        return max(self._began_at + self.interval_seconds - time.monotonic(), 0.0)

    def allows(self) -> bool:
        """Whether one more request is taken; counts it if so."""
        now = time.monotonic()
        if now - self._began_at >= self.interval_seconds:
            self._began_at, self._used = now, 0
        if self._used >= self.most:
            self.refused += 1
            return False
        self._used += 1
        self.total += 1
        return True


@dataclass
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Front:
    """An ASGI app around a CRM's own: reads the request whole, asks the faults and the limit, logs the answer."""

    def __init__(self, app: ASGIApp, faults: Faults, limit: RateLimit, requests: list[Seen]) -> None:
        self.app, self.faults, self.limit, self.requests = app, faults, limit, requests

    def limit_headers(self) -> dict[str, str]:
        """The headers in which this CRM tells its limits."""
        return {}

    def too_many(self) -> tuple[int, Any]:
        """Status and body by which this CRM says that its limit is used up."""
        return 429, {"statusCode": 429, "message": "Too Many Requests"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:  # who asked is gone before all of the request came: no CRM acts on half of one
            return
        fault = self.faults.take(f"{scope['method']} {scope['path']}")
        if fault and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        answer = None if fault and fault.drop_before_commit else await self._answer(scope, body, fault)
        dropped = answer is None or (fault is not None and fault.drop_after_commit)
        self._log(scope, body, 0 if dropped or answer is None else answer.status)
        if dropped or answer is None:
            # A promised body that never comes: the server closes the connection and the client's answer is lost.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            return
        length = [(b"content-length", str(len(answer.body)).encode())]
        extra = [(key.lower().encode(), value.encode()) for key, value in self.limit_headers().items()]
        headers = [pair for pair in answer.headers if pair[0].lower() != b"content-length"] + length + extra
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, body: bytes, fault: Fault | None) -> _Answer:
        if fault and fault.status is not None:
            return _said(fault.status, fault.body)
        if (fault and fault.is_too_many) or not self.limit.allows():
            return _said(*self.too_many())
        return await _inside(self.app, scope, body)

    def _log(self, scope: Scope, body: bytes, status: int) -> None:
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        query = scope["query_string"].decode()
        seen = Seen(scope["method"], scope["path"], query, headers, body, status)
        self.requests.append(seen)
        for watch in WATCHERS:
            watch(type(self).__module__.rpartition(".")[2], seen)


def _said(status: int, body: Any) -> _Answer:
    if isinstance(body, str):
        return _Answer(status, [(b"content-type", b"text/html")], body.encode())
    raw = b"" if body is None else json.dumps(body).encode()
    return _Answer(status, [(b"content-type", b"application/json")] if raw else [], raw)


async def _read(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def _inside(app: ASGIApp, scope: Scope, body: bytes) -> _Answer:
    answer = _Answer(500, [], b"")

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
