"""A CRM's rate limit, kept from this side."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator


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
