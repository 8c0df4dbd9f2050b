"""One report: figures and rows → page, mail, text, workbook, CSV and PDF. The lake is not needed any more."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from trunkline.config import Account, Agency, Config
from trunkline.links import Links
from trunkline.periods import Period
from trunkline.reports import (
    account_view,
    agency_view,
    attached,
    csvfile,
    definitions,
    folder,
    kpis,
    page,
    paper,
    play,
    render,
    sheets,
    titles,
    workbook,
)
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.attached import Attached, Rows
from trunkline.reports.brand import Image, branded, contact, wearing
from trunkline.reports.figures import Slice
from trunkline.reports.language import _


@dataclass(frozen=True)
class Built:
    """One report: its files and its mail. `scope` is the account's id or the agency's.

    The period is `since` ≤ t < `until` (UTC), `as_of` how far the data reaches. `figures` are those that it shows, as
    JSON, for the report of the next period; `version` is a hash of what is mailed. `is_quiet`: no mail is due.
    `reply_to` is empty where answers go to the sender; `images` are those that the HTML names `cid:`. `by_name`: the
    figures of the files (`figures.Slice.named`) of what was read; `is_read` is false where that was nothing.
    """

    scope: str
    name: str
    period: str
    since: dt.datetime
    until: dt.datetime
    as_of: dt.datetime | None
    figures: Mapping[str, Any]
    version: str
    paths: Mapping[str, Path]
    subject: str
    text: str
    html: str
    recipients: tuple[str, ...]
    message_id: str
    unsubscribe: str
    reply_to: str
    images: tuple[Image, ...]
    is_read: bool
    by_name: Mapping[str, int | float | None]
    attachments: tuple[Path, ...] = ()
    is_quiet: bool = False


@dataclass(frozen=True)
class Press:
    """What the reports of a run have in common. `now`: when they are made; `links`: they play recordings, if any do."""

    config: Config
    out: Path
    now: dt.datetime
    links: Links | None
    with_pdf: bool


@dataclass(frozen=True)
class Found:
    """What the lake tells of one account: its figures, those to be kept (`restated`), and the rows behind them."""

    figures: AccountFigures
    kept: Mapping[str, Any]
    rows: Rows


def account(press: Press, found: Found) -> Built:
    """Writes an account's report to its folder.

    Raises:
        ConfigError: The logo's file is gone.
    """
    f, rows, config, now = found.figures, found.rows, press.config, press.now
    with wearing(config, f.account):
        calls = sheets.call_sheet(f.account, rows.calls)
        callers = sheets.caller_sheet(f.account, rows.callers)
        agency = branded().shown(config.agency)
        with_it = Attached()
        if f.account.report_to and not f.is_quiet:
            with_it = attached.account_files(agency, f, rows, press.out / f.account.id, now)
        html, text = render.account_mail(f, agency, contact(config), with_it.note)
        paths = _paths(press.out / f.account.id, f.account.id, f.period, press.with_pdf)
        played = play.plays(press.links, f.account, rows.calls, now)
        folder.put(paths["page"], page.account_page(f, agency, calls, callers, _files(paths), played).encode())
        if press.with_pdf:
            folder.put(paths["pdf"], paper.account_pdf(f, agency, calls, callers))
        terms = definitions.terms([f.account])
        folder.put(paths["workbook"], workbook.account_book(f, calls, callers, terms, now))
        folder.put(paths["csv"], csvfile.content(sheets.csv_sheet(f.account, rows.calls, rows.before)))
        said = kpis.kpis(f.now, kpis.account_context(f))
        folder.write_facts(paths["page"].parent, f.account.id, f.period, _facts(f.account.name, said))
        mail = _Mail(account_view.subject(f), text, html, f.account.report_to, with_it)
        shown = f.now if f.is_read else None
        return _built(press, f.account, f.period, f.as_of, found.kept, shown, paths, mail, f.is_quiet)


def agency(press: Press, f: AgencyFigures, kept: Mapping[str, Any]) -> Built:
    """Writes the agency's report; inside `wearing`, whose brand the figures' agency has."""
    sheet = sheets.account_sheet(f.worst_first)
    with_it = attached.agency_files(f, sheet, press.out, press.now) if f.agency.report_to else Attached()
    html, text = render.agency_mail(f, contact(press.config), with_it.note)
    paths = _paths(press.out, f.agency.id, f.period, press.with_pdf)
    folder.put(paths["page"], page.agency_page(f, _files(paths)).encode())
    if press.with_pdf:
        folder.put(paths["pdf"], paper.agency_pdf(f))
    terms = definitions.terms([one.account for one in f.accounts])
    title = f"{f.agency.name}, {titles.title(f.period)}"
    folder.put(paths["workbook"], workbook.agency_book(title, sheet.heads, sheet.rows, terms, press.now))
    folder.put(paths["csv"], csvfile.content(sheet))
    folder.write_facts(press.out, f.agency.id, f.period, _facts(f.agency.name, agency_view.shared(f)["kpis"]))
    mail = _Mail(agency_view.subject(f), text, html, f.agency.report_to, with_it)
    as_of = min((one.as_of for one in f.accounts if one.as_of), default=None)
    return _built(press, f.agency, f.period, as_of, kept, f.total if f.is_read else None, paths, mail)


@dataclass(frozen=True)
class _Mail:
    subject: str
    text: str
    html: str
    recipients: tuple[str, ...]
    with_it: Attached


def _paths(place: Path, scope: str, period: Period, with_pdf: bool) -> dict[str, Path]:
    """Where one report's files go; the folder is made."""
    place.mkdir(parents=True, exist_ok=True)
    paths = folder.paths(place, scope, period)
    if not with_pdf:
        paths.pop("pdf").unlink(missing_ok=True)
    return paths


def _files(paths: Mapping[str, Path]) -> page.Files:
    """The links at the foot of a page: to its other files, and to the index beside it."""
    others = [(folder.NAMES[kind], path.name) for kind, path in paths.items() if kind != "page"]
    return [*others, (_("All reports"), folder.INDEX)]


def _facts(name: str, said: Sequence[kpis.Kpi]) -> folder.Facts:
    return folder.Facts(name, *(one.value for one in said))


def _built(
    press: Press,
    whose: Account | Agency,
    period: Period,
    as_of: dt.datetime | None,
    kept: Mapping[str, Any],
    shown: Slice | None,
    paths: Mapping[str, Path],
    mail: _Mail,
    is_quiet: bool = False,
) -> Built:
    folder.put(paths["mail"], mail.html.encode())
    folder.put(paths["text"], mail.text.encode())
    content = f"{mail.subject}\n{mail.text}\n{mail.html}\n{mail.with_it.digest}"
    version = hashlib.sha256(content.encode()).hexdigest()[:16]
    domain = parseaddr(press.config.mail.sender)[1].rpartition("@")[2] if press.config.mail else ""
    worn = branded()
    return Built(
        scope=whose.id,
        name=whose.name,
        period=period.label,
        since=period.since,
        until=period.until,
        as_of=as_of,
        figures=kept,
        version=version,
        paths=paths,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        recipients=mail.recipients,
        message_id=f"<{whose.id}.{period.label}.{version}@{domain or 'trunkline.invalid'}>",
        unsubscribe=contact(press.config),
        reply_to=worn.reply_to,
        images=worn.logo.images if worn.logo else (),
        is_read=shown is not None,
        by_name=shown.named if shown else {},
        attachments=mail.with_it.files,
        is_quiet=is_quiet,
    )
