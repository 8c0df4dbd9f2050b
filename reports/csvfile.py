"""A CSV whose rows recompute the figures, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

from trunkline.reports.sheets import Sheet

BOM = "\ufeff".encode()  # makes spreadsheets read UTF-8
# A cell that begins so is run as a formula; a phone number or a negative number is none.
_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r]")
_HARMLESS = re.compile(r"^[+-]?[\d •.]+$")


def safe(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; times become ISO 8601."""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str) and _FORMULA.match(cell) and not _HARMLESS.match(cell):
        return "'" + cell
    return "" if cell is None else cell


def content(sheet: Sheet) -> bytes:
    """The file."""
    return encoded(text(sheet))


def encoded(written: str) -> bytes:
    """The text of a sheet as a file."""
    return BOM + written.encode()


def text(sheet: Sheet) -> str:
    """The sheet as CSV, with a line of heads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(sheet.heads)
    writer.writerows([safe(cell) for cell in row] for row in sheet.rows)
    return buffer.getvalue()
