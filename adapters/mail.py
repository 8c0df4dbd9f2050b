"""Reports → SMTP. One message per report: its recipients never meet another account's.

DKIM, SPF and DMARC are the relay's: it has to sign `List-Unsubscribe` too. A re-send carries the same Message-ID as
long as the content is the same, so that mailboxes keep one copy.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from typing import Protocol
from urllib.parse import quote, urlsplit

import stamina
from pydantic import SecretStr

from trunkline.config import Mail
from trunkline.errors import BadCredentials, ConfigError, RemoteError, Unreachable
from trunkline.fields import is_loopback

ATTEMPTS = 4
PATIENCE_SECONDS = 120.0
TIMEOUT_SECONDS = 30.0
_PORTS = {"smtp": 587, "smtps": 465}
# A header of this length stays on one line: relays were seen to break DKIM over a folded List-Unsubscribe.
_POLICY = SMTP.clone(max_line_length=998)


class Image(Protocol):
    """A picture that goes with a mail, whose HTML names it `cid:` and `cid`."""

    @property
    def cid(self) -> str:
        """An id like a mail address."""
        ...

    @property
    def kind(self) -> str:
        """`png`, `jpeg` or `gif`."""
        ...

    @property
    def data(self) -> bytes:
        """The file."""
        ...


class Outgoing(Protocol):
    """What a report needs to be mailed."""

    @property
    def scope(self) -> str:
        """The account's or the agency's id."""
        ...

    @property
    def subject(self) -> str:
        """One line."""
        ...

    @property
    def text(self) -> str:
        """The text part."""
        ...

    @property
    def html(self) -> str:
        """The HTML part."""
        ...

    @property
    def recipients(self) -> tuple[str, ...]:
        """Addresses, with or without a name."""
        ...

    @property
    def message_id(self) -> str:
        """In angle brackets; the same for the same content."""
        ...

    @property
    def unsubscribe(self) -> str:
        """The address to write to, to get no more."""
        ...

    @property
    def reply_to(self) -> str:
        """Where answers go, if not to the sender; may be empty."""
        ...

    @property
    def images(self) -> Sequence[Image]:
        """What the HTML shows from inside the mail."""
        ...


class _Later(Exception):
    """The server said 4xx, or the connection broke before it answered."""


def message(mail: Mail, report: Outgoing) -> EmailMessage:
    """The report as a message: text first, then HTML, both quoted-printable.

    Raises:
        ConfigError: A sender or recipient that is no address.
    """
    made = EmailMessage(policy=_POLICY)
    made["From"] = _address(mail.sender)
    made["To"] = tuple(_address(one) for one in report.recipients)
    made["Subject"] = _one_line(report.subject)
    made["Date"] = localtime()
    made["Message-ID"] = _one_line(report.message_id)
    made["Auto-Submitted"] = "auto-generated"
    if report.reply_to:
        made["Reply-To"] = _address(report.reply_to)
    if "@" in report.unsubscribe:
        made["List-Unsubscribe"] = (
            f"<mailto:{quote(report.unsubscribe, safe='@')}?subject={quote(f'stop {report.scope}')}>"
        )
    made.set_content(report.text, cte="quoted-printable")
    made.add_alternative(report.html, subtype="html", cte="quoted-printable")
    html = list(made.iter_parts())[-1]
    for image in report.images:  # beside the HTML, which names it `cid:`
        html.add_related(image.data, "image", image.kind, cid=f"<{image.cid}>", disposition="inline")
    return made


def send(mail: Mail, password: SecretStr | None, report: Outgoing) -> None:
    """Sends one report to its recipients. 4xx answers and broken connections are tried again, 5xx are not.

    Raises:
        ConfigError: A sender or recipient that is no address.
        RemoteError: The server refuses (BadCredentials, Unreachable, or with its answer), for all or some recipients.
    """
    if not report.recipients:
        return
    made = message(mail, report)
    waiting, refused = [parseaddr(one)[1] for one in report.recipients], dict[str, str]()
    where = f"mail server {urlsplit(mail.url).netloc}"
    try:
        for attempt in stamina.retry_context(on=_Later, attempts=ATTEMPTS, timeout=PATIENCE_SECONDS, wait_max=30.0):
            with attempt:
                waiting = _deliver(mail, password, made, waiting, refused, where)
                if waiting:
                    raise _Later(f"not taken for {', '.join(waiting)} yet")
    except _Later as error:
        raise Unreachable(f"report of {report.scope}: {error}", where=where, mend="try again later") from None
    if refused:
        said = "; ".join(f"{address}: {answer}" for address, answer in refused.items())
        raise RemoteError(
            f"report of {report.scope} refused: {said}", where=where, mend="correct report_to or the relay"
        )


def _deliver(
    mail: Mail, password: SecretStr | None, made: EmailMessage, waiting: list[str], refused: dict[str, str], where: str
) -> list[str]:
    """One attempt; returns the recipients to try again and adds those refused for good."""
    try:
        with _connected(mail) as server:
            if mail.username and password:
                server.login(mail.username, password.get_secret_value())
            answers = server.send_message(made, from_addr=parseaddr(mail.sender)[1], to_addrs=waiting)
    except smtplib.SMTPRecipientsRefused as error:
        answers = error.recipients
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise _Later(_said(error.smtp_code, error.smtp_error)) from error
        answer = _said(error.smtp_code, error.smtp_error)
        raise BadCredentials(answer, where=where, mend="correct username and password of [mail]") from None
    except smtplib.SMTPNotSupportedError as error:
        raise RemoteError(
            str(error), where=where, mend="use smtps://, or a relay that offers STARTTLS and AUTH"
        ) from None
    except smtplib.SMTPResponseException as error:
        answer = _said(error.smtp_code, error.smtp_error)
        if 400 <= error.smtp_code < 500 or error.smtp_code == -1:
            raise _Later(answer) from error
        raise RemoteError(f"refused: {answer}", where=where, mend="see what the relay asks for") from None
    except ssl.SSLError as error:
        raise RemoteError(
            f"no trusted TLS: {error.reason}", where=where, mend="mend the server's certificate"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _Later(str(error) or type(error).__name__) from error
    refused |= {address: _said(*answer) for address, answer in answers.items() if answer[0] >= 500}
    return [address for address, answer in answers.items() if answer[0] < 500]


def _connected(mail: Mail) -> smtplib.SMTP:
    """A connection in TLS; plain only on loopback."""
    parts = urlsplit(mail.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if not is_loopback(host):
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _said(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {_one_line(plain)}"


def _one_line(text: str) -> str:
    """Without line breaks and other control characters: nothing can add a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _address(text: str) -> Address:
    """`Name <user@host>` as an address that cannot hold a second header or recipient."""
    name, address = parseaddr(_one_line(text))
    try:
        if "@" not in address:
            raise ValueError(address)
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise ConfigError(f"{text!r} is no mail address", mend="write name@host or Name <name@host>") from error


def check(mail: Mail, password: SecretStr | None) -> None:
    """Connects and signs in, and sends nothing.

    Raises:
        BadCredentials, RemoteError: The server does not answer, offers no TLS, or refuses the sign-in.
    """
    where = f"mail server {urlsplit(mail.url).hostname}"
    try:
        with _connected(mail) as server:
            if mail.username and password:
                server.login(mail.username, password.get_secret_value())
    except smtplib.SMTPAuthenticationError as error:
        answer = _said(error.smtp_code, error.smtp_error)
        raise BadCredentials(answer, where=where, mend="correct username and password of [mail]") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(str(error), where=where, mend="check the address, the port and the certificate") from error
