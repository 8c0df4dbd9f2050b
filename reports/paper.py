"""Pages on paper. They have no links: a PDF is handed on, and a link plays a recording for whoever holds it."""

from __future__ import annotations

from trunkline.config import Agency
from trunkline.reports import page, pdf
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.play import Plays
from trunkline.reports.rows import Place
from trunkline.reports.sheets import Sheet


def account_pdf(f: AccountFigures, agency: Agency, calls: Sheet, callers: Sheet, place: Place = "page") -> bytes:
    """One account's page as PDF, its numbers as in `place`; `calls` and `callers` are of the same."""
    return pdf.pdf(page.account_page(f, agency, calls, callers, [], Plays({}, ""), place), f.account.country)


def agency_pdf(f: AgencyFigures) -> bytes:
    """The agency's page as PDF: no caller is in it."""
    return pdf.pdf(page.agency_page(f, []), f.agency.country)
