"""What a mail said of the period before, and what the lake says of it now: rows and recordings may come late.

The figures of each mail are in `mails_sent`. They are reckoned anew to the same `as_of`: a caller whose time to be
called back ran out only since then is no correction. What is equal as printed is not mentioned.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from trunkline.config import Agency
from trunkline.periods import Period
from trunkline.reports import read, titles, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.headline import Headline
from trunkline.reports.kpis import never, unknown
from trunkline.store import mails

_MOST_NAMES = 5


def account_part(connection: duckdb.DuckDBPyConnection, f: AccountFigures) -> dict[str, Any]:
    """What is kept of one account's figures, as JSON. Needs `read.snapshot`.

    `is_exact`: reckoned to `as_of` the callers never called back are the same; not so where one PBX of several is read
    further than another and a caller got through there. `rules`: a hash of the settings that figures depend on.
    """
    then = read.callbacks_as_of(connection, f.account, f.period, f.as_of) if f.as_of else None
    return {
        "as_of": f.as_of.isoformat() if f.as_of else None,
        "rules": _rules(f),
        "is_exact": then is not None and never(then) == never(f.now.callbacks),
        "headline": dataclasses.asdict(Headline.of(f.now)) if f.is_read else None,
    }


def agency_part(f: AgencyFigures, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is kept of the agency's; `parts`: its accounts', by id."""
    return {"headline": dataclasses.asdict(Headline.of(f.total)) if f.is_read else None, "accounts": dict(parts)}


def _rules(f: AccountFigures) -> str:
    account = f.account
    judged_by = (account.missed, account.recording_policy, account.recording_pauses, account.holidays, f.open_spans)
    return hashlib.sha256(repr(judged_by).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Change:
    """One account's figures as mailed and as they are now; null: not read."""

    then: Headline | None
    now: Headline | None
    same_rules: bool


def _change(
    connection: duckdb.DuckDBPyConnection, f: AccountFigures, before: Period, part: Mapping[str, Any]
) -> _Change:
    then = Headline(**part["headline"]) if part["headline"] else None
    at = dt.datetime.fromisoformat(part["as_of"]) if part["as_of"] else f.as_of
    found = read.as_of(connection, f.account, before, at)
    now = Headline.of(found) if found else then
    if then and now and not part["is_exact"]:
        now = dataclasses.replace(now, never_called_back=then.never_called_back, unjudged=then.unjudged)
    return _Change(then, now, part["rules"] == _rules(f))


def of_account(connection: duckdb.DuckDBPyConnection, f: AccountFigures) -> str:
    """How the mail of the period before is to be corrected; empty where it is not. Needs `read.snapshot`."""
    before, account = f.period.previous(), f.account
    told = mails.told(connection, account.id, before.label, account.report_to, before.until)
    if told is None:
        return ""
    change = _change(connection, f, before, told.figures)
    return _sentence(titles.before(f.period), change.then, change.now, same_rules=change.same_rules)


def of_agency(
    connection: duckdb.DuckDBPyConnection, agency: Agency, period: Period, accounts: Sequence[AccountFigures]
) -> str:
    """The same for the agency's mail, with the accounts that changed. An account that has left stays as mailed."""
    before = period.previous()
    told = mails.told(connection, agency.id, before.label, agency.report_to, before.until)
    if told is None:
        return ""
    known, then, now = {one.account.id: one for one in accounts}, Headline(), Headline()
    changed: list[str] = []
    same_rules = True
    for number, (key, part) in enumerate(told.figures["accounts"].items()):
        if number % read.AT_ONCE == 0:
            ahead = list(told.figures["accounts"])[number : number + read.AT_ONCE]
            read.take(connection, [known[one].account for one in ahead if one in known])
        if key in known:
            zone = known[key].account.timezone
            change = _change(connection, known[key], before.in_zone(zone), part)
        else:
            mailed = Headline(**part["headline"]) if part["headline"] else None
            change = _Change(mailed, mailed, same_rules=True)
        then, now = then + (change.then or Headline()), now + (change.now or Headline())
        if _differences(change.then or Headline(), change.now or Headline()):
            changed.append(known[key].account.name)
            same_rules = same_rules and change.same_rules
    more = f" and {len(changed) - _MOST_NAMES} more" if len(changed) > _MOST_NAMES else ""
    where = ", ".join(changed[:_MOST_NAMES]) + more
    return _sentence(titles.before(period), then, now, same_rules=same_rules, where=where)


def _differences(then: Headline, now: Headline) -> list[tuple[str, str, str]]:
    """What differs as printed: the figure as mailed, as it is now, and what came late."""
    never_then = f"{then.never} caller{'' if then.never == '1' else 's'} never called back"
    never_then = never_then.replace(unknown(), "an unknown number of")
    coverage = f"{then.coverage} recording coverage".replace(unknown(), "unknown")
    found = (
        (words.count(then.lost, "missed call"), words.number(then.lost), words.number(now.lost), "rows"),
        (never_then, then.never, now.never, "rows"),
        (coverage, then.coverage, now.coverage, "recordings"),
    )
    return [(said, is_now, late) for said, was, is_now, late in found if was != is_now]


def _sentence(before: str, then: Headline | None, now: Headline | None, *, same_rules: bool, where: str = "") -> str:
    """`The mail of the week before said 12 missed calls (now 14): rows that came late.`"""
    if now is None:
        return ""
    if then is None:
        return (
            f"{before[0].upper()}{before[1:]} could not be read when its mail was sent. It is now: "
            f"{words.count(now.lost, 'missed call')}, callers never called back: {now.never}, "
            f"recording coverage: {now.coverage}."
        )
    found = _differences(then, now)
    if not found:
        return ""
    said = [f"{was} (now {is_now})" for was, is_now, _late in found]
    listed = " and ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)
    late = " and ".join(dict.fromkeys(late for *_, late in found))
    cause = f"{late} that came late" + ("" if same_rules else ", or settings that were changed")
    return f"The mail of {before} said {listed}: {cause}{f' ({where})' if where else ''}."
