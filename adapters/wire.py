"""TCP and TLS for httpx by way of asyncio's own transports, in larger pieces than httpx's usual ones.

Recordings are large, and httpx's usual way over anyio hands TLS on record by record: half a megabyte took 4.6 ms of
CPU, this way 2.3, and without TLS 2.5 against 1.9 (measured). Everything above stays httpx's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

ENOUGH_BYTES = 256 * 1024  # read ahead on one connection; as much again may come at once before it pauses
_NEXT_ADDRESS_SECONDS = 0.25  # RFC 8305: where a name has several addresses, so long before the next one is tried too


class Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over this module's connections."""

    def __init__(self, *, verify: ssl.SSLContext, limits: httpx.Limits) -> None:
        super().__init__(verify=verify, limits=limits, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=Backend(),
        )


class Backend(httpcore.AsyncNetworkBackend):
    """Makes connections, for httpcore."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 — httpcore's name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 — asyncio sets what is needed
    ) -> httpcore.AsyncNetworkStream:
        """A connection; raises httpcore.ConnectError or ConnectTimeout."""
        local = (local_address, 0) if local_address else None
        with _in_httpcores_words(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(timeout):
                transport, inbox = await _connection(host, port, local)
        return Stream(transport, inbox)


class Stream(httpcore.AsyncNetworkStream):
    """One connection, for httpcore."""

    def __init__(self, transport: asyncio.Transport, inbox: _Inbox) -> None:
        self._transport, self._inbox = transport, inbox
        inbox.transport = transport

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        """All that has come, which may be more than `max_bytes`; nothing at the end."""
        with _in_httpcores_words(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._inbox.take()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Sends, and waits while the other side does not keep up."""
        if not buffer:
            return
        with _in_httpcores_words(httpcore.WriteTimeout, httpcore.WriteError):
            if self._transport.is_closing():
                raise ConnectionResetError("connection lost")
            self._transport.write(buffer)
            async with asyncio.timeout(timeout):
                await self._inbox.writable.wait()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """The same connection with TLS; raises httpcore.ConnectError or ConnectTimeout."""
        loop = asyncio.get_running_loop()
        try:
            with _in_httpcores_words(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    secured = await loop.start_tls(
                        self._transport, self._inbox, ssl_context, server_hostname=server_hostname
                    )
        except BaseException:
            self._transport.abort()
            raise
        if secured is None:
            raise httpcore.ConnectError("All connection attempts failed")
        return Stream(secured, self._inbox)

    async def aclose(self) -> None:
        """Closes at once: nobody waits for the other side's goodbye."""
        self._transport.close()
        await asyncio.sleep(0)
        self._transport.abort()
        await asyncio.sleep(0)

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`: an idle connection of which this is true has been closed by the other side, or will be."""
        if info == "is_readable":
            return self._inbox.has_news or self._transport.is_closing()
        return self._transport.get_extra_info(info)


class _Inbox(asyncio.Protocol):
    """What has come on a connection and was not taken yet."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self._pieces: list[bytes] = []
        self._held = 0
        self._has_ended = False
        self._error: Exception | None = None
        self._somebody_waits: asyncio.Future[None] | None = None

    @property
    def has_news(self) -> bool:
        return bool(self._pieces) or self._has_ended

    async def take(self) -> bytes:
        if not self.has_news:
            self._somebody_waits = asyncio.get_running_loop().create_future()
            try:
                await self._somebody_waits
            finally:
                self._somebody_waits = None
        if self._error and not self._pieces:
            raise self._error
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        if self._held >= ENOUGH_BYTES and self.transport:
            self.transport.resume_reading()
        self._held = 0
        return whole

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= ENOUGH_BYTES and self.transport:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._has_ended = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._has_ended, self._error = True, error
        self.writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def _wake(self) -> None:
        if self._somebody_waits and not self._somebody_waits.done():
            self._somebody_waits.set_result(None)


async def _connection(host: str, port: int, local: tuple[str, int] | None) -> tuple[asyncio.Transport, _Inbox]:
    """uvloop tries one address after the other."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, asyncio.BaseEventLoop):
        return await loop.create_connection(_Inbox, host, port, local_addr=local)
    delay = _next_address_seconds(host)
    return await loop.create_connection(_Inbox, host, port, local_addr=local, happy_eyeballs_delay=delay)


def _next_address_seconds(host: str) -> float | None:
    """Null for an address: the race of several loses a socket if it is cancelled (CPython 3.11)."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return None
    return _NEXT_ADDRESS_SECONDS


@contextlib.contextmanager
def _in_httpcores_words(too_slow: type[Exception], lost: type[Exception]) -> Iterator[None]:
    """Turns the system's errors into httpcore's; the address of who did not answer is no part of the words."""
    try:
        yield
    except TimeoutError as error:
        raise too_slow(str(error)) from error
    except (socket.gaierror, ssl.SSLError) as error:
        raise lost(str(error)) from error
    except OSError as error:
        words = "All connection attempts failed" if lost is httpcore.ConnectError else str(error)
        raise lost(words) from error
