"""One mail of alerts to one recipient: what is new, what is over, in HTML and text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from trunkline.alerts import Alert, Kind
from trunkline.config import Account, Config
from trunkline.reports import alerts_words, words
from trunkline.reports.alerts_words import Said
from trunkline.reports.brand import Brand, Image, contact, wearing
from trunkline.reports.language import SOURCE, speaking
from trunkline.reports.render import templates
from trunkline.reports.rows import Place, shown

MOST_ROWS = 40  # of each section: 2 × 40 rows are 60 KB, and Gmail clips a mail at 102


@dataclass(frozen=True)
class Digest:
    """What one mail tells. `account`: whose own readers it is for; null for the agency's."""

    opened: Sequence[Alert]
    closed: Sequence[Alert]
    still_open: int
    made_at: dt.datetime
    account: Account | None


@dataclass(frozen=True)
class AlertMail:
    """The mail (`adapters.mail.Outgoing`)."""

    scope: str
    subject: str
    text: str
    html: str
    recipients: tuple[str, ...]
    message_id: str
    unsubscribe: str
    reply_to: str
    images: tuple[Image, ...]
    attachments: tuple[Path, ...] = ()


def callers(
    connection: duckdb.DuckDBPyConnection, config: Config, alerts: Sequence[Alert], place: Place
) -> dict[str, str]:
    """Alert → the number of its caller as the account's readers may see it. Alerts of other kinds have none."""
    owners = {account.id: account for account in config.account}
    waiting = {one.subject: one for one in alerts if one.kind == "caller_waiting" and one.account_id in owners}
    if not waiting:
        return {}
    rows = connection.execute(  # an episode is named by its first missed call
        """
        SELECT account_id || '/' || call_id AS episode_id, external_number FROM calls
        WHERE started_at >= $since AND purged_at IS NULL AND list_contains($episode_ids, episode_id)
        """,
        {"since": min(one.evidence["first_missed_at"] for one in waiting.values()), "episode_ids": list(waiting)},
    ).fetchall()
    found = [(waiting[episode_id], number) for episode_id, number in rows]
    return {one.alert_id: shown(number, owners[one.account_id], place) for one, number in found}


def said(alerts: Sequence[Alert], config: Config, numbers: Mapping[str, str], *, over: bool = False) -> list[Said]:
    """The alerts in words, those of an account together."""
    owners = {account.id: account for account in config.account}
    known = sorted((one for one in alerts if one.account_id in owners), key=lambda one: owners[one.account_id].name)
    tell = alerts_words.over if over else alerts_words.opened
    return [tell(one, owners[one.account_id], numbers.get(one.alert_id, "a caller")) for one in known]


def mail(config: Config, digest: Digest, numbers: Mapping[str, str], recipient: str, message_id: str) -> AlertMail:
    """The mail that tells `recipient` of a digest. The same digest gives the same bytes.

    Raises:
        ConfigError: The logo's file is gone, or no longer a logo.
    """
    place = digest.account or config.agency
    with wearing(config, digest.account) as worn, speaking(SOURCE, place.country):  # its words are not translated
        return _mail(config, worn, digest, numbers, recipient, message_id)


def _mail(
    config: Config, worn: Brand, digest: Digest, numbers: Mapping[str, str], recipient: str, message_id: str
) -> AlertMail:
    name = digest.account.name if digest.account else worn.name
    opened = said(digest.opened, config, numbers)
    closed = said(digest.closed, config, numbers, over=True)
    ask = contact(config)
    values: dict[str, Any] = {
        "subject": words.one_line(f"{name}: {_subject(digest)}"),
        "preheader": "; ".join(one.what for one in [*opened, *closed][:3]),
        "kicker": name,
        "title": "Alerts" if digest.account is None else "Callers waiting for a call back",
        "meta": _meta(digest, config, worn),
        "warnings": [],
        "lead": _lead(digest),
        "kpis": [],
        "opened": opened[:MOST_ROWS],
        "closed": closed[:MOST_ROWS],
        "more_opened": _more(len(opened)),
        "more_closed": _more(len(closed)),
        "with_place": digest.account is None,
        "foot": [
            "Judged by what is read so far: what is not known opens no alert and ends none.",
            "Each alert is mailed once when it opens and once when it is over, never in between.",
            f"You get this as a recipient of alerts of {name}. To change or stop it, write to {ask}.",
        ],
        "terms": [alerts_words.TERMS[kind] for kind in alerts_words.TERMS if kind in _kinds(digest)],
    }
    html = templates().get_template("alert_mail.html.j2").render(values)
    text = templates().get_template("alert_mail.txt.j2").render(values)
    scope = digest.account.id if digest.account else config.agency.id
    images = worn.logo.images if worn.logo else ()
    return AlertMail(scope, values["subject"], text, html, (recipient,), message_id, ask, worn.reply_to, images)


def _kinds(digest: Digest) -> set[Kind]:
    return {one.kind for one in (*digest.opened, *digest.closed)}


def _counted(alerts: Sequence[Alert]) -> str:
    kinds = [one.kind for one in alerts]
    return ", ".join(alerts_words.counted(kind, kinds.count(kind)) for kind in alerts_words.COUNTED if kind in kinds)


def _subject(digest: Digest) -> str:
    parts = [_counted(digest.opened)] if digest.opened else []
    return "; ".join([*parts, f"over: {_counted(digest.closed)}"] if digest.closed else parts)


def _lead(digest: Digest) -> str:
    parts = [f"New: {_counted(digest.opened)}."] if digest.opened else []
    parts += [f"Over: {_counted(digest.closed)}."] if digest.closed else []
    return " ".join([*parts, f"{words.number(digest.still_open)} open now."])


def _meta(digest: Digest, config: Config, worn: Brand) -> str:
    zone = digest.account.timezone if digest.account else config.agency.timezone
    seen = f"Seen {words.moment(words.at(digest.made_at, zone))} ({zone})."
    return (
        f"{seen} Other times are those of each account's zone." if digest.account is None else f"{seen} By {worn.name}."
    )


def _more(amount: int) -> str:
    return f"and {amount - MOST_ROWS} more; trunkline alerts lists what is open" if amount > MOST_ROWS else ""
