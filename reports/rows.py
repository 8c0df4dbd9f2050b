"""What tables of the mails show, row by row; numbers are masked here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trunkline.config import Account
from trunkline.numbers import REMOVED, is_removed, masked, spaced
from trunkline.reports import folder, phrases, words
from trunkline.reports.account import AccountFigures, Caller, SwitchedOff
from trunkline.reports.figures import Callbacks, Count
from trunkline.reports.kpis import never, unknown
from trunkline.reports.language import N_, Phrases, _, ngettext
from trunkline.reports.sorting import Sorted

Place = Literal["mail", "page"]


def shown(number: str | None, account: Account, place: Place) -> str:
    """A caller's number as this account's readers may see it in a mail or on a page, in a workbook or CSV.

    Without one it is a code of `words.NO_NUMBER`.
    """
    if number is None:
        return phrases.WITHHELD
    if is_removed(number):
        return REMOVED
    return masked(number, account.country) if is_hidden(account, place) else number


def is_hidden(account: Account, place: Place) -> bool:
    """Whether numbers are masked there, and names left out."""
    return account.masking == "everywhere" or (account.masking == "mail" and place == "mail")


def counted(calls: int) -> str:
    """A number of calls, in a cell that can be sorted."""
    return Sorted(words.number(calls), calls)


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
    return [_call_back(one, shown(one.external_number, figures.account, place)) for one in figures.call_back[:most]]


_NOTES: Mapping[str, str] = Phrases(
    {
        "open": N_("still in time"),
        "unjudged": N_("maybe called back where nothing was read"),
        "returned": N_("tried again after your call"),
    },
    _,
)


def _call_back(one: Caller, number: str) -> CallBack:
    first = _("first-time caller") if one.first_time else ""
    waited = words.span(one.longest_wait_seconds)
    return CallBack(
        caller=words.NO_NUMBER.get(number, number),
        note=", ".join(filter(None, (first, _NOTES.get(one.state, "")))),
        tries=one.tries,
        last_try=Sorted(words.moment(one.last_try), f"{one.last_try:%Y-%m-%dT%H:%M}"),
        waited=Sorted(waited, one.longest_wait_seconds),
    )


LOST_TITLES: Mapping[str, str] = Phrases(
    {
        "reason": N_("Reason"),
        "queue": N_("Queue"),
        "number": N_("Number called"),
        "extension": N_("Phone that rang"),
    },
    _,
)


def lost(figures: AccountFigures, most: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with label and count; what is beyond `most` is added up in a last line."""
    result = []
    for kind, title in LOST_TITLES.items():
        counts = figures.lost.get(kind, ())
        if not counts:
            continue
        lines = [(_label(kind, one), counted(one.calls)) for one in counts[:most]]
        rest = counts[most:]
        if rest:
            others = ngettext("%(num)s other", "%(num)s others", len(rest))
            lines.append((others, counted(sum(one.calls for one in rest))))
        result.append((title, lines))
    return result


def _label(kind: str, count: Count) -> str:
    if kind == "reason":
        return words.REASONS.get(count.label, count.label or _("reason not known"))
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
        (_("Missing because"), [_cause(one) for one in coverage.causes]),
        (_("Not known because"), [_cause(one) for one in coverage.unknown_causes]),
        (_("Look at"), _oddities(figures)),
    )
    return [(title, found) for title, found in groups if found]


def _cause(count: Count) -> Cause:
    label, mend = words.CAUSES.get(count.label, (count.label, ""))
    return Cause(label, counted(count.calls), mend)


def _oddities(figures: AccountFigures) -> list[Cause]:
    found = []
    off = {one.label: one.calls for one in figures.now.coverage.not_eligible}.get("switched_off")
    if off:
        label = _("not expected: switched off in 3CX")
        since = "; ".join(_since(one) for one in figures.switched_off[:3])
        if since:
            label = _("not expected: switched off in 3CX, %(since)s", since=since)
        found.append(Cause(label, counted(off), words.CAUSES["policy"][1]))
    if figures.now.coverage.recorded_in_error:
        label = _("recorded although the policy says no")
        mend = _("Switch recording off in 3CX, or change the policy.")
        found.append(Cause(label, counted(figures.now.coverage.recorded_in_error), mend))
    return found


def _since(off: SwitchedOff) -> str:
    """Where recording was switched off, and when: `Front desk (101) since Thu 12 Nov`."""
    day = words.day(off.day)
    if off.name:
        return _("%(name)s (%(dn)s) since %(day)s", name=off.name, dn=off.dn, day=day)
    if off.kind == "queue":
        return _("queue (%(dn)s) since %(day)s", dn=off.dn, day=day)
    return _("extension (%(dn)s) since %(day)s", dn=off.dn, day=day)


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
            missed=counted(one.now.volumes.lost) if one.now.volumes.offered else _("no calls"),
            rate=Sorted(words.percent(one.now.volumes.missed_rate), one.now.volumes.missed_rate),
            never=_never(one.now.callbacks),
            coverage=Sorted(words.percent(one.now.coverage.rate), one.now.coverage.rate),
            share=one.now.coverage.rate,
            note=_note(one),
            page=folder.link(one.account.id, one.period),
        )
        for one in figures
    ]


def _never(calls: Callbacks) -> str:
    said = never(calls)
    return words.DASH if said == unknown() else Sorted(said, calls.never_returned)


def _note(figures: AccountFigures) -> str:
    read = sum(pbx.is_read for pbx in figures.reading)
    if not figures.reading:
        return _("no PBX is set up")
    notes = []
    if 0 < read < len(figures.reading):
        notes.append(
            _("%(read)s of %(pbxs)s PBXs read", read=words.number(read), pbxs=words.number(len(figures.reading)))
        )
    elif read and not figures.is_complete:
        share = words.percent(min(pbx.read_share for pbx in figures.reading))
        notes.append(_("only %(share)s of the period read", share=share))
    not_known = figures.now.coverage.unknown
    if not_known:
        why = words.CAUSES[figures.now.coverage.unknown_causes[0].label][0]
        notes.append(
            ngettext(
                "%(num)s recording not known: %(why)s", "%(num)s recordings not known: %(why)s", not_known, why=why
            )
        )
    return "; ".join(notes)
