"""Reports → SMTP. One message per report: its recipients never meet another account's.

DKIM, SPF and DMARC are the relay's: it has to sign `List-Unsubscribe` too. A re-send carries the same Message-ID as
long as the content is the same, so that mailboxes keep one copy.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import stamina
from pydantic import SecretStr

from trunkline.adapters.smtp import Later, Refused, connected, one_line, place, said
from trunkline.config import Mail
from trunkline.errors import ConfigError, RemoteError, StorageError, Unreachable

ATTEMPTS = 4
PATIENCE_SECONDS = 120.0
_KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    ".csv": ("text", "csv", {"charset": "utf-8"}),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet", {}),
}
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
    def attachments(self) -> tuple[Path, ...]:
        """Files to go with it: .csv or .xlsx."""
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


class Witness(Protocol):
    """Is told what became of each address as soon as the server said it."""

    def taken(self, to: Sequence[str]) -> None:
        """The server took the message for these."""
        ...

    def refused(self, answers: Mapping[str, str]) -> None:
        """It never will for these; with its answers."""
        ...


class Nobody:
    """A witness that looks away."""

    def taken(self, to: Sequence[str]) -> None:
        """Ignored."""

    def refused(self, answers: Mapping[str, str]) -> None:
        """Ignored."""


NOBODY = Nobody()


def message(mail: Mail, report: Outgoing) -> EmailMessage:
    """The report as a message: text first, then HTML, both quoted-printable, then what is attached.

    Raises:
        ConfigError: A sender or recipient that is no address.
        StorageError: A file that is to be attached cannot be read.
    """
    made = EmailMessage(policy=_POLICY)
    made["From"] = _address(mail.sender)
    made["To"] = tuple(_address(one) for one in report.recipients)
    made["Subject"] = one_line(report.subject)
    made["Date"] = localtime()
    made["Message-ID"] = one_line(report.message_id)
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
    for path in report.attachments:
        _attach(made, path)
    return made


def _attach(made: EmailMessage, path: Path) -> None:
    kind, subtype, parameters = _KINDS[path.suffix]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}", mend="run the report again") from None
    made.add_attachment(content, kind, subtype, filename=path.name, params=parameters)


def send(mail: Mail, password: SecretStr | None, report: Outgoing, witness: Witness = NOBODY) -> None:
    """Sends one report to its recipients. 4xx answers and broken connections are tried again, 5xx are not.

    A connection that breaks after the message and before its answer leaves open whether it was taken: it is sent again
    under its Message-ID.

    Raises:
        ConfigError: A sender or recipient that is no address.
        RemoteError: The server refuses (BadCredentials, Unreachable, or with its answer), for all or some recipients.
    """
    if not report.recipients:
        return
    made = message(mail, report)
    waiting = list(dict.fromkeys(parseaddr(one)[1] for one in report.recipients))
    refused, where = dict[str, str](), place(mail)
    try:
        for attempt in stamina.retry_context(on=Later, attempts=ATTEMPTS, timeout=PATIENCE_SECONDS, wait_max=30.0):
            with attempt:
                waiting = _deliver(mail, password, made, waiting, refused, witness)
                if waiting:
                    raise Later(f"not taken for {', '.join(waiting)} yet")
    except Later as error:
        left = f"report of {report.scope}: {error}" + _listed(refused, "; refused: ")
        raise Unreachable(left, where=where, mend="try again later") from None
    except Refused as error:
        witness.refused(dict.fromkeys(waiting, error.message))
        raise
    if refused:
        said = _listed(refused, f"report of {report.scope} refused: ")
        raise RemoteError(said, where=where, mend="correct report_to or the relay")


def _listed(refused: Mapping[str, str], head: str) -> str:
    said = "; ".join(f"{address}: {answer}" for address, answer in refused.items())
    return head + said if said else ""


def _deliver(
    mail: Mail,
    password: SecretStr | None,
    made: EmailMessage,
    waiting: list[str],
    refused: dict[str, str],
    witness: Witness,
) -> list[str]:
    """One attempt; returns the recipients to try again and adds those refused for good."""
    with connected(mail, password) as server:
        try:
            answers = server.send_message(made, from_addr=parseaddr(mail.sender)[1], to_addrs=waiting)
            taken = [address for address in waiting if address not in answers]
        except smtplib.SMTPRecipientsRefused as error:
            answers, taken = error.recipients, []  # after a 421 not all were asked
        if taken:
            witness.taken(taken)
    never = {address: said(*answer) for address, answer in answers.items() if answer[0] >= 500}
    if never:
        witness.refused(never)
    refused |= never
    return [address for address in waiting if address not in never and address not in taken]


def _address(text: str) -> Address:
    """`Name <user@host>` as an address that cannot hold a second header or recipient."""
    name, address = parseaddr(one_line(text))
    try:
        if "@" not in address:
            raise ValueError(address)
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise ConfigError(f"{text!r} is no mail address", mend="write name@host or Name <name@host>") from error


def check(mail: Mail, password: SecretStr | None) -> None:
    """Connects and signs in, and sends nothing.

    Raises:
        ConfigError: The file that `verify` names cannot be used.
        BadCredentials, RemoteError: The server does not answer, offers no trusted TLS, or refuses the sign-in.
    """
    try:
        with connected(mail, password):
            pass
    except Later as error:
        mend = "check the address, the port and that it is running"
        raise Unreachable(str(error), where=place(mail), mend=mend) from None
