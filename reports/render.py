"""Figures → the mails, HTML and text. Every value is escaped: caller names come from strangers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jinja2

from trunkline.config import Agency
from trunkline.reports import account_view, agency_view, language, palette, rows, tallies, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.brand import branded
from trunkline.reports.language import _, ngettext

MOST_BYTES = 95_000  # Gmail clips a mail at 102 KB
MOST_CALLERS = 10
MOST_ACCOUNTS = 25
MOST_MENDS = 20
MOST_PLACES = 5


@functools.cache
def templates() -> jinja2.Environment:
    """The templates of this package: HTML escaped, text left as it is, unknown names an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trunkline.reports"),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt.j2",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
        language.gettext, language.gettext_many, newstyle=True, pgettext=language.pgettext
    )
    environment.filters |= {"zip": zip, "capitalize": words.initial, "number": words.number}
    environment.globals |= {
        "light": palette.LIGHT,
        "dark": palette.DARK,
        "ramp": palette.RAMP,
        "step": palette.step,
        "steps": palette.legend,
        "branded": branded,
    }
    return environment


def account_mail(f: AccountFigures, agency: Agency, contact: str, attached: str = "") -> tuple[str, str]:
    """HTML and text of one account's mail. `contact`: who can be asked; `attached`: what goes with it."""
    shared = account_view.shared(f, agency)
    foot = [*account_view.foot(f), *_some(attached), _stop(f.account.name, contact, _full_report(f, agency))]

    def cut(share: int) -> dict[str, Any]:
        callers = MOST_CALLERS // share
        return shared | {
            "call_back": rows.call_backs(f, "mail", callers),
            "call_back_note": _call_back_note(f, callers),
            "lost": rows.lost(f, -(-MOST_PLACES // share)),
            "foot": foot,
        }

    return _fitting("account_mail", cut)


def _call_back_note(f: AccountFigures, most: int) -> str:
    more = len(f.call_back) - most
    note = _("Not reached and not called since their last try; most tries first.")
    if more <= 0:
        return note
    rest = ngettext("%(num)s more are in the full report.", "%(num)s more are in the full report.", more)
    return f"{note} {rest}"


def _full_report(f: AccountFigures, agency: Agency) -> str:
    if f.account.masking == "none":
        return ""
    return _("Phone numbers are masked; %(agency)s has the full report.", agency=agency.name)


def agency_mail(f: AgencyFigures, contact: str, attached: str = "") -> tuple[str, str]:
    """HTML and text of the agency's mail: no caller's number is in it."""
    shared = agency_view.shared(f)
    foot = [tallies.agency_line(f), *_some(attached), _stop(f.agency.name, contact, "")]

    def cut(share: int) -> dict[str, Any]:
        accounts, mends = MOST_ACCOUNTS // share, MOST_MENDS // share
        return shared | {
            "rows": shared["rows"][:accounts],
            "more": _more_accounts(len(shared["rows"]) - accounts),
            "mends": shared["mends"][:mends],
            "more_mends": _more_mends(len(shared["mends"]) - mends),
            "foot": foot,
        }

    return _fitting("agency_mail", cut)


def _more_accounts(amount: int) -> str:
    said = ngettext("and %(num)s more in the full report", "and %(num)s more in the full report", amount)
    return said if amount > 0 else ""


def _more_mends(amount: int) -> str:
    said = ngettext(
        "and %(num)s more to mend in the full report", "and %(num)s more to mend in the full report", amount
    )
    return said if amount > 0 else ""


def _some(line: str) -> list[str]:
    return [line] if line else []


def _stop(name: str, contact: str, end: str) -> str:
    said = _(
        "You get this as a report recipient of %(name)s. To change or stop it, write to %(contact)s.",
        name=name,
        contact=contact,
    )
    return f"{said} {end}" if end else said


def _fitting(name: str, cut: Callable[[int], dict[str, Any]]) -> tuple[str, str]:
    """HTML and text with as many rows as fit `MOST_BYTES`; `cut(2)` are the values with half of the rows."""
    for share in (1, 2, 4, 8):
        html, text = _both(name, cut(share))
        if len(html.encode()) <= MOST_BYTES:
            break
    return html, text


def _both(name: str, values: dict[str, Any]) -> tuple[str, str]:
    html = templates().get_template(f"{name}.html.j2").render(values)
    text = templates().get_template(f"{name}.txt.j2").render(values)
    return html, text
