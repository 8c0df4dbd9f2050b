"""The HTTP front of a simulated PBX: remembers each request, lets faults happen, asks the surface for an answer."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from trunkline.simulator.pbx import console18, documented, moods, xapi18, xapi20
from trunkline.simulator.pbx.fault import Fault
from trunkline.simulator.pbx.wire import Answer, Ask, Handler

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx, Surface

Send = Callable[[dict[str, Any]], Awaitable[None]]

SURFACES: dict[Surface, Handler] = {
    "xapi20": xapi20.answer,
    "xapi18": xapi18.answer,
    "console18": console18.answer,
}


class PbxApp:
    """The ASGI app of one PBX. `own_date`: the server need not write the Date header, the PBX's clock may be off."""

    own_date = True

    def __init__(self, pbx: SimulatedPbx) -> None:
        self.pbx = pbx

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request: counted, then harmed if a fault is planned, then answered."""
        if scope["type"] != "http":
            return
        log = self.pbx.log
        log.begin()
        status = 0
        try:
            ask = await _read(scope, receive)
            documented.note(ask, offers_parts=self.pbx.quirks.range_downloads)
            log.ranges += [ask.headers["range"]] if "range" in ask.headers else []
            fault = self.pbx.faults.befalling(_where(ask), self.pbx.id)
            if fault and fault.delay_seconds:
                await asyncio.sleep(fault.delay_seconds)
            answer = self._answer(ask, fault)
            dropped = fault is not None and fault.drop
            status = 0 if dropped else answer.status
            answer.headers["Date"] = self._date()
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
            return Answer(403)
        if fault and fault.signs_out:
            self.pbx.sessions.expire()
        answer = moods.refusal(self.pbx, ask)
        if answer is None:
            with self.pbx.faults.armed(fault):
                answer = SURFACES[self.pbx.surface](self.pbx, ask)  # an upgrade may change it while it runs
        answer = moods.disguised(self.pbx, ask, answer)
        if fault and fault.cut and answer.status == 200:
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        return answer

    def _date(self) -> str:
        return email.utils.formatdate(time.time() + self.pbx.quirks.clock_skew_seconds, usegmt=True)


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
    length = len(answer.body) or int(dropped)  # a connection that breaks never gives all that was promised
    pairs = [*answer.headers.items(), *(("Set-Cookie", one) for one in answer.cookies), ("Content-Length", str(length))]
    raw = [(key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in pairs]
    body = b"" if head else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if dropped:  # half of the body and then nothing: the server closes a connection whose answer is incomplete
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": body})
