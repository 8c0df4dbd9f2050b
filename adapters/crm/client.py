"""One CRM over HTTP: keeps its rate limit, and turns its statuses into the errors the engine understands."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx

from trunkline import log
from trunkline.adapters.crm.base import AnswerLost, Busy, Refused
from trunkline.adapters.http import Http, json_of
from trunkline.errors import BadAnswer, BadCredentials, Forbidden

AT_ONCE = 4
REASON_LENGTH = 200


class Pace:
    """No more than `most` requests in any `interval_seconds`; both are learnt from the CRM's answers.

    A request counts from its answer, not from when it was sent: only then has the CRM surely counted it.
    """

    def __init__(self, most: int, interval_seconds: float) -> None:
        self.most, self.interval_seconds = most, interval_seconds
        self._counted_at: deque[list[float]] = deque()
        self._queue = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enters when one more request may be sent; leave it when the answer is there."""
        async with self._queue:
            wait_seconds = self._wait_seconds()
            while wait_seconds > 0:
                await asyncio.sleep(wait_seconds)
                wait_seconds = self._wait_seconds()
            mine = [time.monotonic()]
            self._counted_at.append(mine)
        try:
            yield
        finally:
            mine[0] = time.monotonic()

    def learn(self, most: int, interval_seconds: float) -> None:
        """Takes over the limit that the CRM tells."""
        if most > 0 and interval_seconds > 0:
            self.most, self.interval_seconds = most, interval_seconds

    def _wait_seconds(self) -> float:
        now = time.monotonic()
        while self._counted_at and now - self._counted_at[0][0] >= self.interval_seconds:
            self._counted_at.popleft()
        if len(self._counted_at) < self.most:
            return 0.0
        return max(self._counted_at[-self.most][0] + self.interval_seconds - now, 0.001)


class CrmClient:
    """Requests to one CRM. `learn` reads its rate-limit headers; `mend` says how to renew the credentials."""

    def __init__(
        self,
        base_url: str,
        *,
        where: str,
        pace: Pace,
        learn: Callable[[Mapping[str, str], Pace], None],
        mend: str,
    ) -> None:
        self.where = where
        self._http = Http(base_url, where=where, at_once=AT_ONCE)
        self._pace, self._learn, self._mend = pace, learn, mend

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def ask(self, method: str, path: str, *, idempotent: bool | None = None, **options: Any) -> Any:
        """The answer's JSON; null for an empty body.

        Raises:
            BadCredentials: 401.
            Forbidden: 403.
            Busy: 429, still after the waits it asked for.
            Refused: Any other 4xx: this request will not be taken.
            AnswerLost: 5xx: it may have been done or not.
            Unreachable: Nothing answered; a request that was sent may have been done or not.
            BadAnswer: Neither JSON nor nothing.
        """
        async with self._pace.turn():
            response = await self._http.send(method, path, idempotent=idempotent, **options)
        self._learn(response.headers, self._pace)
        if response.is_success:
            return json_of(response, self.where) if response.content.strip() else None
        self._raise(response)
        return None

    def _raise(self, response: httpx.Response) -> None:
        status, what = response.status_code, f"{response.status_code} {_words(response)}".strip()
        if status == 401:
            raise BadCredentials(f"the credentials were refused ({what})", where=self.where, mend=self._mend)
        if status == 403:
            raise Forbidden(f"a right is missing ({what})", where=self.where, mend=self._mend)
        if status == 429:
            raise Busy(
                "its rate limit is used up", where=self.where, mend="the next run goes on where this one stopped"
            )
        if status >= 500:
            raise AnswerLost(f"answered {what}", where=self.where, mend="the next run looks it up and goes on")
        if status >= 400:
            raise Refused(f"refused it: {what}", where=self.where, mend="mend the cause, then deliver --retry-failed")
        raise BadAnswer(f"answered {status}", where=self.where, mend="check base_url")


def _words(response: httpx.Response) -> str:
    """The CRM's own words, short, without numbers or tokens."""
    try:
        body = response.json()
    except ValueError:
        return ""
    said = body.get("message", body.get("error", "")) if isinstance(body, dict) else ""
    text = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    return log.redact(text)[:REASON_LENGTH]
