"""Against real servers: STARTTLS, TLS from the start, sign-ins, refusals and broken connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from trunkline.adapters.mail import check, send
from trunkline.config import Mail
from trunkline.errors import BadCredentials, ConfigError, RemoteError, Unreachable
from trunkline.simulator import certificates
from trunkline.simulator.mail import MailSink

OWNER, SECOND = "owner@acme.example", "second@acme.example"


@dataclass(frozen=True)
class Report:
    scope: str = "acme"
    subject: str = "Acme Dental: 4 callers never called back"
    text: str = "4 callers\n"
    html: str = "<!doctype html><p>4 callers</p>"
    recipients: tuple[str, ...] = (OWNER, f"Second Owner <{SECOND}>")
    message_id: str = "<acme.2026-W46.0123456789abcdef@northwind.example>"
    unsubscribe: str = "ops@northwind.example"
    reply_to: str = ""
    images: tuple[()] = ()
    attachments: tuple[Path, ...] = ()


@dataclass
class Seen:
    """A witness that writes down what it is told, in order."""

    told: list[tuple[str, ...]] = field(default_factory=list)

    def taken(self, to: Sequence[str]) -> None:
        self.told.append(("taken", *to))

    def refused(self, answers: Mapping[str, str]) -> None:
        self.told.append(("refused", *(f"{one}: {answer}" for one, answer in answers.items())))


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def mail(sink: MailSink, **settings: Any) -> Mail:
    return Mail.model_validate({"url": sink.url, "from": "reports@northwind.example", **settings})


def trusting(**settings: Any) -> dict[str, Any]:
    return {"verify": str(certificates.made().ca), "username": "mailer", **settings}


@pytest.mark.parametrize(
    ("tls", "settings"), [("starttls", {"starttls": "always"}), ("smtps", {}), ("none", {"starttls": "never"})]
)
def test_a_signed_in_report_over_each_kind_of_connection(tls: Any, settings: dict[str, Any]) -> None:
    with MailSink(tls=tls, password="right") as sink:
        server = mail(sink, **trusting(**settings))
        check(server, SecretStr("right"))
        send(server, SecretStr("right"), Report())
    assert [one.recipients for one in sink.mails] == [(OWNER, SECOND)]
    assert sink.sign_ins == ["PLAIN", "PLAIN"]


@pytest.mark.parametrize(("tls", "settings"), [("starttls", {"starttls": "always"}), ("smtps", {})])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_said(
    tls: Any, settings: dict[str, Any]
) -> None:
    with MailSink(tls=tls, password="right") as sink:
        server = mail(sink, username="mailer", **settings)
        for attempt in (lambda: check(server, SecretStr("right")), lambda: send(server, SecretStr("right"), Report())):
            with pytest.raises(RemoteError, match=r"certificate not trusted: .*set verify of \[mail\]"):
                attempt()
    assert (sink.sign_ins, sink.mails) == ([], [])


def test_a_server_without_starttls_gets_neither_password_nor_report() -> None:
    with MailSink(password="right") as sink:
        server = mail(sink, **trusting(starttls="always"))
        with pytest.raises(RemoteError, match=r"STARTTLS.*use smtps://"):
            send(server, SecretStr("right"), Report())
    assert (sink.sign_ins, sink.mails) == ([], [])


def test_tls_from_the_start_with_a_server_that_begins_without() -> None:
    with MailSink() as sink:
        server = mail(sink).model_copy(update={"url": sink.url.replace("smtp:", "smtps:")})
        with pytest.raises(RemoteError, match=r"no TLS.*write smtps:// where"):
            send(server, None, Report())


def test_a_wrong_password_is_tried_once_by_one_mechanism() -> None:
    with (
        MailSink(tls="starttls", password="right") as sink,
        pytest.raises(BadCredentials, match="correct username and password"),
    ):
        send(mail(sink, **trusting(starttls="always")), SecretStr("wrong"), Report())
    assert sink.sign_ins == ["PLAIN"]  # smtplib's own login would go on with LOGIN


def test_an_authority_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    with MailSink(tls="smtps") as sink:
        for name in ("absent.pem", "no.pem"):
            with pytest.raises(ConfigError, match=r"mail\.verify: .*holds no certificate"):
                send(mail(sink, verify=str(tmp_path / name)), None, Report())


def test_greylisted_recipients_are_asked_again_alone_and_each_answer_is_told_at_once() -> None:
    seen = Seen()
    with MailSink() as sink:
        sink.refuse_recipient(SECOND, "450 greylisted")
        send(mail(sink), None, Report(), seen)
    assert [one.recipients for one in sink.mails] == [(OWNER,), (SECOND,)]
    assert seen.told == [("taken", OWNER), ("taken", SECOND)]


def test_a_recipient_that_is_refused_for_good_is_not_asked_again() -> None:
    seen = Seen()
    with MailSink() as sink:
        sink.refuse_recipient(OWNER, "550 unknown user")
        sink.refuse_recipient(SECOND, "451 busy", times=2)
        with pytest.raises(RemoteError, match=r"owner@acme\.example: 550 unknown user — correct report_to"):
            send(mail(sink), None, Report(), seen)
    assert [one.recipients for one in sink.mails] == [(SECOND,)]
    assert seen.told == [("refused", f"{OWNER}: 550 unknown user"), ("taken", SECOND)]


def test_a_server_that_closes_while_it_is_told_the_recipients_took_nothing() -> None:
    seen = Seen()
    with MailSink() as sink:
        sink.refuse_recipient(SECOND, "421 closing")
        send(mail(sink), None, Report(), seen)
    assert [one.recipients for one in sink.mails] == [(OWNER, SECOND)]  # nobody was lost, nobody served twice
    assert seen.told == [("taken", OWNER, SECOND)]


def test_a_message_that_is_refused_is_refused_for_all() -> None:
    seen = Seen()
    with MailSink() as sink:
        sink.refuse("554 no thanks")
        with pytest.raises(RemoteError, match="554 no thanks"):
            send(mail(sink), None, Report(), seen)
    assert seen.told == [("refused", f"{OWNER}: refused: 554 no thanks", f"{SECOND}: refused: 554 no thanks")]


def test_a_connection_cut_before_the_answer_is_tried_again_under_the_same_message_id() -> None:
    seen = Seen()
    with MailSink() as sink:
        sink.cut()
        send(mail(sink), None, Report(), seen)
    assert [one["Message-ID"] for one in sink.messages] == [Report().message_id] * 2
    assert seen.told == [("taken", OWNER, SECOND)]


def test_a_later_that_never_comes_says_who_waits_and_who_was_refused() -> None:
    with MailSink() as sink:
        sink.refuse_recipient(OWNER, "550 unknown user")
        sink.refuse_recipient(SECOND, "451 busy", times=9)
        with pytest.raises(Unreachable, match=r"not taken for second@.* refused: owner@acme\.example: 550"):
            send(mail(sink), None, Report())


class Closing(MailSink):
    """Takes the message, and is rude when it is told goodbye."""

    async def handle_QUIT(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802
        return "421 too busy to say goodbye"


def test_how_the_conversation_ends_does_not_send_a_mail_twice() -> None:
    with Closing() as sink:
        send(mail(sink), None, Report())
    assert len(sink.mails) == 1


def test_one_address_twice_is_one_recipient() -> None:
    with MailSink() as sink:
        send(mail(sink), None, replace(Report(), recipients=(OWNER, f"Owner <{OWNER}>")))
    assert [one.recipients for one in sink.mails] == [(OWNER,)]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"url": "smtp://mail.example", "starttls": "never"}, "allowed on loopback only"),
        ({"url": "smtps://mail.example", "starttls": "always"}, "encrypted from the start"),
        ({"url": "smtp://mail.example", "verify": False}, "would trust whoever answers"),
        ({"url": "smtp://mail.example", "starttls": "maybe"}, "starttls"),
    ],
)
def test_what_mail_may_not_say(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Mail.model_validate({"from": "r@n.example", **settings})
