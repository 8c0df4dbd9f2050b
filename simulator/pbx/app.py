"""The HTTP front of a simulated PBX: remembers each request, lets faults happen, asks the surface for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from trunkline.simulator.pbx import console18, xapi20
from trunkline.simulator.pbx.faults import Fault
from trunkline.simulator.pbx.wire import Answer, Ask

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

Send = Callable[[dict[str, Any]], Awaitable[None]]

BLACK_LISTED = Answer(403)


class PbxApp:
    """The ASGI app of one PBX."""

    def __init__(self, pbx: SimulatedPbx) -> None:
        self.pbx = pbx
        self.surface = console18.answer if pbx.surface == "console18" else xapi20.answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request: counted, then harmed if a fault is planned, then answered."""
        if scope["type"] != "http":
            return
        log = self.pbx.log
        log.begin()
        status = 0
        try:
            ask = await _read(scope, receive)
            fault = self.pbx.faults.take(_where(ask))
            if fault and fault.delay_seconds:
                await asyncio.sleep(fault.delay_seconds)
            answer = self._answer(ask, fault)
            dropped = fault is not None and fault.drop
            status = 0 if dropped else answer.status
            await _write(answer, send, dropped=dropped, head=ask.method == "HEAD")
        finally:
            log.end(scope["method"], scope["path"], status)

    def _answer(self, ask: Ask, fault: Fault | None) -> Answer:
        if fault and fault.replaces_answer:
            body = fault.body or b""
            kind = "text/html" if isinstance(body, str) and body.lstrip().startswith("<") else "application/json"
            raw = body.encode() if isinstance(body, str) else body
            return Answer(fault.status or 200, raw, {"Content-Type": kind, **fault.headers})
        if self.pbx.sessions.is_black_listed:
            return BLACK_LISTED
        return self.surface(self.pbx, ask)


def _where(ask: Ask) -> str:
    query = "&".join(f"{key}={value}" for key, value in ask.query.items())
    return f"{ask.path}?{query}" if query else ask.path


async def _read(scope: Any, receive: Any) -> Ask:
    request = Request(scope, receive)
    body = await request.body()
    return Ask(
        method=request.method,
        path=scope["path"],
        raw_path=scope.get("raw_path", b"").decode("latin-1"),
        query=dict(request.query_params),
        headers={key.lower(): value for key, value in request.headers.items()},
        body=body,
        cookies=request.cookies,
    )


async def _write(answer: Answer, send: Send, *, dropped: bool, head: bool) -> None:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    raw = [(key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    body = b"" if head else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if dropped:  # half of the body and then nothing: the server closes a connection whose answer is incomplete
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": body})
