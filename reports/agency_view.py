"""What the mail and the page of the agency share, in words."""

from __future__ import annotations

from typing import Any

from trunkline.reports import agency as agencies
from trunkline.reports import definitions, present, rows, words
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.kpis import Context, kpis

_MOST_NAMES = 10


def shared(f: AgencyFigures) -> dict[str, Any]:
    """The values that both templates name."""
    found = kpis(f.total, _context(f))
    lead = _lead(f)
    return {
        "f": f,
        "subject": subject(f),
        "preheader": f"{lead} {found[0].value} {found[0].label}, {found[2].value} {found[2].label}.",
        "kicker": f.agency.name,
        "title": f.period.title,
        "meta": _meta(f),
        "warnings": [*_warnings(f), *([f.restated] if f.restated else [])],
        "lead": lead,
        "kpis": found,
        "accounts_note": "Rates leave out callers who hung up early. A dash: not known.",
        "rows": rows.account_rows(f.worst_first),
        "quiet": _quiet(f),
        "mends": agencies.mends(f),
        "nothing_to_mend": "Nothing: every PBX and CRM answered, and no recording setting changed.",
        "terms": definitions.terms([one.account for one in f.accounts]),
    }


def subject(f: AgencyFigures) -> str:
    """`Northwind Digital: 119 callers never called back in 12 accounts, week of …`."""
    never = words.count(f.total.callbacks.never_returned, "caller")
    news = f"{never} never called back" if f.is_read else "nothing read"
    accounts = words.count(len(f.accounts), "account")
    return words.one_line(f"{f.agency.name}: {news} in {accounts}, {words.inside(f.period.title)}")


def _meta(f: AgencyFigures) -> str:
    pbxs = [pbx for one in f.accounts for pbx in one.reading]
    read = sum(pbx.is_read for pbx in pbxs)
    answered = f"{read} of {words.count(len(pbxs), 'PBX', 'PBXs')} answered"
    return f"{words.count(len(f.accounts), 'account')}; {answered}. Each account's days are in its own time zone."


def _warnings(f: AgencyFigures) -> list[str]:
    silent = [pbx.pbx_id for one in f.accounts for pbx in one.silent]
    partly = sum(pbx.is_read and not pbx.is_complete for one in f.accounts for pbx in one.reading)
    notes = []
    if silent:
        more = f" and {len(silent) - _MOST_NAMES} more" if len(silent) > _MOST_NAMES else ""
        notes.append(f"Not heard from: {', '.join(silent[:_MOST_NAMES])}{more}. Their calls are in no figure.")
    if partly:
        notes.append(f"{words.count(partly, 'PBX', 'PBXs')} read in part: see To mend.")
    return notes


def _quiet(f: AgencyFigures) -> str:
    """The accounts that get no mail because nobody rang."""
    names = [one.account.name for one in f.accounts if one.is_quiet and one.account.report_to]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"No calls, no mail: {', '.join(names[:_MOST_NAMES])}{more}." if names else ""


def _context(f: AgencyFigures) -> Context:
    short, allowed = definitions.thresholds([one.account for one in f.accounts])
    same = f.comparable
    both = (agencies.total(one.now for one in same), agencies.total(one.before for one in same)) if same else None
    read = sum(one.is_read for one in f.accounts)
    note = "" if len(same) == read else f", in the {words.count(len(same), 'account')} read in full"
    return Context(f.period, f.is_read, short, allowed, both, note)


def _lead(f: AgencyFigures) -> str:
    when, never = present.this(f.period), f.total.callbacks.never_returned
    if not f.is_read:
        return f"No PBX could be read {when}: nothing is known of any account."
    if not never and f.total.callbacks.unjudged:
        return f"Whether every caller got a call back {when} is not known: not every PBX could be read."
    if not never:
        return f"No caller was left without a call back {when}."
    worst = next(one for one in f.worst_first if one.is_read)
    most = f"; most at {worst.account.name} ({words.number(worst.now.callbacks.never_returned)})"
    was = "was" if never == 1 else "were"
    least = "At least " if f.total.callbacks.unjudged else ""
    return f"{least}{words.count(never, 'caller')} {was} never called back {when}{most if len(f.accounts) > 1 else ''}."
