"""Whether each call that is to be logged is in the CRM, as far as the ledger of activities knows. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from trunkline.days import LocalDay, by_day
from trunkline.delivery import Listed, skip_reason
from trunkline.entries import CallFacts
from trunkline.log import redact
from trunkline.reconcile.days import CrmDay, Difference

_NOT_THERE = {"pending", "failed", "absent"}
_NOT_LOGGED = "not_logged"


@dataclass(frozen=True, slots=True)
class LedgerCall:
    """A call of the lake with its entry in one CRM's ledger; `state` is null where it has none."""

    call_id: str
    started_at: dt.datetime
    direction: str
    outcome: str
    external_number: str | None
    state: str | None = None
    reason: str | None = None
    remote_id: str | None = None


def compare_crm(
    account_id: str,
    crm_id: str,
    days: Sequence[LocalDay],
    calls: Sequence[LedgerCall],
    own_numbers: Collection[str],
    listed: Sequence[Listed] | None = None,
) -> list[CrmDay]:
    """Every day's calls by state; what is neither delivered, nor skipped for a reason, nor not to be logged, differs.

    A call waits for its entry until the next delivery, so one without any counts as `absent`, not as lost. `listed`:
    the CRM's own list of these days, or of more; what the ledger says is held against it.
    """
    there = None if listed is None else _There(listed)
    return [
        _day(CrmDay(account_id, crm_id, day.day, day.is_whole), of_day, own_numbers, there)
        for day, of_day in zip(days, by_day(days, calls, lambda call: call.started_at), strict=True)
    ]


class _There:
    """What the CRM lists, by its ids and by ours."""

    def __init__(self, listed: Sequence[Listed]) -> None:
        self._ids = {one.remote_id for one in listed}
        self._times = Counter(one.key for one in listed if one.key)

    def count(self, call: LedgerCall) -> int:
        """How often the call is there."""
        return self._times[call.call_id] or int(call.remote_id in self._ids)

    def differs(self, call: LedgerCall, state: str) -> Difference | None:
        """Where the list and the ledger do not agree on a call."""
        times, is_told = self.count(call), state == "delivered"
        if times == int(is_told):
            return None
        kind = "twice_in_crm" if times > 1 else "deleted_in_crm" if is_told else "not_in_ledger"
        return Difference(
            kind, call.call_id, call.started_at, lake=call.outcome, crm=_TIMES.get(times, f"listed {times} times")
        )


_TIMES = {0: "not listed", 1: "listed"}


def _day(head: CrmDay, calls: Sequence[LedgerCall], own_numbers: Collection[str], there: _There | None) -> CrmDay:
    states = [_state(call, own_numbers) for call in calls]
    counts = Counter(states)
    return replace(
        head,
        calls=len(calls),
        not_logged=counts[_NOT_LOGGED],
        delivered=counts["delivered"],
        pending=counts["pending"],
        skipped=counts["skipped"],
        failed=counts["failed"],
        listed=sum(map(there.count, calls)) if there else None,
        differences=tuple(
            one for call, state in zip(calls, states, strict=True) for one in _differences(call, state, there)
        ),
    )


def _differences(call: LedgerCall, state: str, there: _There | None) -> list[Difference]:
    found = []
    if state in _NOT_THERE:
        said = _words(call, state)
        found.append(Difference("not_delivered", call.call_id, call.started_at, lake=call.outcome, crm=said))
    if there and (other := there.differs(call, state)):
        found.append(other)
    return found


def _state(call: LedgerCall, own_numbers: Collection[str]) -> str:
    """What the ledger says, unless the delivery will never send the call (`delivery.skip_reason`)."""
    facts = CallFacts(call.call_id, call.started_at, call.direction, call.outcome, external_number=call.external_number)
    if call.state not in {"delivered", "failed"} and skip_reason(facts, own_numbers):
        return _NOT_LOGGED
    return call.state or "absent"


def _words(call: LedgerCall, state: str) -> str:
    return f"{state}: {redact(call.reason)}" if call.reason else state
