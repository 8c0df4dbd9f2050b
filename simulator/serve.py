"""Runs an ASGI app as a real HTTP server on loopback, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import uvicorn

from trunkline.simulator import certificates
from trunkline.simulator.event_server import EventServer

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]

HOST = "127.0.0.1"
START_LIMIT_SECONDS = 10.0


class Server:
    """One app on one port of 127.0.0.1.

    Port 0 takes a free one at the first start; the port is kept, so that a stopped server (an unreachable
    PBX) can come back at the same address. With `tls` it shows a certificate of the made-up authority.
    """

    def __init__(self, app: AsgiApp, port: int = 0, *, tls: bool = False) -> None:
        self.app = app
        self.port = port
        self.tls = tls
        self._uvicorn: EventServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT` or `https://…`; known after the first start or `reserve`."""
        if not self.port:
            raise RuntimeError("the server has no port yet: start it, or reserve one")
        return f"{'https' if self.tls else 'http'}://{HOST}:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether the server accepts connections."""
        return self._thread is not None

    def reserve(self) -> str:
        """Picks a free port without listening: the address of a PBX that cannot be reached."""
        _bound_socket(self)
        return self.url

    def start(self) -> Server:
        """Binds, starts the thread and returns when connections are accepted."""
        if self._thread is not None:
            return self
        bound = _bound_socket(self, keep=True)
        assert bound is not None  # noqa: S101 - keep=True hands the socket out
        files = certificates.made() if self.tls else None
        config = uvicorn.Config(
            self.app,
            ssl_certfile=files.certificate if files else None,
            ssl_keyfile=files.key if files else None,
            date_header=not getattr(self.app, "own_date", False),
            http="h11",
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            log_level="critical",
            access_log=False,
        )
        server = EventServer(config)
        self._uvicorn = server
        self._thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name=f"simulator-{self.port}", daemon=True
        )
        self._thread.start()
        if not server.ready.wait(START_LIMIT_SECONDS):
            raise RuntimeError(f"the simulated server on port {self.port} did not start")
        return self

    def ask_to_stop(self) -> None:
        """Begins to stop without waiting: many servers then stop in the time of one."""
        if self._uvicorn is not None:
            self._uvicorn.ask_to_exit()

    def stop(self) -> None:
        """Stops accepting, closes idle connections and waits for the thread."""
        self.ask_to_stop()
        if self._thread is None:
            return
        self._thread.join(START_LIMIT_SECONDS)
        self._uvicorn = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bound_socket(server: Server, *, keep: bool = False) -> socket.socket | None:
    # asyncio switches Nagle's delay off only where the protocol is named: 40 ms for each answer
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, server.port))
    server.port = bound.getsockname()[1]
    if keep:
        return bound
    bound.close()
    return None
