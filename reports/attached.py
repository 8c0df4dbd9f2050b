"""The files that go with a mail: the rows behind its figures, and the page, with numbers as the account's mails may
show them.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline.config import Agency
from trunkline.reports import csvfile, definitions, folder, paper, sheets, titles, words, workbook
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.language import N_, _
from trunkline.reports.sheets import Sheet
from trunkline.reports.sql import Row

MOST_BYTES = 5_000_000  # of all files of a mail: many servers refuse 10 MB, and base64 adds a third
_MASKED = N_("Attached: %(files)s: the rows from which every figure can be recomputed; phone numbers are masked.")
_IN_FULL = N_("Attached: %(files)s: the rows from which every figure can be recomputed.")
_MASKED_PAGE = N_("Attached: %(files)s: the full page; phone numbers are masked.")
_PAGE = N_("Attached: %(files)s: the full page.")
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
    """Calls and callers of one account as CSV, its workbook and its page as PDF, as `agency.attach` says.

    What fits less than all goes in this order: without the rows a figure cannot be checked.
    """
    if not agency.attach:
        return Attached()
    calls = csvfile.text(sheets.csv_sheet(f.account, rows.calls, rows.before, "mail"))
    callers = sheets.caller_sheet(f.account, rows.callers, "mail")
    texts = calls, csvfile.text(callers)
    this = functools.cache(lambda: sheets.call_sheet(f.account, rows.calls, "mail"))
    name, terms = folder.stem(f.account.id, f.period), definitions.terms([f.account])
    behind, printed = (_IN_FULL, _PAGE) if f.account.masking == "none" else (_MASKED, _MASKED_PAGE)
    found: list[_File] = []
    if "csv" in agency.attach:
        found.append(_File(f"{name}.calls.csv", behind, lambda: csvfile.encoded(texts[0])))
        found.append(_File(f"{name}.callers.csv", behind, lambda: csvfile.encoded(texts[1])))
    if "xlsx" in agency.attach:
        found.append(_File(f"{name}.xlsx", behind, lambda: workbook.account_book(f, this(), callers, terms, now)))
    if "pdf" in agency.attach:
        found.append(_File(f"{name}.pdf", printed, lambda: paper.account_pdf(f, agency, this(), callers, "mail")))
    return _written(agency, found, texts, out)


def agency_files(f: AgencyFigures, sheet: Sheet, out: Path, now: dt.datetime) -> Attached:
    """One row per account: no caller is in it."""
    agency, name = f.agency, folder.stem(f.agency.id, f.period)
    if not agency.attach:
        return Attached()
    text = csvfile.text(sheet)
    terms = definitions.terms([one.account for one in f.accounts])
    found: list[_File] = []
    if "csv" in agency.attach:
        found.append(_File(f"{name}.accounts.csv", _OF_ACCOUNTS, lambda: csvfile.encoded(text)))
    if "xlsx" in agency.attach:
        title = f"{agency.name}, {titles.title(f.period)}"
        book = functools.partial(workbook.agency_book, title, sheet.heads, sheet.rows, terms, now)
        found.append(_File(f"{name}.xlsx", _OF_ACCOUNTS, book))
    if "pdf" in agency.attach:
        found.append(_File(f"{name}.pdf", _PAGE, lambda: paper.agency_pdf(f)))
    return _written(agency, found, (text,), out)


@dataclass(frozen=True)
class _File:
    """`what`: the sentence that says what it holds."""

    name: str
    what: str
    make: Callable[[], bytes]


def _written(agency: Agency, wanted: Sequence[_File], texts: Sequence[str], out: Path) -> Attached:
    """The files in their order, as long as they fit together; `texts`: the rows in them."""
    files: list[Path] = []
    said: dict[str, list[str]] = {}
    left_out: list[str] = []
    size, place = 0, out / FOLDER
    for one in wanted:
        content = one.make()
        if size + len(content) > MOST_BYTES:
            left_out.append(one.name)
            continue
        place.mkdir(parents=True, exist_ok=True)
        folder.put(place / one.name, content)
        files.append(place / one.name)
        said.setdefault(one.what, []).append(one.name)
        size += len(content)
    notes = [_(what, files=", ".join(names)) for what, names in said.items()]
    if left_out:
        notes.append(
            _(
                "Not attached, as more than %(size)s MB together: %(files)s; ask %(agency)s for it.",
                size=words.number(MOST_BYTES / 1_000_000),
                files=", ".join(left_out),
                agency=agency.name,
            )
        )
    return Attached(tuple(files), " ".join(notes), hashlib.sha256("".join(texts).encode()).hexdigest())
