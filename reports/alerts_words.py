"""An alert in plain words: where, what, the figures, and the step that mends it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trunkline.alerts import Alert, Kind
from trunkline.config import Account
from trunkline.reports import words
from trunkline.reports.alerts_coverage import ENOUGH_CALLS, LEAST_CALLS, MOST_DAYS

Evidence = Mapping[str, Any]
COUNTED: dict[Kind, tuple[str, str]] = {
    "coverage_fell": ("PBX with fewer recordings", "PBXs with fewer recordings"),
    "recording_switched_off": ("recording switched off", "recordings switched off"),
    "pbx_silent": ("PBX not read", "PBXs not read"),
    "caller_waiting": ("caller waiting", "callers waiting"),
}


@dataclass(frozen=True)
class Said:
    """`what` happened at `where`, by which figures (`detail`), and what to do (`mend`, empty where it is over)."""

    where: str
    what: str
    detail: str
    mend: str = ""


def counted(kind: Kind, amount: int) -> str:
    """`2 callers waiting`."""
    return words.count(amount, *COUNTED[kind])


def opened(alert: Alert, account: Account, caller: str) -> Said:
    """What is wrong. `caller`: whom a waiting caller's alert is of, as its readers may see the number."""
    what, detail, mend = _OPENED[alert.kind](alert, _Teller(account, caller))
    return Said(_where(alert, account), what, detail, mend)


def over(alert: Alert, account: Account, caller: str) -> Said:
    """How it ended."""
    teller = _Teller(account, caller)
    what = _OVER[alert.kind](alert, alert.closing or {}, teller)
    return Said(_where(alert, account), what, f"Was wrong since {teller.moment(alert.opened_at)}.")


def _where(alert: Alert, account: Account) -> str:
    return f"{account.name}, {alert.pbx_id}" if alert.pbx_id else account.name


@dataclass(frozen=True)
class _Teller:
    """Says times in the account's zone."""

    account: Account
    caller: str

    def moment(self, at: dt.datetime | str) -> str:
        instant = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
        return words.moment(words.at(instant, self.account.timezone))


def _coverage_fell(alert: Alert, _teller: _Teller) -> tuple[str, str, str]:
    e = alert.evidence
    causes = [(words.CAUSES[cause], calls) for cause, calls in e["causes"]]
    most = "; ".join(f"{told} {words.number(calls)}" for (told, _mend), calls in causes[:3])
    detail = (
        f"{_days(e)}: {words.number(e['covered'])} of {words.count(e['judged'], 'call')} that should be recorded "
        f"have a verified recording; in the four weeks before {words.number(e['before_covered'])} of "
        f"{words.number(e['before_judged'])}. {e['points']:.1f} points less (alert from {e['limit_points']:g} on)."
    )
    mend = causes[0][0][1] if causes else f"Run trunkline doctor --pbx {alert.pbx_id}."
    what = f"recording coverage fell to {words.percent(e['rate'])} from {words.percent(e['before_rate'])}"
    return what, f"{detail} Of the others: {most}." if most else detail, mend


def _days(e: Evidence) -> str:
    first, last = (words.day(dt.date.fromisoformat(e[key])) for key in ("first_day", "last_day"))
    return first if first == last else f"{first} to {last}"


def _switched_off(alert: Alert, _teller: _Teller) -> tuple[str, str, str]:
    day = words.day(dt.date.fromisoformat(alert.evidence["day"]))
    detail = f"The daily look at its settings found it switched off on {day}, and the one before still switched on."
    mend = "Switch recording on again in 3CX. If it is meant to be off, nothing is to be done."
    return f"{_called(alert)} no longer records", detail, mend


def _called(alert: Alert) -> str:
    e = alert.evidence
    return f"{e['kind']} {e['dn']}" + (f" ({words.one_line(e['name'])})" if e["name"] else "")


def _silent(alert: Alert, teller: _Teller) -> tuple[str, str, str]:
    e, mend = alert.evidence, f"Run trunkline doctor --pbx {alert.pbx_id}: it says which step of the connection fails."
    failed = f" Last tried {teller.moment(e['last_failed_at'])}" if e["last_failed_at"] else ""
    failed += f": {words.one_line(e['error'])}." if e["error"] else "." if failed else ""
    if e["last_read_at"] is None:
        return "never read so far", f"It was tried, and nothing was read.{failed}", mend
    if not failed:
        failed, mend = " Nobody has tried since.", "See that trunkline serve, or the worker that runs sync, is running."
    known = f" Its calls are known to {teller.moment(e['read_until'])}; of later ones nothing is known."
    detail = f"{words.span(e['silent_seconds'])} without a successful read (alert from {e['limit_hours']:g} hours on)."
    return f"not read since {teller.moment(e['last_read_at'])}", detail + failed + known, mend


def _waiting(alert: Alert, teller: _Teller) -> tuple[str, str, str]:
    e = alert.evidence
    tries = words.count(e["tries"], "try", "tries")
    since = f"first missed {teller.moment(e['first_missed_at'])}"
    last = f", last {teller.moment(e['last_missed_at'])}" if e["tries"] > 1 else ""
    hours = " of opening hours" if e["has_hours"] else ""
    detail = (
        f"{tries}, {since}{last}; waiting for {words.span(e['waited_seconds'])}{hours} (alert from "
        f"{e['limit_hours']:g} hours on)."
    )
    return f"{teller.caller} waits for a call back", detail, "Call them back; a call that is not answered counts too."


_OPENED: dict[Kind, Callable[[Alert, _Teller], tuple[str, str, str]]] = {
    "coverage_fell": _coverage_fell,
    "recording_switched_off": _switched_off,
    "pbx_silent": _silent,
    "caller_waiting": _waiting,
}


def _covered_again(_alert: Alert, end: Evidence, _teller: _Teller) -> str:
    of = f"{words.number(end['covered'])} of {words.count(end['judged'], 'call')}"
    return f"recording coverage is {words.percent(end['rate'])} again ({_days(end)}, {of})"


def _records_again(alert: Alert, end: Evidence, _teller: _Teller) -> str:
    if not end["is_there"]:
        return f"{_called(alert)} is no longer there"
    return f"{_called(alert)} " + ("records again" if end["records"] != "opt" else "asks its callers whether to record")


def _read_again(alert: Alert, end: Evidence, teller: _Teller) -> str:
    known = f"; known to {teller.moment(end['read_until'])}" if end["read_until"] else ""
    return f"read again since {teller.moment(alert.clear_since or alert.opened_at)}{known}"


def _no_longer_waits(_alert: Alert, end: Evidence, teller: _Teller) -> str:
    if end["reached_at"] and end["reached_direction"] == "inbound":
        return f"{teller.caller} rang again and got through {teller.moment(end['reached_at'])}"
    called = end["last_attempt_at"] or end["reached_at"]
    return f"{teller.caller} was called back" + (f" {teller.moment(called)}" if called else "")


_OVER: dict[Kind, Callable[[Alert, Evidence, _Teller], str]] = {
    "coverage_fell": _covered_again,
    "recording_switched_off": _records_again,
    "pbx_silent": _read_again,
    "caller_waiting": _no_longer_waits,
}


TERMS: dict[Kind, tuple[str, str]] = {
    "coverage_fell": (
        "Coverage fell",
        (
            f"the newest completed days with {ENOUGH_CALLS} calls to judge (at most {MOST_DAYS} days, at least "
            f"{LEAST_CALLS} calls) against the four weeks before. Calls that are pending or not known count on neither "
            "side. Over when less than half of the fall that opens an alert is left."
        ),
    ),
    "recording_switched_off": (
        "No longer records",
        (
            "an extension or queue that was switched on in an earlier daily look at the PBX, and off in a newer one. "
            "Over when it is switched on again, or is no longer there."
        ),
    ),
    "pbx_silent": (
        "Not read",
        (
            "no part of its call history was read with success for the hours said. Over when it was read again for "
            "half as long."
        ),
    ),
    "caller_waiting": (
        "Waits for a call back",
        (
            "missed, not reached, and not called since the last try, for the opening hours said (by the clock where no "
            "hours are set). Told only where every PBX of the account is read. Over when called back, or through."
        ),
    ),
}
