"""Alerts: what opens and closes is written first, then each mail is noted, sent, and noted as sent."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from trunkline.adapters import mail
from trunkline.alerts import Alert, Finding, judge
from trunkline.config import Account, Config
from trunkline.errors import BadCredentials, ConfigError, LakeError, TrunklineError
from trunkline.reports.alerts import Watched, findings
from trunkline.reports.alerts_mail import AlertMail, Digest, callers
from trunkline.reports.alerts_mail import mail as compose
from trunkline.store import alerts as store
from trunkline.store.alerts import Told
from trunkline.store.lake import Lake


@dataclass(frozen=True)
class Judged:
    """How many alerts opened and how many ended."""

    opened: int
    closed: int


def judge_alerts(lake: Lake, config: Config, accounts: Sequence[Account], now: dt.datetime) -> Judged:
    """Opens and closes alerts of these accounts, by what the lake says.

    Raises:
        LakeError: The lake cannot be read or written.
    """
    with lake.read() as connection:
        watched = Watched.of(connection, config, accounts, _of(store.open_alerts(connection), config, accounts), now)
        excerpt = watched.cut(connection)
    with contextlib.closing(excerpt):
        found = findings(excerpt, watched)
    return note(lake, config, accounts, found, now)


def note(lake: Lake, config: Config, accounts: Sequence[Account], found: Sequence[Finding], now: dt.datetime) -> Judged:
    """Writes what findings open and close. Of the whole config's accounts, alerts of those that left it end too.

    Raises:
        LakeError: The lake cannot be written.
    """
    with lake.write() as connection:
        open_alerts = _of(store.open_alerts(connection), config, accounts)
        changed = judge(open_alerts, found, lambda one: _is_watched(one, config), now)
        store.write(connection, changed)
    known = {one.alert_id for one in open_alerts}
    return Judged(sum(one.alert_id not in known for one in changed), sum(one.closed_at is not None for one in changed))


def _of(alerts: Sequence[Alert], config: Config, accounts: Sequence[Account]) -> list[Alert]:
    chosen = {account.id for account in accounts}
    return [one for one in alerts if one.account_id in chosen or len(chosen) == len(config.account)]


def _is_watched(alert: Alert, config: Config) -> bool:
    for account in config.account:
        if account.id == alert.account_id:
            is_there = alert.pbx_id is None or any(pbx.id == alert.pbx_id for pbx in account.pbx)
            return is_there and config.alerts_of(account).watches(alert.kind)
    return False


@dataclass(frozen=True)
class Mailed:
    """How many mails went out, and what failed by recipient."""

    sent: int
    failed: dict[str, TrunklineError]


def mail_alerts(lake: Lake, config: Config, accounts: Sequence[Account], now: dt.datetime) -> Mailed:
    """Sends what is outstanding, the mails of runs that broke off first and as they were.

    A recipient whose mail fails gets no other in this run, and the same one in the next. Each recipient has mails of
    their own, so that none is told twice because another's address is refused.

    Raises:
        ConfigError: No `[mail]` is set, or its password is absent.
        LakeError: The lake cannot be read or written.
    """
    if config.mail is None:
        raise ConfigError("no mail server is set", mend="add [mail] with url and from to trunkline.toml")
    password = config.mail_password()
    audience = Audience(config, accounts)
    failed: dict[str, TrunklineError] = {}
    count = 0
    for take in (_left, _begun):
        for told in take(lake, audience, failed, now):
            try:
                if told.recipient in failed or not (made := _composed(lake, audience, told)):
                    continue
                mail.send(config.mail, password, made)
            except BadCredentials as error:  # the rest would be refused too, and each try counts against us
                return Mailed(count, {**failed, told.recipient: error})
            except LakeError:
                raise
            except TrunklineError as error:
                failed[told.recipient] = error
                continue
            with lake.write() as connection:
                store.sent(connection, told, now)
            count += 1
    return Mailed(count, failed)


@dataclass(frozen=True)
class Audience:
    """Who is told of what: of some accounts, or of all."""

    config: Config
    accounts: Sequence[Account]

    def of(self, alert: Alert) -> Iterator[tuple[str, str]]:
        """Scope and recipient of each of an alert's mails: the agency's, and for a waiting caller the account's own."""
        for account in self.accounts:
            if account.id != alert.account_id:
                continue
            chosen = self.config.alerts_of(account)
            agency = {one.casefold() for one in chosen.to or ()}
            yield from ((self.config.agency.id, one) for one in sorted(agency))
            if chosen.callers_to_account and alert.kind == "caller_waiting":
                own = {one.casefold() for one in account.report_to}
                yield from ((account.id, one) for one in sorted(own - agency))


def _left(lake: Lake, audience: Audience, _failed: Collection[str], _now: dt.datetime) -> list[Told]:
    """Mails that were begun and are not known to be sent; of some accounts only those that tell of no other."""
    with lake.read() as connection:
        found = store.unsent(connection)
        alerts = store.of_ids(connection, [one for told in found for one in told.opened + told.closed])
    inside = {one.alert_id for one in _of(alerts, audience.config, audience.accounts)}
    return [told for told in found if inside.issuperset(told.opened + told.closed)]


def _begun(lake: Lake, audience: Audience, failed: Collection[str], now: dt.datetime) -> list[Told]:
    """What is due is noted before it is sent: one mail for each scope and recipient."""
    opened: dict[tuple[str, str], list[str]] = defaultdict(list)
    closed: dict[tuple[str, str], list[str]] = defaultdict(list)
    with lake.write() as connection:
        for alert, done in store.to_tell(connection):
            for reader in audience.of(alert):
                if reader[1] in failed:
                    continue
                if alert.closed_at is None and ("opened", *reader) not in done:
                    opened[reader].append(alert.alert_id)
                elif alert.closed_at and ("opened", *reader) in done and ("closed", *reader) not in done:
                    closed[reader].append(alert.alert_id)
        due = [
            _told(audience.config, scope, to, now, opened[scope, to], closed[scope, to])
            for scope, to in sorted({*opened, *closed})
        ]
        for one in due:
            store.begin(connection, one)
    return due


def _told(
    config: Config, scope: str, recipient: str, now: dt.datetime, opened: Sequence[str], closed: Sequence[str]
) -> Told:
    named = hashlib.sha256("\n".join([recipient, *opened, "", *closed]).encode()).hexdigest()[:24]
    domain = parseaddr(config.mail.sender)[1].rpartition("@")[2] if config.mail else ""
    message_id = f"<{scope}.alerts.{named}@{domain or 'trunkline.invalid'}>"
    return Told(message_id, scope, recipient, now, tuple(opened), tuple(closed))


def _composed(lake: Lake, audience: Audience, told: Told) -> AlertMail | None:
    """The mail; null where by the config of today the recipient is not to know of any of its alerts."""
    reader = (told.scope, told.recipient)
    account = next((one for one in audience.accounts if one.id == told.scope), None)
    with lake.read() as connection:
        alerts = [one for one in store.of_ids(connection, told.opened + told.closed) if reader in audience.of(one)]
        digest = Digest(
            opened=[one for one in alerts if one.alert_id in told.opened],
            closed=[one for one in alerts if one.alert_id in told.closed],
            still_open=sum(reader in audience.of(one) for one in store.open_at(connection, told.made_at)),
            made_at=told.made_at,
            account=account,
        )
        numbers = callers(connection, audience.config, alerts, "mail")
    return compose(audience.config, digest, numbers, told.recipient, told.message_id) if alerts else None
