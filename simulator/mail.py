"""A mail server on loopback that keeps what it is sent and can be told to refuse it, ask for a sign-in, or break off.

With `tls` it shows the certificate of the made-up authority (`certificates`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from trunkline.simulator import certificates

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
    """Keeps mails in `mails`, and as .eml files in `folder` if there is one.

    `tls`: none, offered by STARTTLS, or from the start. `password`: what a sign-in must bring, under any name; none is
    asked for where it is null. `when_kept` is called after a mail is kept and before it is answered.
    """

    folder: Path | None = None
    port: int = 0
    tls: Literal["none", "starttls", "smtps"] = "none"
    password: str | None = None
    when_kept: Callable[[], None] | None = None
    mails: list[Mail] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    refused_recipients: dict[str, list[str]] = field(default_factory=dict)
    cuts: int = 0
    attempts: int = 0
    sign_ins: list[str] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """`smtp://127.0.0.1:PORT` or `smtps://…`."""
        return f"{'smtps' if self.tls == 'smtps' else 'smtp'}://{HOST}:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails, parsed."""
        return [mail.message for mail in self.mails]

    def refuse(self, reply: str = "451 Try again later", times: int = 1) -> None:
        """Answers the next `times` messages with this reply: 4xx for later, 5xx for never."""
        self.refusals += [reply] * times

    def refuse_recipient(self, address: str, reply: str = "550 No such user here", times: int = 1) -> None:
        """Answers so to the next `times` messages that name this recipient; others of the message are taken."""
        self.refused_recipients.setdefault(address, []).extend([reply] * times)

    def cut(self, times: int = 1) -> None:
        """Keeps the next `times` messages and breaks off before it answers."""
        self.cuts += times

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        if self.password is not None and not session.authenticated:
            return "530 Sign in first"
        if waiting := self.refused_recipients.get(address):
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each message."""
        self.attempts += 1
        if self.refusals:
            return self.refusals.pop(0)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{len(self.mails):04d}.eml").write_bytes(raw)
        if self.when_kept is not None:
            await asyncio.to_thread(self.when_kept)
        if self.cuts:
            self.cuts -= 1
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
        return ACCEPTED

    def signed_in(self, _s: SMTP, _n: Session, _e: Envelope, mechanism: str, data: object) -> AuthResult:
        """Called by aiosmtpd for each sign-in."""
        self.sign_ins.append(mechanism)
        is_right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=is_right, handled=False)

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

    shown = _certificate() if sink.tls != "none" else None

    def connection() -> SMTP:
        return Connection(
            sink,
            hostname="mail.example",
            ident="simulated",
            loop=loop,
            tls_context=shown if sink.tls == "starttls" else None,
            require_starttls=sink.tls == "starttls",
            authenticator=sink.signed_in if sink.password is not None else None,
            auth_require_tls=sink.tls == "starttls",
        )

    from_the_start = shown if sink.tls == "smtps" else None
    server = loop.run_until_complete(loop.create_server(connection, sock=bound, ssl=from_the_start))
    loop.call_soon(ready.set)
    loop.run_forever()
    server.close()
    for transport in open_connections:
        transport.close()
    loop.run_until_complete(_finish(server))
    loop.close()


def _certificate() -> ssl.SSLContext:
    files = certificates.made()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context


async def _finish(server: asyncio.AbstractServer) -> None:
    """Lets what is still running end, so that no warning is left behind."""
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await server.wait_closed()
