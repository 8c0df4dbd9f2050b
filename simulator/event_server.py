"""A uvicorn server that starts and stops on events."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import uvicorn

GRACE_SECONDS = 1.0
"""How long an answer under way may take after the server was told to stop."""


class EventServer(uvicorn.Server):
    """Waits for events where uvicorn itself polls ten times a second: worlds have many servers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._wake = asyncio.Event()
        self._own_loop: asyncio.AbstractEventLoop | None = None

    def ask_to_exit(self) -> None:
        """May be called from any thread."""
        self.should_exit = True
        if self._own_loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed already
                self._own_loop.call_soon_threadsafe(self._wake.set)

    async def main_loop(self) -> None:
        """Says that it is ready, then waits to be stopped."""
        self._own_loop = asyncio.get_running_loop()
        self.ready.set()
        while not await self.on_tick(0):  # a tick renews the Date header
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout=1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes what listens, lets answers under way end for a moment, then cuts them off."""
        for server in self.servers:
            server.close()
        for bound in sockets or []:
            bound.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        state, ends_at = self.server_state, time.monotonic() + GRACE_SECONDS
        while (state.connections or state.tasks) and time.monotonic() < ends_at:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks, return_exceptions=True)
