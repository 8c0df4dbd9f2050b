"""All accounts together: sums of the accounts' own figures, worst first, and what is to be mended."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from trunkline.config import Agency
from trunkline.periods import Period
from trunkline.reports import risks, words
from trunkline.reports.account import AccountFigures, Problem, Reading, SwitchedOff
from trunkline.reports.figures import Callbacks, Count, Coverage, Slice, Volumes
from trunkline.reports.language import _, ngettext

_Counts = TypeVar("_Counts", Volumes, Callbacks, Coverage)


@dataclass(frozen=True)
class AgencyFigures:
    """The accounts of one report. `period` is in the agency's zone; each account's days are its own."""

    agency: Agency
    period: Period
    accounts: tuple[AccountFigures, ...]
    restated: str = ""

    @property
    def total(self) -> Slice:
        """The sum of what was read; accounts that were not read add nothing and are named."""
        return total(one.now for one in self.accounts if one.is_read)

    @property
    def comparable(self) -> tuple[AccountFigures, ...]:
        """Accounts read in full in this period and in the one before: only these can be compared."""
        return tuple(one for one in self.accounts if one.is_comparable)

    @property
    def worst_first(self) -> tuple[AccountFigures, ...]:
        """Accounts not heard from, then by callers never called back, then by missed calls."""
        return tuple(
            sorted(
                self.accounts,
                key=lambda one: (
                    one.is_read,
                    -one.now.callbacks.never_returned,
                    -one.now.volumes.lost,
                    one.account.name.casefold(),
                ),
            )
        )

    @property
    def is_read(self) -> bool:
        """Whether any account was read."""
        return any(one.is_read for one in self.accounts)


def total(slices: Iterable[Slice]) -> Slice:
    """Counts added up; medians and longest waits of several accounts are not sums and stay null."""
    found = list(slices)
    return Slice(
        volumes=_sum(Volumes, [one.volumes for one in found]),
        callbacks=_sum(Callbacks, [one.callbacks for one in found]),
        coverage=_sum(Coverage, [one.coverage for one in found]),
    )


def _sum(kind: type[_Counts], parts: Sequence[_Counts]) -> _Counts:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        column = [getattr(part, field.name) for part in parts]
        if field.default == ():
            values[field.name] = _merged(count for counts in column for count in counts)
        elif field.default is not None:
            values[field.name] = sum(column)
    return kind(**values)


def _merged(counts: Iterable[Count]) -> tuple[Count, ...]:
    together: Counter[str] = Counter()
    for count in counts:
        together[count.label] += count.calls
    return tuple(Count(label, calls) for label, calls in sorted(together.items(), key=lambda item: (-item[1], item[0])))


def mends(figures: AgencyFigures) -> list[Problem]:
    """What is to be done: PBXs not heard from, what is about to be lost, gaps, and what each part reports."""
    found = [
        problem
        for rule in (_silent, _lost_soon, _gaps, _reported, _undelivered, _not_as_told, _recording)
        for one in figures.accounts
        for problem in rule(one)
    ]
    return list(dict.fromkeys(found))


def _silent(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(
            _place(figures, pbx.pbx_id),
            _last_read(pbx.complete_until, figures.account.timezone),
            _("Run trunkline doctor --pbx %(pbx)s: it says which step of the connection fails.", pbx=pbx.pbx_id),
        )
        for pbx in figures.silent
    ]


def _place(figures: AccountFigures, system: str) -> str:
    """The account, and its PBX or CRM."""
    return f"{figures.account.name}, {system}"


def _lost_soon(figures: AccountFigures) -> list[Problem]:
    return [Problem(_place(figures, risk.pbx_id), risks.message(risk), risks.mend(risk)) for risk in figures.lost_soon]


def _last_read(until: dt.datetime | None, timezone: str) -> str:
    if until is None:
        return _("not heard from in this period; never read so far")
    return _("not heard from in this period; last read to %(time)s", time=words.moment(words.at(until, timezone)))


def _gaps(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(
            _place(figures, pbx.pbx_id),
            _part_read(pbx),
            _(
                "Run trunkline backfill --pbx %(pbx)s --since %(since)s --until %(until)s.",
                pbx=pbx.pbx_id,
                since=figures.period.first,
                until=figures.period.end,
            ),
        )
        for pbx in figures.reading
        if pbx.is_read and not pbx.is_complete
    ]


def _part_read(pbx: Reading) -> str:
    said = _("only %(share)s of the period is read", share=words.percent(pbx.read_share))
    if pbx.failed_windows:
        said += "; " + ngettext("%(num)s window failed", "%(num)s windows failed", pbx.failed_windows)
    return f"{said}: {pbx.error}" if pbx.error else said


def _reported(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(_place(figures, problem.where), problem.message, problem.mend)
        for pbx in figures.reading
        for problem in pbx.problems
    ]


def _undelivered(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(
            _place(figures, crm.crm_id),
            ngettext("%(num)s activity not delivered", "%(num)s activities not delivered", crm.failed)
            + (f": {crm.reason}" if crm.reason else ""),
            _(
                "Mend the cause, then run trunkline deliver --account %(account)s --retry-failed.",
                account=figures.account.id,
            ),
        )
        for crm in figures.deliveries
        if crm.failed
    ]


def _not_as_told(figures: AccountFigures) -> list[Problem]:
    """Where a CRM does not have what it was given."""
    found = []
    for crm in figures.crm_differences:
        parts = (
            crm.deleted_in_crm
            and ngettext(
                "%(num)s call delivered and no longer there",
                "%(num)s calls delivered and no longer there",
                crm.deleted_in_crm,
            ),
            crm.twice_in_crm
            and ngettext("%(num)s call there more than once", "%(num)s calls there more than once", crm.twice_in_crm),
            crm.not_in_ledger
            and ngettext(
                "%(num)s call there and not delivered by the ledger",
                "%(num)s calls there and not delivered by the ledger",
                crm.not_in_ledger,
            ),
        )
        said = _("by the CRM's own list: %(calls)s", calls="; ".join(part for part in parts if part))
        mend = _("Run trunkline reconcile --account %(account)s, which lists them.", account=figures.account.id)
        found.append(Problem(_place(figures, crm.crm_id), said, mend))
    return found


def _recording(figures: AccountFigures) -> list[Problem]:
    mend = _("If this is not wanted, switch recording on again in 3CX.")
    found = [Problem(_place(figures, off.pbx_id), _no_longer(off), mend) for off in figures.switched_off]
    errors = figures.now.coverage.recorded_in_error
    if errors:
        message = ngettext(
            "%(num)s call recorded although the policy says no",
            "%(num)s calls recorded although the policy says no",
            errors,
        )
        mend = _("Switch recording off in 3CX, or change recording_policy.")
        found.append(Problem(figures.account.name, message, mend))
    return found


def _no_longer(off: SwitchedOff) -> str:
    """`extension 105 (Front desk) no longer records since Thu 12 Nov`."""
    number = off.dn + (f" ({off.name})" if off.name else "")
    if off.kind == "queue":
        return _("queue %(number)s no longer records since %(day)s", number=number, day=words.day(off.day))
    return _("extension %(number)s no longer records since %(day)s", number=number, day=words.day(off.day))
