"""The files that go with a mail: the rows behind its figures, with numbers as the account's mails may show them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline.config import Agency
from trunkline.reports import csvfile, definitions, folder, sheets, titles, words, workbook
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.language import N_, _
from trunkline.reports.sheets import Sheet
from trunkline.reports.sql import Row

MOST_BYTES = 5_000_000  # of all files of a mail: many servers refuse 10 MB, and base64 adds a third
_MASKED = N_("Attached: %(files)s: the rows from which every figure can be recomputed; phone numbers are masked.")
_IN_FULL = N_("Attached: %(files)s: the rows from which every figure can be recomputed.")
_OF_ACCOUNTS = N_("Attached: %(files)s: the figures of each account.")
FOLDER = "mailed"  # beside the reports, whose files of the same kind may hold full numbers


@dataclass(frozen=True)
class Attached:
    """The files of one mail, what its foot says of them, and a hash of their rows."""

    files: tuple[Path, ...] = ()
    note: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Rows:
    """One account's calls of the period and of the one before, and the callers who were missed in the period."""

    calls: Sequence[Row]
    before: Sequence[Row]
    callers: Sequence[Row]


def account_files(agency: Agency, f: AccountFigures, rows: Rows, out: Path, now: dt.datetime) -> Attached:
    """Calls and callers of one account as CSV, and its workbook, as `agency.attach` says."""
    calls, callers = (
        sheets.csv_sheet(f.account, rows.calls, rows.before, "mail"),
        sheets.caller_sheet(f.account, rows.callers, "mail"),
    )
    name, terms = folder.stem(f.account.id, f.period), definitions.terms([f.account])
    makers: Makers = {}
    if "csv" in agency.attach:
        makers |= {f"{name}.calls.csv": _csv(calls), f"{name}.callers.csv": _csv(callers)}
    if "xlsx" in agency.attach:
        book = sheets.call_sheet(f.account, rows.calls, "mail")
        makers[f"{name}.xlsx"] = lambda: workbook.account_book(f, book, callers, terms, now)
    what = _IN_FULL if f.account.masking == "none" else _MASKED
    return _written(agency, makers, (calls, callers), out, what)


def agency_files(f: AgencyFigures, sheet: Sheet, out: Path, now: dt.datetime) -> Attached:
    """One row per account: no caller is in it."""
    agency, name = f.agency, folder.stem(f.agency.id, f.period)
    terms = definitions.terms([one.account for one in f.accounts])
    makers: Makers = {}
    if "csv" in agency.attach:
        makers[f"{name}.accounts.csv"] = _csv(sheet)
    if "xlsx" in agency.attach:
        title = f"{agency.name}, {titles.title(f.period)}"
        makers[f"{name}.xlsx"] = lambda: workbook.agency_book(title, sheet.heads, sheet.rows, terms, now)
    return _written(agency, makers, (sheet,), out, _OF_ACCOUNTS)


Makers = dict[str, Callable[[], bytes]]


def _csv(sheet: Sheet) -> Callable[[], bytes]:
    return lambda: csvfile.content(sheet)


def _written(agency: Agency, makers: Makers, shown: Sequence[Sheet], out: Path, what: str) -> Attached:
    """The files in their order, as long as they fit together."""
    files: list[Path] = []
    left_out: list[str] = []
    size, place = 0, out / FOLDER
    for name, make in makers.items():
        content = make()
        if size + len(content) > MOST_BYTES:
            left_out.append(name)
            continue
        place.mkdir(parents=True, exist_ok=True)
        folder.put(place / name, content)
        files.append(place / name)
        size += len(content)
    notes = []
    if files:
        notes.append(_(what, files=", ".join(path.name for path in files)))
    if left_out:
        notes.append(
            _(
                "Not attached, as more than %(size)s MB together: %(files)s; ask %(agency)s for it.",
                size=words.number(MOST_BYTES / 1_000_000),
                files=", ".join(left_out),
                agency=agency.name,
            )
        )
    digest = hashlib.sha256("".join(map(csvfile.text, shown)).encode()).hexdigest()
    return Attached(tuple(files), " ".join(notes), digest if makers else "")
