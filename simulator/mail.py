"""A mail server on loopback that keeps what it is sent and can be told to refuse it."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
ACCEPTED = "250 Message accepted for delivery"


@dataclass(frozen=True)
class Mail:
    """One message as it came in: the envelope and the bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed message."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - what policy.default makes
        return parsed


@dataclass
class MailSink:
    """Keeps mails in `mails`, and as .eml files in `folder` if there is one."""

    folder: Path | None = None
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    attempts: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """`smtp://127.0.0.1:PORT`."""
        return f"smtp://{HOST}:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails, parsed."""
        return [mail.message for mail in self.mails]

    def refuse(self, reply: str = "451 Try again later", times: int = 1) -> None:
        """Answers the next `times` messages with this reply: 4xx for later, 5xx for never."""
        self.refusals += [reply] * times

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each message."""
        self.attempts += 1
        if self.refusals:
            return self.refusals.pop(0)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{len(self.mails):04d}.eml").write_bytes(raw)
        return ACCEPTED

    def start(self) -> MailSink:
        """Listens in a thread of its own."""
        if self._thread is not None:
            return self
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, self.port))
        self.port = bound.getsockname()[1]
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=_serve, args=(self, self._loop, bound, ready), name=f"simulator-mail-{self.port}", daemon=True
        )
        self._thread.start()
        ready.wait(10.0)
        return self

    def stop(self) -> None:
        """Stops listening; the mails stay."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10.0)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _serve(sink: MailSink, loop: asyncio.AbstractEventLoop, bound: socket.socket, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    open_connections: list[asyncio.BaseTransport] = []

    class Connection(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            open_connections.append(transport)
            super().connection_made(transport)

    def connection() -> SMTP:
        return Connection(sink, hostname="mail.example", ident="simulated", loop=loop)

    server = loop.run_until_complete(loop.create_server(connection, sock=bound))
    loop.call_soon(ready.set)
    loop.run_forever()
    server.close()
    for transport in open_connections:
        transport.close()
    loop.run_until_complete(_finish(server))
    loop.close()


async def _finish(server: asyncio.AbstractServer) -> None:
    """Lets what is still running end, so that no warning is left behind."""
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await server.wait_closed()
