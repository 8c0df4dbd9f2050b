"""Mailing the reports of a period: each to each recipient once, whoever runs it and however often.

What is about to be sent is written down first, and what the server took at once, while nobody holds the lake. A process
that is killed after the server took a mail and before that is written sends it again, under the same Message-ID even
if its figures have changed: mailboxes that know the Message-ID keep the copy they have. It is never lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
from filelock import FileLock, Timeout

from trunkline.adapters import mail
from trunkline.config import Config
from trunkline.errors import BadCredentials, ConfigError, LakeError, TrunklineError
from trunkline.reports.write import Built
from trunkline.store import mails
from trunkline.store.lake import Lake

NO_CALLS = "no calls, no mail"  # stands in the ledger where a mail server's refusal does: nothing is waited for
LOCK_SECONDS = 600.0  # another run may be mailing some hundred reports
Change = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True)
class Already:
    """A report that these recipients got before, the last of them at `sent_at`; nothing was sent to them now."""

    scope: str
    period: str
    recipients: tuple[str, ...]
    sent_at: dt.datetime


@dataclass
class Mailing:
    """What became of the reports: scopes of which something was sent, what was not sent again, and what failed.

    `quiet`: scopes that had no calls and want no mail then.
    """

    sent: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    already: list[Already] = field(default_factory=list)
    failures: dict[str, TrunklineError] = field(default_factory=dict)


def send_reports(
    lake: Lake, config: Config, built: Sequence[Built], now: Callable[[], dt.datetime], *, resend: bool = False
) -> Mailing:
    """Mails each report to those of its recipients who did not get it; with `resend` to all. One that fails stops
    no other.

    Raises:
        ConfigError: No `[mail]` is set, or its password is absent.
        LakeError: The lake cannot be used, or another run has been mailing for ten minutes.
    """
    if config.mail is None:
        raise ConfigError("no mail server is set", mend="add [mail] with url and from to trunkline.toml")
    password = config.mail_password()
    lake.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(lake.path.with_name(f"{lake.path.stem}.mail.lock"), timeout=LOCK_SECONDS):
            done = Mailing()
            due = _begun(lake, built, now, done, resend=resend)
            ledger = _Ledger(lake, now)
            for number, report in enumerate(due):
                witness = _Witness(ledger, report.message_id)
                try:
                    mail.send(config.mail, password, report, witness)
                except BadCredentials as error:  # the rest would be refused too, and each try counts against us
                    for one in due[number:]:
                        _Witness(ledger, one.message_id).refused(dict.fromkeys(one.recipients, error.message))
                        done.failures[one.scope] = error
                    break
                except TrunklineError as error:
                    done.failures[report.scope] = error
                finally:
                    if witness.took and report.scope not in done.sent:
                        done.sent.append(report.scope)
            ledger.end()
            return done
    except Timeout:
        raise LakeError("another run is mailing reports", mend="wait for it to end; nothing was sent") from None


def _begun(
    lake: Lake, built: Sequence[Built], now: Callable[[], dt.datetime], done: Mailing, *, resend: bool
) -> list[Built]:
    """The mails to send, written down as begun; `done` is told who has them already."""
    with lake.read() as connection:
        rows = mails.of_periods(connection, {one.scope for one in built}, {one.period for one in built})
    due: list[Built] = []
    quiet = [one for one in built if one.is_quiet and one.recipients]
    done.quiet = [one.scope for one in quiet]
    for report in built:
        if report.is_quiet:
            continue
        mine = [row for row in rows if (row.scope, row.period) == (report.scope, report.period)]
        parts, already = split(report, mine, resend=resend)
        due += parts
        done.already += [already] if already else []
    if due or quiet:
        with lake.write() as connection:
            for one in (*due, *quiet):
                to = [mails.mailbox(recipient) for recipient in one.recipients]
                mails.begin(connection, one, one.message_id, to, now())
                if one.is_quiet:
                    mails.refuse(connection, one.message_id, dict.fromkeys(to, NO_CALLS))
    return due


def split(report: Built, rows: Iterable[mails.Row], *, resend: bool) -> tuple[list[Built], Already | None]:
    """The report for those who are to get it, one part per Message-ID, and who has it. `rows`: newest first. Pure.

    Whom an earlier run began to mail gets it under the Message-ID of that run: they may have it.
    """
    got: dict[str, dt.datetime] = {}
    begun: dict[str, str] = {}
    for row in rows:
        if row.sent_at:
            got.setdefault(row.recipient, row.sent_at)
        else:
            begun.setdefault(row.recipient, row.message_id)
    parts: dict[str, list[str]] = defaultdict(list)
    have: dict[str, dt.datetime] = {}
    for recipient in report.recipients:
        box = mails.mailbox(recipient)
        if box in got and not resend:
            have[recipient] = got[box]
        else:
            parts[report.message_id if resend else begun.get(box, report.message_id)].append(recipient)
    already = Already(report.scope, report.period, tuple(have), max(have.values())) if have else None
    return [replace(report, message_id=key, recipients=tuple(to)) for key, to in parts.items()], already


class _Ledger:
    """Writes down at once what the server says; what the lake does not take then, with the next or at the end."""

    def __init__(self, lake: Lake, now: Callable[[], dt.datetime]) -> None:
        self.now = now
        self._lake = lake
        self._changes: list[Change] = []

    def note(self, change: Change) -> None:
        self._changes.append(change)
        with contextlib.suppress(LakeError):
            self.end()

    def end(self) -> None:
        """Writes what is left.

        Raises:
            LakeError: It cannot be written, and the same mails would be sent again.
        """
        if not self._changes:
            return
        try:
            with self._lake.write() as connection:
                for change in self._changes:
                    change(connection)
        except LakeError as error:
            mend = f"{error.mend}; until that is so, mailing again sends the same mails again"
            raise LakeError(f"mails were sent and could not be written down: {error.message}", mend=mend) from None
        self._changes.clear()


class _Witness:
    """Of one mail."""

    def __init__(self, ledger: _Ledger, message_id: str) -> None:
        self.took = False
        self._ledger, self._message_id = ledger, message_id

    def taken(self, to: Sequence[str]) -> None:
        self.took = True
        boxes, at = [mails.mailbox(one) for one in to], self._ledger.now()
        self._ledger.note(lambda connection: mails.accept(connection, self._message_id, boxes, at))

    def refused(self, answers: Mapping[str, str]) -> None:
        found = {mails.mailbox(one): answer for one, answer in answers.items()}
        self._ledger.note(lambda connection: mails.refuse(connection, self._message_id, found))
