"""What tables of the mails show, row by row; numbers are masked here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trunkline.config import Account
from trunkline.numbers import REMOVED, is_removed, masked, spaced
from trunkline.reports import folder, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Count
from trunkline.reports.kpis import never, unknown

Place = Literal["mail", "page"]


def shown(number: str | None, account: Account, place: Place) -> str:
    """A caller's number as this account's readers may see it in a mail or on a page, in a workbook or CSV."""
    if number is None:
        return "withheld"
    if is_removed(number):
        return REMOVED
    return masked(number, account.country) if is_hidden(account, place) else number


def is_hidden(account: Account, place: Place) -> bool:
    """Whether numbers are masked there, and names left out."""
    return account.masking == "everywhere" or (account.masking == "mail" and place == "mail")


@dataclass(frozen=True)
class CallBack:
    """One line of "call back now"."""

    caller: str
    note: str
    tries: int
    last_try: str
    waited: str


def call_backs(figures: AccountFigures, place: Place, most: int | None = None) -> list[CallBack]:
    """Callers to ring, most tries first."""
    notes = {
        "open": "still in time",
        "unjudged": "maybe called back where nothing was read",
        "returned": "tried again after your call",
    }
    return [
        CallBack(
            caller=shown(one.external_number, figures.account, place),
            note=", ".join(filter(None, ("first-time caller" if one.first_time else "", notes.get(one.state, "")))),
            tries=one.tries,
            last_try=words.moment(one.last_try),
            waited=words.span(one.longest_wait_seconds),
        )
        for one in figures.call_back[:most]
    ]


LOST_TITLES = {"reason": "Reason", "queue": "Queue", "number": "Number called", "extension": "Phone that rang"}


def lost(figures: AccountFigures, most: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with label and count; what is beyond `most` is added up in a last line."""
    result = []
    for kind, title in LOST_TITLES.items():
        counts = figures.lost.get(kind, ())
        if not counts:
            continue
        lines = [(_label(kind, one), words.number(one.calls)) for one in counts[:most]]
        rest = counts[most:]
        if rest:
            lines.append((words.count(len(rest), "other"), words.number(sum(one.calls for one in rest))))
        result.append((title, lines))
    return result


def _label(kind: str, count: Count) -> str:
    if kind == "reason":
        return words.REASONS.get(count.label, count.label or "reason not known")
    label = spaced(count.label) if kind == "number" else count.label
    return f"{count.name} ({label})" if count.name else label


@dataclass(frozen=True)
class Cause:
    """What became of some calls' recordings, and the step that mends it."""

    label: str
    calls: str
    mend: str


def causes(figures: AccountFigures) -> list[tuple[str, list[Cause]]]:
    """Headings, each with its causes: recordings that are missing, that are not known, and what else to look at."""
    coverage = figures.now.coverage
    groups = (
        ("Missing because", [_cause(one) for one in coverage.causes]),
        ("Not known because", [_cause(one) for one in coverage.unknown_causes]),
        ("Look at", _oddities(figures)),
    )
    return [(title, found) for title, found in groups if found]


def _cause(count: Count) -> Cause:
    label, mend = words.CAUSES.get(count.label, (count.label, ""))
    return Cause(label, words.number(count.calls), mend)


def _oddities(figures: AccountFigures) -> list[Cause]:
    found = []
    off = {one.label: one.calls for one in figures.now.coverage.not_eligible}.get("switched_off")
    if off:
        since = "; ".join(
            f"{one.name or one.kind} ({one.dn}) since {words.day(one.day)}" for one in figures.switched_off[:3]
        )
        label = "not expected: switched off in 3CX" + (f", {since}" if since else "")
        found.append(Cause(label, words.number(off), words.CAUSES["policy"][1]))
    if figures.now.coverage.recorded_in_error:
        label, mend = "recorded although the policy says no", "Switch recording off in 3CX, or change the policy."
        found.append(Cause(label, words.number(figures.now.coverage.recorded_in_error), mend))
    return found


@dataclass(frozen=True)
class AccountRow:
    """One account in the agency's table."""

    name: str
    is_read: bool
    missed: str
    rate: str
    never: str
    coverage: str
    share: float | None
    note: str
    page: str


def account_rows(figures: Sequence[AccountFigures]) -> list[AccountRow]:
    """Blank where not read; "no calls" where nobody rang."""
    return [
        AccountRow(
            name=one.account.name,
            is_read=one.is_read,
            missed=words.number(one.now.volumes.lost) if one.now.volumes.offered else "no calls",
            rate=words.percent(one.now.volumes.missed_rate),
            never=never(one.now.callbacks).replace(unknown(), "–"),
            coverage=words.percent(one.now.coverage.rate),
            share=one.now.coverage.rate,
            note=_note(one),
            page=folder.link(one.account.id, one.period),
        )
        for one in figures
    ]


def _note(figures: AccountFigures) -> str:
    read = sum(pbx.is_read for pbx in figures.reading)
    if not figures.reading:
        return "no PBX is set up"
    notes = []
    if 0 < read < len(figures.reading):
        notes.append(f"{read} of {len(figures.reading)} PBXs read")
    elif read and not figures.is_complete:
        notes.append(f"only {words.percent(min(pbx.read_share for pbx in figures.reading))} of the period read")
    not_known = figures.now.coverage.unknown
    if not_known:
        why = words.CAUSES[figures.now.coverage.unknown_causes[0].label][0]
        notes.append(f"{words.count(not_known, 'recording')} not known: {why}")
    return "; ".join(notes)
