"""The workbook: each figure as a formula over the rows in the same file, and the definitions used."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from trunkline.reports.account import AccountFigures
from trunkline.reports.definitions import Terms
from trunkline.reports.formulas import Line, lines
from trunkline.reports.sheets import Sheet


def account_book(f: AccountFigures, calls: Sheet, callers: Sheet, terms: Terms, now: dt.datetime) -> bytes:
    """The workbook as bytes, the same for the same rows and `now`."""
    missed = Sheet("Missed calls", calls.heads, calls.where("outcome", "missed").rows)
    verified = calls.heads.index("recording_state")
    spoken = calls.where("people_spoke", True).rows
    gaps = Sheet("Not verified", calls.heads, [row for row in spoken if row[verified] != "verified"])
    title = f"{f.account.name}, {f.period.title}"
    figures = lines(f.now, calls, callers) if f.is_read else []
    return _written(title, figures, (calls, missed, callers, gaps), terms, now)


def agency_book(
    title: str, heads: tuple[str, ...], rows: list[tuple[Any, ...]], terms: Terms, now: dt.datetime
) -> bytes:
    """One row per account; each account's own workbook has its calls."""
    return _written(title, [], (Sheet("Accounts", heads, rows),), terms, now)


def _written(title: str, figures: Sequence[Line], sheets: Sequence[Sheet], terms: Terms, now: dt.datetime) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": title, "created": now.astimezone(dt.UTC).replace(tzinfo=None)})
        bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        if figures or len(sheets) > 1:
            _figures(book.add_worksheet("Figures"), title, figures, bold, percent)
        for sheet in sheets:
            _rows(book.add_worksheet(sheet.name), sheet, bold, time, percent)
        _terms(book.add_worksheet("Definitions"), terms, bold)
    return buffer.getvalue()


def _figures(page: Any, title: str, figures: Sequence[Line], bold: Any, percent: Any) -> None:
    page.write_string(0, 0, title, bold)
    page.set_column(0, 0, 46)
    if not figures:
        page.write_string(1, 0, "Not read: nothing is known of this period.")
    for row, line in enumerate(figures, start=1):
        page.write_string(row, 0, line.name)
        page.write_formula(
            row, 1, f"={line.formula}", percent if line.is_rate else None, "" if line.value is None else line.value
        )


def _rows(page: Any, sheet: Sheet, bold: Any, time: Any, percent: Any) -> None:
    for column, head in enumerate(sheet.heads):
        page.write_string(0, column, head, bold)
        page.set_column(column, column, 20 if "local" in head or "_id" in head else max(12, len(head) + 2))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)
    for row, cells in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(cells):
            _cell(page, row, column, cell, time, percent if sheet.heads[column].endswith("_rate") else None)


def _cell(page: Any, row: int, column: int, cell: Any, time: Any, number: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, dt.datetime):
        page.write_datetime(row, column, cell, time)
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, number)
    else:
        page.write_string(row, column, str(cell))


def _terms(page: Any, terms: Terms, bold: Any) -> None:
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 110)
    for row, (term, meaning) in enumerate(terms):
        page.write_string(row, 0, term, bold)
        page.write_string(row, 1, meaning)
