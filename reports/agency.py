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
from trunkline.reports import words
from trunkline.reports.account import AccountFigures, Problem
from trunkline.reports.figures import Callbacks, Count, Coverage, Slice, Volumes

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
            f"{figures.account.name}, {pbx.pbx_id}",
            "not heard from in this period" + _last_read(pbx.complete_until, figures.account.timezone),
            f"Run trunkline doctor --pbx {pbx.pbx_id}: it says which step of the connection fails.",
        )
        for pbx in figures.silent
    ]


def _lost_soon(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(f"{figures.account.name}, {problem.where}", problem.message, problem.mend)
        for problem in figures.lost_soon
    ]


def _last_read(until: dt.datetime | None, timezone: str) -> str:
    return f"; last read to {words.moment(words.at(until, timezone))}" if until else "; never read so far"


def _gaps(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(
            f"{figures.account.name}, {pbx.pbx_id}",
            f"only {words.percent(pbx.read_share)} of the period is read"
            + (f"; {words.count(pbx.failed_windows, 'window')} failed" if pbx.failed_windows else "")
            + (f": {pbx.error}" if pbx.error else ""),
            f"Run trunkline backfill --pbx {pbx.pbx_id} --since {figures.period.first} --until {figures.period.end}.",
        )
        for pbx in figures.reading
        if pbx.is_read and not pbx.is_complete
    ]


def _reported(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(f"{figures.account.name}, {problem.where}", problem.message, problem.mend)
        for pbx in figures.reading
        for problem in pbx.problems
    ]


def _undelivered(figures: AccountFigures) -> list[Problem]:
    return [
        Problem(
            f"{figures.account.name}, {crm.crm_id}",
            f"{words.count(crm.failed, 'activity', 'activities')} not delivered"
            + (f": {crm.reason}" if crm.reason else ""),
            f"Mend the cause, then run trunkline deliver --account {figures.account.id} --retry-failed.",
        )
        for crm in figures.deliveries
        if crm.failed
    ]


def _not_as_told(figures: AccountFigures) -> list[Problem]:
    """Where a CRM does not have what it was given."""
    found = []
    for crm in figures.crm_differences:
        counts = {
            "delivered and no longer there": crm.deleted_in_crm,
            "there more than once": crm.twice_in_crm,
            "there and not delivered by the ledger": crm.not_in_ledger,
        }
        said = "; ".join(f"{words.count(count, 'call')} {what}" for what, count in counts.items() if count)
        mend = f"Run trunkline reconcile --account {figures.account.id}, which lists them."
        found.append(Problem(f"{figures.account.name}, {crm.crm_id}", f"by the CRM's own list: {said}", mend))
    return found


def _recording(figures: AccountFigures) -> list[Problem]:
    name, found = figures.account.name, []
    for off in figures.switched_off:
        called = f"{off.kind} {off.dn}" + (f" ({off.name})" if off.name else "")
        message = f"{called} no longer records since {words.day(off.day)}"
        found.append(
            Problem(f"{name}, {off.pbx_id}", message, "If this is not wanted, switch recording on again in 3CX.")
        )
    errors = figures.now.coverage.recorded_in_error
    if errors:
        message = f"{words.count(errors, 'call')} recorded although the policy says no"
        found.append(Problem(name, message, "Switch recording off in 3CX, or change recording_policy."))
    return found
