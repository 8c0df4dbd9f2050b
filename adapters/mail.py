"""Reports → SMTP. One message per report: its recipients never meet another account's.

DKIM, SPF and DMARC are the relay's: it has to sign `List-Unsubscribe` too. A re-send carries the same Message-ID as
long as the content is the same, so that mailboxes keep one copy.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Protocol

import stamina
from pydantic import SecretStr

from trunkline.adapters.message import Outgoing, message
from trunkline.adapters.smtp import Later, Refused, connected, place, said
from trunkline.config import Mail
from trunkline.errors import RemoteError, Unreachable

ATTEMPTS = 4
PATIENCE_SECONDS = 120.0


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
