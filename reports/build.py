"""Writes the reports of a period: for each account and for the agency a page, a mail, a text, a workbook and a CSV."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from types import MappingProxyType

import duckdb

from trunkline.config import Account, Config
from trunkline.links import Links
from trunkline.periods import Period
from trunkline.reports import (
    account_view,
    agency_view,
    csvfile,
    definitions,
    folder,
    index,
    kpis,
    page,
    pdf,
    play,
    read,
    render,
    sheets,
    sql,
    titles,
    workbook,
)
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.brand import Image, branded, wearing
from trunkline.reports.language import _
from trunkline.reports.sheets import Sheet


@dataclass(frozen=True)
class Built:
    """One report: its files and its mail. `scope` is the account's id or the agency's.

    `reply_to` is empty where answers go to the sender; `images` are those that the HTML names `cid:`.
    """

    scope: str
    name: str
    period: str
    paths: Mapping[str, Path]
    subject: str
    text: str
    html: str
    recipients: tuple[str, ...]
    message_id: str
    unsubscribe: str
    reply_to: str
    images: tuple[Image, ...]


def build(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    period: Period,
    accounts: Sequence[Account],
    out: Path,
    now: dt.datetime,
    own: Mapping[str, Period] = MappingProxyType({}),
    with_pdf: bool = False,
) -> list[Built]:
    """Writes the agency's report to `out`, each account's to its folder there, and indexes; the agency's comes last.

    `period` is the agency's; an account's report covers the same days in its own zone, or those of `own` (by account
    id), where its last week is not the agency's. The agency's report is written only if `accounts` are all of the
    config's: a part would read as the whole. The same data and `now` give the same bytes. `with_pdf` needs what
    `pdf.require` looks for; without it a PDF of an earlier run is removed: it may say something else than the page.

    Raises:
        ConfigError: The secret of [links] is absent or too short, or a logo's file is gone.
    """
    links = config.signed_links()
    out.mkdir(parents=True, exist_ok=True)
    read.snapshot(connection, [period, *own.values()], accounts)
    built, found = [], []
    for account in accounts:
        days = own.get(account.id, period)
        figures = read.account_figures(connection, account, days, now)
        with wearing(config, account):
            built.append(_account(connection, config, figures, out, now, links, with_pdf))
        if days.days != period.days:  # the agency's table links to the days that it sums up; they are not mailed
            figures = read.account_figures(connection, account, period, now)
            with wearing(config, account):
                _account(connection, config, figures, out, now, links, with_pdf)
        found.append(figures)
    if found and len(found) == len(config.account):
        with wearing(config) as worn:
            figures_of_all = AgencyFigures(worn.shown(config.agency), period, tuple(found))
            built.append(_agency(config, figures_of_all, out, now, with_pdf))
    index.write(out, config, accounts)
    return built


def _account(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    f: AccountFigures,
    out: Path,
    now: dt.datetime,
    links: Links | None,
    with_pdf: bool,
) -> Built:
    values = {"account_id": f.account.id, "since": f.period.since, "until": f.period.until}
    rows = sql.run(connection, "call_rows", values)
    calls = sheets.call_sheet(f.account, rows)
    callers = sheets.caller_sheet(f.account, sql.run(connection, "episode_rows", values))
    agency = branded().shown(config.agency)
    html, text = render.account_mail(f, agency, _contact(config))
    paths = _paths(out / f.account.id, f.account.id, f.period, with_pdf)
    played = play.plays(links, f.account, rows, now)
    folder.put(paths["page"], page.account_page(f, agency, calls, callers, _files(paths), played).encode())
    if with_pdf:  # without links: a PDF is handed on, and a link plays for whoever holds it
        plain = page.account_page(f, agency, calls, callers, [], play.Plays({}, ""))
        folder.put(paths["pdf"], pdf.pdf(plain, f.account.country))
    terms = definitions.terms([f.account])
    folder.put(paths["workbook"], workbook.account_book(f, calls, callers, terms, now))
    _write_csv(paths["csv"], calls)
    said = kpis.kpis(f.now, kpis.account_context(f))
    folder.write_facts(paths["page"].parent, f.account.id, f.period, _facts(f.account.name, said))
    return _built(
        config,
        f.account.id,
        f.account.name,
        f.period,
        paths,
        account_view.subject(f),
        text,
        html,
        f.account.report_to,
    )


def _agency(config: Config, f: AgencyFigures, out: Path, now: dt.datetime, with_pdf: bool) -> Built:
    html, text = render.agency_mail(f, _contact(config))
    paths = _paths(out, f.agency.id, f.period, with_pdf)
    folder.put(paths["page"], page.agency_page(f, _files(paths)).encode())
    if with_pdf:
        folder.put(paths["pdf"], pdf.pdf(page.agency_page(f, []), f.agency.country))
    sheet = sheets.account_sheet(f.worst_first)
    terms = definitions.terms([one.account for one in f.accounts])
    title = f"{f.agency.name}, {titles.title(f.period)}"
    folder.put(paths["workbook"], workbook.agency_book(title, sheet.heads, sheet.rows, terms, now))
    _write_csv(paths["csv"], sheet)
    folder.write_facts(out, f.agency.id, f.period, _facts(f.agency.name, agency_view.shared(f)["kpis"]))
    return _built(
        config, f.agency.id, f.agency.name, f.period, paths, agency_view.subject(f), text, html, f.agency.report_to
    )


def _write_csv(path: Path, sheet: Sheet) -> None:
    folder.put(path, ("\ufeff" + csvfile.text(sheet)).encode())  # the mark makes spreadsheets read UTF-8


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


def _contact(config: Config) -> str:
    """Who can be asked about a report, or told to stop it."""
    sender = parseaddr(config.mail.sender)[1] if config.mail else ""
    return branded().reply_to or (config.agency.report_to[0] if config.agency.report_to else sender or branded().name)


def _built(
    config: Config,
    scope: str,
    name: str,
    period: Period,
    paths: Mapping[str, Path],
    subject: str,
    text: str,
    html: str,
    recipients: tuple[str, ...],
) -> Built:
    folder.put(paths["mail"], html.encode())
    folder.put(paths["text"], text.encode())
    version = hashlib.sha256(f"{subject}\n{text}\n{html}".encode()).hexdigest()[:16]
    domain = parseaddr(config.mail.sender)[1].rpartition("@")[2] if config.mail else ""
    message_id = f"<{scope}.{period.label}.{version}@{domain or 'trunkline.invalid'}>"
    worn = branded()
    return Built(
        scope,
        name,
        period.label,
        paths,
        subject,
        text,
        html,
        recipients,
        message_id,
        _contact(config),
        worn.reply_to,
        worn.logo.images if worn.logo else (),
    )
