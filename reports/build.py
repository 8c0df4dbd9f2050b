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
    page,
    play,
    read,
    render,
    sheets,
    sql,
    values,
    workbook,
)
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.sheets import Sheet

ENDINGS = {"page": ".html", "mail": ".mail.html", "text": ".txt", "workbook": ".xlsx", "csv": ".csv"}
_NAMES = {"page": "Full page", "mail": "Mail", "text": "Text", "workbook": "Workbook", "csv": "CSV"}


@dataclass(frozen=True)
class Built:
    """One report: its files, its mail and its figures by name. `scope` is the account's id or the agency's."""

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
    figures: Mapping[str, object]


def build(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    period: Period,
    accounts: Sequence[Account],
    out: Path,
    now: dt.datetime,
    own: Mapping[str, Period] = MappingProxyType({}),
) -> list[Built]:
    """Writes all reports to `out` with an `index.html`; returns them, the agency's last.

    `period` is the agency's; an account's report covers the same days in its own zone, or those of `own` (by account
    id), where its last week is not the agency's. The agency's report is written only if `accounts` are all of the
    config's: a part would read as the whole. The same data and `now` give the same bytes.

    Raises:
        ConfigError: The secret of [links] is absent or too short.
    """
    links = config.signed_links()
    out.mkdir(parents=True, exist_ok=True)
    read.snapshot(connection, [period, *own.values()], accounts)
    built, found = [], []
    for account in accounts:
        days = own.get(account.id, period)
        figures = read.account_figures(connection, account, days, now)
        built.append(_account(connection, config, figures, out, now, links))
        if days.days != period.days:  # the agency's table links to the days that it sums up; they are not mailed
            figures = read.account_figures(connection, account, period, now)
            _account(connection, config, figures, out, now, links)
        found.append(figures)
    if found and len(found) == len(config.account):
        built.append(_agency(config, AgencyFigures(config.agency, period, tuple(found)), out, now))
    _index(config, period, built, out)
    return built


def _account(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    f: AccountFigures,
    out: Path,
    now: dt.datetime,
    links: Links | None,
) -> Built:
    wanted = {"account_id": f.account.id, "since": f.period.since, "until": f.period.until}
    rows, before = read.call_rows(connection, f)
    calls = sheets.call_sheet(f.account, rows)
    callers = sheets.caller_sheet(f.account, sql.run(connection, "episode_rows", wanted))
    html, text = render.account_mail(f, config.agency, _contact(config))
    paths = _paths(out, f.account.id, f.period)
    played = play.plays(links, f.account, rows, now)
    paths["page"].write_text(page.account_page(f, config.agency, calls, callers, _files(paths), played), "utf-8")
    terms = definitions.terms([f.account])
    paths["workbook"].write_bytes(workbook.account_book(f, calls, callers, terms, now))
    _write_csv(paths["csv"], sheets.csv_sheet(f.account, rows, before))
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
        values.account_values(f),
    )


def _agency(config: Config, f: AgencyFigures, out: Path, now: dt.datetime) -> Built:
    html, text = render.agency_mail(f, _contact(config))
    paths = _paths(out, f.agency.id, f.period)
    paths["page"].write_text(page.agency_page(f, _files(paths)), "utf-8")
    sheet = sheets.account_sheet(f.worst_first)
    terms = definitions.terms([one.account for one in f.accounts])
    title = f"{f.agency.name}, {f.period.title}"
    paths["workbook"].write_bytes(workbook.agency_book(title, sheet.heads, sheet.rows, terms, now))
    _write_csv(paths["csv"], sheet)
    return _built(
        config,
        f.agency.id,
        f.agency.name,
        f.period,
        paths,
        agency_view.subject(f),
        text,
        html,
        f.agency.report_to,
        values.agency_values(f),
    )


def _write_csv(path: Path, sheet: Sheet) -> None:
    path.write_text("\ufeff" + csvfile.text(sheet), "utf-8", newline="")  # the mark makes spreadsheets read UTF-8


def _paths(out: Path, scope: str, period: Period) -> dict[str, Path]:
    return {kind: out / f"{scope}-{period.label}{ending}" for kind, ending in ENDINGS.items()}


def _files(paths: Mapping[str, Path]) -> page.Files:
    return [(_NAMES[kind], path.name) for kind, path in paths.items() if kind != "page"]


def _contact(config: Config) -> str:
    """Who can be asked about a report, or told to stop it."""
    sender = parseaddr(config.mail.sender)[1] if config.mail else ""
    return config.agency.report_to[0] if config.agency.report_to else sender or config.agency.name


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
    figures: Mapping[str, object],
) -> Built:
    paths["mail"].write_text(html, "utf-8")
    paths["text"].write_text(text, "utf-8")
    version = hashlib.sha256(f"{subject}\n{text}\n{html}".encode()).hexdigest()[:16]
    domain = parseaddr(config.mail.sender)[1].rpartition("@")[2] if config.mail else ""
    message_id = f"<{scope}.{period.label}.{version}@{domain or 'trunkline.invalid'}>"
    contact = _contact(config)
    return Built(scope, name, period.label, paths, subject, text, html, recipients, message_id, contact, figures)


def _index(config: Config, period: Period, built: Sequence[Built], out: Path) -> None:
    reports = [
        (one.name, [(_NAMES[kind], path.name) for kind, path in one.paths.items()])
        for one in [*built[-1:], *built[:-1]]
    ]
    shown = {"title": f"{config.agency.name}: {period.title}", "reports": reports}
    (out / "index.html").write_text(render.templates().get_template("index.html.j2").render(shown), "utf-8")
