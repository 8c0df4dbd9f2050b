"""What the mail and the page of the agency share, in words."""

from __future__ import annotations

from typing import Any

from trunkline.reports import agency as agencies
from trunkline.reports import definitions, present, rows, titles, words
from trunkline.reports.account_view import answered, preheader
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.kpis import Context, kpis
from trunkline.reports.language import _, ngettext

_MOST_NAMES = 10


def shared(f: AgencyFigures) -> dict[str, Any]:
    """The values that both templates name."""
    found = kpis(f.total, _context(f))
    lead = _lead(f)
    return {
        "f": f,
        "subject": subject(f),
        "preheader": preheader(lead, found),
        "kicker": f.agency.name,
        "title": titles.title(f.period),
        "meta": _meta(f),
        "warnings": [*_warnings(f), *([f.restated] if f.restated else [])],
        "lead": lead,
        "kpis": found,
        "accounts_note": _("Rates leave out callers who hung up early. A dash: not known."),
        "rows": rows.account_rows(f.worst_first),
        "quiet": _quiet(f),
        "mends": agencies.mends(f),
        "nothing_to_mend": _("Nothing: every PBX and CRM answered, and no recording setting changed."),
        "terms": definitions.terms([one.account for one in f.accounts]),
    }


def subject(f: AgencyFigures) -> str:
    """`Northwind Digital: 119 callers never called back in 12 accounts, week of …`."""
    never, period = f.total.callbacks.never_returned, titles.inside(f.period)
    news = _("nothing read")
    if f.is_read:
        news = ngettext("%(num)s caller never called back", "%(num)s callers never called back", never)
    said = ngettext(
        "%(agency)s: %(news)s in %(num)s account, %(period)s",
        "%(agency)s: %(news)s in %(num)s accounts, %(period)s",
        len(f.accounts),
        agency=f.agency.name,
        news=news,
        period=period,
    )
    return words.one_line(said)


def _meta(f: AgencyFigures) -> str:
    pbxs = [pbx for one in f.accounts for pbx in one.reading]
    return ngettext(
        "%(num)s account; %(answered)s. Each account's days are in its own time zone.",
        "%(num)s accounts; %(answered)s. Each account's days are in its own time zone.",
        len(f.accounts),
        answered=answered(sum(pbx.is_read for pbx in pbxs), len(pbxs)),
    )


def _warnings(f: AgencyFigures) -> list[str]:
    silent = [pbx.pbx_id for one in f.accounts for pbx in one.silent]
    partly = sum(pbx.is_read and not pbx.is_complete for one in f.accounts for pbx in one.reading)
    notes = []
    if silent:
        notes.append(
            _(
                "Not heard from: %(pbxs)s. Their calls are in no figure.",
                pbxs=words.first_few(silent, _MOST_NAMES),
            )
        )
    if partly:
        notes.append(
            ngettext("%(num)s PBX read in part: see To mend.", "%(num)s PBXs read in part: see To mend.", partly)
        )
    return notes


def _quiet(f: AgencyFigures) -> str:
    """The accounts that get no mail because nobody rang."""
    names = [one.account.name for one in f.accounts if one.is_quiet and one.account.report_to]
    return _("No calls, no mail: %(accounts)s.", accounts=words.first_few(names, _MOST_NAMES)) if names else ""


def _context(f: AgencyFigures) -> Context:
    short, allowed = definitions.thresholds([one.account for one in f.accounts])
    same = f.comparable
    both = (agencies.total(one.now for one in same), agencies.total(one.before for one in same)) if same else None
    read = sum(one.is_read for one in f.accounts)
    note = ngettext(", in the %(num)s account read in full", ", in the %(num)s accounts read in full", len(same))
    return Context(f.period, f.is_read, short, allowed, both, "" if len(same) == read else note)


def _lead(f: AgencyFigures) -> str:
    when, never = present.this(f.period), f.total.callbacks.never_returned
    if not f.is_read:
        return _("No PBX could be read %(when)s: nothing is known of any account.", when=when)
    if not never and f.total.callbacks.unjudged:
        return _("Whether every caller got a call back %(when)s is not known: not every PBX could be read.", when=when)
    if not never:
        return _("No caller was left without a call back %(when)s.", when=when)
    if f.total.callbacks.unjudged:
        news = ngettext(
            "At least %(num)s caller was never called back %(when)s",
            "At least %(num)s callers were never called back %(when)s",
            never,
            when=when,
        )
    else:
        news = ngettext(
            "%(num)s caller was never called back %(when)s",
            "%(num)s callers were never called back %(when)s",
            never,
            when=when,
        )
    if len(f.accounts) == 1:
        return f"{news}."
    worst = next(one for one in f.worst_first if one.is_read)
    most = words.number(worst.now.callbacks.never_returned)
    return _("%(news)s; most at %(account)s (%(most)s).", news=news, account=worst.account.name, most=most)
