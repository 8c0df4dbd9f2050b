"""Figures → mail (HTML and text) and page. Every value is escaped: caller names come from strangers."""

from __future__ import annotations

import functools
from typing import Any

import jinja2

from trunkline.config import Agency
from trunkline.reports import agency as agencies
from trunkline.reports import definitions, palette, present, rows, words
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.figures import AccountFigures

MOST_CALLERS = 10
MOST_ACCOUNTS = 25
MOST_MENDS = 20
MOST_PLACES = 5


@functools.cache
def templates() -> jinja2.Environment:
    """The templates of this package: HTML escaped, text left as it is, unknown names an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trunkline.reports"),
        autoescape=lambda name: name is not None and not name.endswith((".txt.j2", "text_parts.j2")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["zip"] = zip
    environment.globals |= {"ramp": palette.RAMP, "step": palette.step}
    return environment


def account_subject(f: AccountFigures) -> str:
    """`Acme Dental: 4 callers never called back, week of 9–15 Nov 2026`."""
    never = f.now.callbacks.never_returned
    if not f.is_read:
        news = "not read"
    elif never:
        news = f"{words.count(never, 'caller')} never called back"
    else:
        news = words.count(f.now.volumes.lost, "missed call") if f.now.volumes.offered else "no calls"
    return one_line(f"{f.account.name}: {news}, {_uncapitalised(f.period.title)}")


def _uncapitalised(title: str) -> str:
    return title.replace("Week of", "week of", 1)


def one_line(text: str) -> str:
    """Without line breaks and other control characters, so that a name cannot add a mail header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def account_mail(f: AccountFigures, agency: Agency, contact: str) -> tuple[str, str]:
    """HTML and text of one account's mail. `contact`: who can be asked, or told to stop."""
    values = account_values(f, agency) | {
        "call_back": rows.call_backs(f, "mail", MOST_CALLERS),
        "call_back_note": _call_back_note(f),
        "lost": rows.lost(f, MOST_PLACES),
        "foot": [*foot(f), *_stop(f.account.name, agency, contact, f.account.masking != "none")],
    }
    return _both("account_mail", values)


def account_values(f: AccountFigures, agency: Agency) -> dict[str, Any]:
    """What mail and page of an account share."""
    found = present.kpis(f.now, present.account_context(f))
    lead = present.sentence(f)
    hours = present.hour_table(f)
    return {
        "f": f,
        "subject": account_subject(f),
        "preheader": f"{lead} {found[0].value} {found[0].label}, {found[2].value} {found[2].label}.",
        "kicker": f.account.name,
        "title": f.period.title,
        "meta": _meta(f, agency),
        "warnings": present.completeness(f),
        "lead": lead,
        "kpis": found,
        "hours": hours,
        "heat_note": _heat_note(hours),
        "outside": _outside(f, hours),
        "recordings_note": recordings_note(f),
        "causes": rows.causes(f),
        "terms": definitions.terms([f.account]),
    }


def _meta(f: AccountFigures, agency: Agency) -> str:
    read = sum(pbx.is_read for pbx in f.reading)
    until = f.complete_until
    known = f"Read to {words.moment(words.at(until, f.account.timezone))}" if until else "Nothing read yet"
    return f"{known}; {read} of {words.count(len(f.reading), 'PBX', 'PBXs')} answered. Times in {f.account.timezone}. Report by {agency.name}."


def _heat_note(hours: present.HourTable) -> str:
    steps = " · ".join(text for _index, text in palette.legend())
    each = "" if hours.hours_each == 1 else f" Each column is {hours.hours_each} hours."
    where = "In opening hours." if hours.outside is not None else "No opening hours are set for this account."
    return f"Calls missed per weekday and hour; stronger colour is more ({steps}). {where}{each}"


def _outside(f: AccountFigures, hours: present.HourTable) -> str:
    if hours.outside is None:
        return ""
    early = f.now.volumes.short_abandons
    hung_up = f" Not shown: {words.count(early, 'caller')} who hung up early." if early else ""
    return f"Outside opening hours and on holidays: {words.count(hours.outside, 'missed call')}.{hung_up}"


def recordings_note(f: AccountFigures) -> str:
    """The coverage in one sentence, and what is not in it."""
    found = f.now.coverage
    if not found.judged:
        return "No recording could be judged: " + (
            f"{words.count(found.eligible, 'call')} should be recorded and none was looked at yet."
            if found.eligible
            else "no call of this period was to be recorded."
        )
    text = (
        f"{words.number(found.verified)} of {words.number(found.judged)} calls that should be recorded have a verified "
        f"recording ({words.percent(found.rate)})."
    )
    if found.spoken_rate is not None:
        known = words.number(found.spoken - found.not_known)
        text += f" Of all {known} calls in which people spoke and that were looked at, {words.percent(found.spoken_rate)} have one."
    if found.pending:
        text += f" {words.number(found.pending)} pending."
    if found.unknown:
        text += f" {words.number(found.unknown)} not looked at: unknown, not missing."
    return text


def _call_back_note(f: AccountFigures) -> str:
    more = len(f.call_back) - MOST_CALLERS
    return "Not reached and not called since their last try; most tries first." + (
        f" {more} more are in the full report." if more > 0 else ""
    )


def foot(f: AccountFigures) -> list[str]:
    """Counts that tie out, how long it took to call back, and what cannot be known."""
    lines = rows.tallies(f)
    calls = f.now.callbacks
    if calls.median_callback_seconds is not None:
        open_time = ""
        if calls.median_callback_open_seconds is not None:
            open_time = f" (opening hours only: {words.span(calls.median_callback_open_seconds)} and {words.span(calls.p90_callback_open_seconds)})"
        lines.append(
            f"Time to call back: half within {words.span(calls.median_callback_seconds)}, nine in ten within "
            f"{words.span(calls.p90_callback_seconds)}{open_time}."
        )
    if f.now.volumes.withheld:
        lines.append(
            f"{words.count(f.now.volumes.withheld, 'missed call')} from withheld numbers: nobody can call them back."
        )
    if f.now.volumes.waits_unknown:
        lines.append(
            f"{words.count(f.now.volumes.waits_unknown, 'missed call')} without a known wait: counted as missed, not as short."
        )
    if f.lake_since:
        since = words.at(f.lake_since, f.account.timezone)
        lines.append(
            f"The lake reaches back to {words.day(since)} {since.year}: a first-time caller is one not seen since then."
        )
    return lines


def _stop(name: str, agency: Agency, contact: str, is_masked: bool) -> list[str]:
    hidden = f" Phone numbers are masked; {agency.name} has the full report." if is_masked else ""
    return [f"You get this as a report recipient of {name}. To change or stop it, write to {contact}.{hidden}"]


def agency_subject(f: AgencyFigures) -> str:
    """`Northwind Digital: 119 callers never called back in 12 accounts, week of …`."""
    news = (
        f"{words.count(f.total.callbacks.never_returned, 'caller')} never called back" if f.is_read else "nothing read"
    )
    return one_line(
        f"{f.agency.name}: {news} in {words.count(len(f.accounts), 'account')}, {_uncapitalised(f.period.title)}"
    )


def agency_mail(f: AgencyFigures, contact: str) -> tuple[str, str]:
    """HTML and text of the agency's mail: no caller's number is in it."""
    values = agency_values(f)
    accounts, mends = values["rows"], values["mends"]
    values |= {
        "rows": accounts[:MOST_ACCOUNTS],
        "more": _more(len(accounts) - MOST_ACCOUNTS, "more in the full report"),
        "mends": mends[:MOST_MENDS],
        "more_mends": _more(len(mends) - MOST_MENDS, "more to mend in the full report"),
        "foot": [rows.agency_tally(f), *_stop(f.agency.name, f.agency, contact, is_masked=False)],
    }
    return _both("agency_mail", values)


def _more(amount: int, what: str) -> str:
    return f"and {amount} {what}" if amount > 0 else ""


def agency_values(f: AgencyFigures) -> dict[str, Any]:
    """What mail and page of the agency share."""
    found = present.kpis(f.total, _agency_context(f))
    lead = _agency_lead(f)
    pbxs = [pbx for one in f.accounts for pbx in one.reading]
    silent = [pbx.pbx_id for pbx in pbxs if not pbx.is_read]
    return {
        "f": f,
        "subject": agency_subject(f),
        "preheader": f"{lead} {found[0].value} {found[0].label}, {found[2].value} {found[2].label}.",
        "kicker": f.agency.name,
        "title": f.period.title,
        "meta": f"{words.count(len(f.accounts), 'account')}; {len(pbxs) - len(silent)} of {words.count(len(pbxs), 'PBX', 'PBXs')} answered. "
        f"Each account's days are in its own time zone.",
        "warnings": [
            f"Not heard from: {', '.join(silent[:10])}{_and_more(len(silent) - 10)}. Their calls are in no figure."
        ]
        if silent
        else [],
        "lead": lead,
        "kpis": found,
        "accounts_note": "Rates leave out callers who hung up early. A dash: not known.",
        "rows": rows.account_rows(f.worst_first),
        "mends": agencies.mends(f),
        "terms": definitions.terms([one.account for one in f.accounts]),
    }


def _and_more(amount: int) -> str:
    return f" and {amount} more" if amount > 0 else ""


def _agency_context(f: AgencyFigures) -> present.Context:
    short, allowed = definitions.thresholds([one.account for one in f.accounts])
    same = f.comparable
    both = (agencies.total(one.now for one in same), agencies.total(one.before for one in same)) if same else None
    read = sum(one.is_read for one in f.accounts)
    note = "" if len(same) == read else f", in the {words.count(len(same), 'account')} read in both"
    return present.Context(f.period, f.is_read, short, allowed, both, note)


def _agency_lead(f: AgencyFigures) -> str:
    when, never = present.this(f.period), f.total.callbacks.never_returned
    if not f.is_read:
        return f"No PBX could be read {when}: nothing is known of any account."
    if not never:
        return f"No caller was left without a call back {when}."
    worst = next(one for one in f.worst_first if one.is_read)
    most = (
        f"; most at {worst.account.name} ({words.number(worst.now.callbacks.never_returned)})"
        if len(f.accounts) > 1
        else ""
    )
    was = "was" if never == 1 else "were"
    return f"{words.count(never, 'caller')} {was} never called back {when}{most}."


def _both(name: str, values: dict[str, Any]) -> tuple[str, str]:
    html = templates().get_template(f"{name}.html.j2").render(values)
    text = templates().get_template(f"{name}.txt.j2").render(values)
    return html, text
