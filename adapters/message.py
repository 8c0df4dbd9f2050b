"""A report as a mail message: its headers, text and HTML, and what is attached."""

from __future__ import annotations

from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from trunkline.adapters.smtp import one_line
from trunkline.config import Mail
from trunkline.errors import ConfigError, StorageError

_KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    ".csv": ("text", "csv", {"charset": "utf-8"}),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet", {}),
    ".pdf": ("application", "pdf", {}),
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
        """Files to go with it: .csv, .xlsx or .pdf."""
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


def _address(text: str) -> Address:
    """`Name <user@host>` as an address that cannot hold a second header or recipient."""
    name, address = parseaddr(one_line(text))
    try:
        if "@" not in address:
            raise ValueError(address)
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise ConfigError(f"{text!r} is no mail address", mend="write name@host or Name <name@host>") from error
