"""Whether each call that is to be logged is in the CRM, as far as the ledger of activities knows. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from trunkline.days import LocalDay, by_day
from trunkline.delivery import skip_reason
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


def compare_crm(
    account_id: str, crm_id: str, days: Sequence[LocalDay], calls: Sequence[LedgerCall], own_numbers: Collection[str]
) -> list[CrmDay]:
    """Every day's calls by state; what is neither delivered, nor skipped for a reason, nor not to be logged, differs.

    A call waits for its entry until the next delivery, so one without any counts as `absent`, not as lost.
    """
    return [
        _day(CrmDay(account_id, crm_id, day.day, day.is_whole), of_day, own_numbers)
        for day, of_day in zip(days, by_day(days, calls, lambda call: call.started_at), strict=True)
    ]


def _day(head: CrmDay, calls: Sequence[LedgerCall], own_numbers: Collection[str]) -> CrmDay:
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
        differences=tuple(
            Difference("not_delivered", call.call_id, call.started_at, lake=call.outcome, crm=_words(call, state))
            for call, state in zip(calls, states, strict=True)
            if state in _NOT_THERE
        ),
    )


def _state(call: LedgerCall, own_numbers: Collection[str]) -> str:
    """What the ledger says, unless the delivery will never send the call (`delivery.skip_reason`)."""
    facts = CallFacts(call.call_id, call.started_at, call.direction, call.outcome, external_number=call.external_number)
    if call.state not in {"delivered", "failed"} and skip_reason(facts, own_numbers):
        return _NOT_LOGGED
    return call.state or "absent"


def _words(call: LedgerCall, state: str) -> str:
    return f"{state}: {redact(call.reason)}" if call.reason else state
