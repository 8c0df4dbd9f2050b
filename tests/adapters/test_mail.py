from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import stamina
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from trunkline.adapters.mail import send
from trunkline.adapters.message import Image, message
from trunkline.config import Mail
from trunkline.errors import BadCredentials, ConfigError, RemoteError, Unreachable


@dataclass(frozen=True)
class Report:
    scope: str = "acme"
    subject: str = "Acme Dental: 4 callers never called back – week of 9–15 Nov 2026"
    text: str = "4 callers – Söhne\n" + "word " * 400 + "\n"
    html: str = "<!doctype html><p>4 callers – Söhne</p>" + "<td>x</td>" * 400
    recipients: tuple[str, ...] = ("owner@acme.example", "Second Owner <second@acme.example>")
    message_id: str = "<acme.2026-W46.0123456789abcdef@northwind.example>"
    unsubscribe: str = "ops@northwind.example"
    reply_to: str = ""
    images: tuple[Image, ...] = ()
    attachments: tuple[Path, ...] = ()


class Inbox:
    """Keeps what it is sent; `answers` are given first, one per RCPT or DATA."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.data_answers: list[str] = []
        self.rcpt_answers: dict[str, list[str]] = {}
        self.attempts = 0

    async def handle_RCPT(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        answers = self.rcpt_answers.get(address)
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, _n: Session, envelope: Envelope) -> str:  # noqa: N802
        self.attempts += 1
        if self.data_answers:
            return self.data_answers.pop(0)
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Mail]]:
    inbox = Inbox()

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == b"right", handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, "127.0.0.1", port, authenticator=authenticate, auth_require_tls=False)
    controller.start()
    mail = Mail.model_validate(
        {"url": f"smtp://127.0.0.1:{port}", "from": "Northwind reports <reports@northwind.example>"}
    )
    with stamina.set_testing(True, attempts=3):
        yield inbox, mail
    controller.stop()


def received(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return email.message_from_bytes(envelope.content, policy=email.policy.default)  # type: ignore[return-value]


def test_round_trip_text_first_quoted_printable_no_long_line(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    send(mail, None, Report())
    (envelope,) = box.envelopes
    assert envelope.rcpt_tos == ["owner@acme.example", "second@acme.example"]
    assert isinstance(envelope.content, bytes)
    assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 998
    got = received(envelope)
    assert got.get_content_type() == "multipart/alternative"
    text, html = got.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert {text["Content-Transfer-Encoding"], html["Content-Transfer-Encoding"]} == {"quoted-printable"}
    assert text.get_content().replace("\r\n", "\n") == Report().text
    assert html.get_content().strip() == Report().html


def test_headers(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    send(mail, None, Report())
    got = received(box.envelopes[0])
    assert got["Subject"] == Report().subject
    assert got["Message-ID"] == Report().message_id
    assert got["Auto-Submitted"] == "auto-generated"
    assert isinstance(box.envelopes[0].content, bytes)
    assert b"\r\nList-Unsubscribe: <mailto:ops@northwind.example?subject=stop%20acme>\r\n" in box.envelopes[0].content
    assert got["Bcc"] is None


@pytest.mark.parametrize("field", ["subject", "message_id", "unsubscribe"])
def test_a_line_break_cannot_add_a_header(field: str) -> None:
    mail = Mail.model_validate({"url": "smtp://127.0.0.1:1", "from": "reports@northwind.example"})
    evil = replace(Report(), **{field: "x@y.example\r\nBcc: thief@evil.example\r\n\r\nbody"})
    made = message(mail, evil)
    assert made["Bcc"] is None
    assert b"\nBcc:" not in bytes(made)


def test_a_recipient_that_is_no_address_is_an_error_of_the_config() -> None:
    mail = Mail.model_validate({"url": "smtp://127.0.0.1:1", "from": "reports@northwind.example"})
    with pytest.raises(ConfigError, match="is no mail address"):
        message(mail, replace(Report(), recipients=("owner",)))


def test_4xx_is_tried_again_and_sent_once(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    box.data_answers = ["451 try later"]
    send(mail, None, Report())
    assert (box.attempts, len(box.envelopes)) == (2, 1)


def test_a_recipient_that_is_deferred_is_tried_again_alone(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    box.rcpt_answers = {"second@acme.example": ["450 greylisted"]}
    send(mail, None, Report())
    assert [envelope.rcpt_tos for envelope in box.envelopes] == [["owner@acme.example"], ["second@acme.example"]]


def test_4xx_for_ever_is_reported(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    box.data_answers = ["451 try later"] * 9
    with pytest.raises(Unreachable, match="451 try later"):
        send(mail, None, Report())
    assert box.attempts == 3


def test_5xx_is_reported_at_once(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    box.data_answers = ["554 no thanks"]
    with pytest.raises(RemoteError, match="554 no thanks"):
        send(mail, None, Report())
    assert box.attempts == 1


def test_a_recipient_that_is_refused_is_named_and_the_other_served(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    box.rcpt_answers = {"owner@acme.example": ["550 unknown user"]}
    with pytest.raises(RemoteError, match=r"owner@acme\.example: 550 unknown user"):
        send(mail, None, Report())
    assert box.envelopes[0].rcpt_tos == ["second@acme.example"]


def test_sign_in(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    named = mail.model_copy(update={"username": "mailer"})
    with pytest.raises(BadCredentials):
        send(named, SecretStr("wrong"), Report())
    send(named, SecretStr("right"), Report())
    assert len(box.envelopes) == 1


def test_nobody_listening_is_unreachable() -> None:
    mail = Mail.model_validate({"url": "smtp://127.0.0.1:9", "from": "reports@northwind.example"})
    with stamina.set_testing(True, attempts=2), pytest.raises(Unreachable):
        send(mail, None, Report())


def test_a_report_without_recipients_is_not_sent(inbox: tuple[Inbox, Mail]) -> None:
    box, mail = inbox
    send(mail, None, replace(Report(), recipients=()))
    assert not box.attempts
