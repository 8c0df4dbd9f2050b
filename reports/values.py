"""Each figure of a report under one stable name: for `report --json` and the agency's CSV.

Counts are of calls or callers, `_rate` a share from 0 to 1, `_seconds` seconds. Null: not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures, total
from trunkline.reports.figures import Count, Slice

Value = int | float | None
Values = dict[str, Value]

OF_SLICE: Mapping[str, Callable[[Slice], Value]] = {
    "calls": lambda now: now.volumes.calls,
    "offered": lambda now: now.volumes.offered,
    "answered": lambda now: now.volumes.answered,
    "missed": lambda now: now.volumes.missed,
    "short_abandons": lambda now: now.volumes.short_abandons,
    "lost": lambda now: now.volumes.lost,
    "missed_rate": lambda now: now.volumes.missed_rate,
    "gross_missed_rate": lambda now: now.volumes.gross_rate,
    "lost_in_hours": lambda now: now.volumes.lost_in_hours,
    "lost_outside_hours": lambda now: now.volumes.lost_outside_hours,
    "withheld": lambda now: now.volumes.withheld,
    "waits_unknown": lambda now: now.volumes.waits_unknown,
    "first_time_callers": lambda now: now.volumes.first_time_callers,
    "missed_callers": lambda now: now.callbacks.callers,
    "called_back": lambda now: now.callbacks.returned,
    "called_back_rate": lambda now: now.callbacks.rate,
    "got_through_later": lambda now: now.callbacks.self_recovered,
    "still_in_time": lambda now: now.callbacks.still_open,
    "of_these_not_known": lambda now: now.callbacks.unjudged,
    "never_called_back": lambda now: now.callbacks.never_returned,
    "of_these_tried_again": lambda now: now.callbacks.never_returned_repeat,
    "of_these_called_late": lambda now: now.callbacks.returned_late,
    "to_call_back_now": lambda now: now.callbacks.to_call,
    "people_spoke": lambda now: now.coverage.spoken,
    "recorded": lambda now: now.coverage.recorded,
    "recorded_not_known": lambda now: now.coverage.not_known,
    "recorded_rate": lambda now: now.coverage.spoken_rate,
    "eligible": lambda now: now.coverage.eligible,
    "verified": lambda now: now.coverage.verified,
    "paused": lambda now: now.coverage.paused,
    "of_another_length": lambda now: now.coverage.mismatch,
    "missing": lambda now: now.coverage.missing,
    "pending": lambda now: now.coverage.pending,
    "not_known": lambda now: now.coverage.unknown,
    "coverage_rate": lambda now: now.coverage.rate,
    "length_not_checked": lambda now: now.coverage.unmeasured,
    "recorded_in_error": lambda now: now.coverage.recorded_in_error,
}
# Of one account alone: several accounts' medians and longest waits are no sums.
_OF_ACCOUNT: Mapping[str, Callable[[Slice], Value]] = {
    "longest_wait_seconds": lambda now: now.volumes.longest_wait_seconds,
    "median_answer_seconds": lambda now: now.volumes.median_answer_seconds,
    "p90_answer_seconds": lambda now: now.volumes.p90_answer_seconds,
    "median_callback_seconds": lambda now: now.callbacks.median_callback_seconds,
    "p90_callback_seconds": lambda now: now.callbacks.p90_callback_seconds,
    "median_callback_open_seconds": lambda now: now.callbacks.median_callback_open_seconds,
    "p90_callback_open_seconds": lambda now: now.callbacks.p90_callback_open_seconds,
}
# What a change is against: the period before, where both were read in full.
OF_BEFORE: Mapping[str, Callable[[Slice], Value]] = {
    "before_offered": lambda then: then.volumes.offered,
    "before_missed": lambda then: then.volumes.missed,
    "before_short_abandons": lambda then: then.volumes.short_abandons,
    "before_missed_rate": lambda then: then.volumes.missed_rate,
    "before_never_called_back": lambda then: then.callbacks.never_returned,
    "before_eligible": lambda then: then.coverage.eligible,
    "before_covered": lambda then: then.coverage.covered,
    "before_judged": lambda then: then.coverage.judged,
    "before_coverage_rate": lambda then: then.coverage.rate,
}


def _values(figures: Mapping[str, Callable[[Slice], Value]], one: Slice | None) -> Values:
    return {name: None if one is None else figure(one) for name, figure in figures.items()}


def account_values(f: AccountFigures) -> dict[str, Value | dict[str, int]]:
    """Name → value; null where nothing was read. Names that end in `_by_…` hold counts by label, most first."""
    now = f.now if f.is_read else None
    lost = {f"lost_by_{kind}": _by_label(counts) for kind, counts in f.lost.items()}
    before = _values(OF_BEFORE, f.before if f.is_comparable else None)
    return {**_values(OF_SLICE, now), **_values(_OF_ACCOUNT, now), **before, **lost, **_by_cause(f.now)}


def agency_values(f: AgencyFigures) -> dict[str, Value | dict[str, int]]:
    """The sums of the accounts that were read. `before_…` are of those in `compared_accounts`, as are the changes."""
    same = f.comparable
    now, before = f.total if f.is_read else None, total(one.before for one in same) if same else None
    this = _values(OF_SLICE, total(one.now for one in same) if same else None)
    compared = {f"compared_{name}": this[name] for name in ("missed_rate", "never_called_back", "coverage_rate")}
    accounts = {"accounts": len(f.accounts), "compared_accounts": len(same)}
    return {**accounts, **_values(OF_SLICE, now), **compared, **_values(OF_BEFORE, before), **_by_cause(f.total)}


def _by_cause(now: Slice) -> dict[str, dict[str, int]]:
    found = now.coverage
    return {
        "missing_by_cause": _by_label(found.causes),
        "not_known_by_cause": _by_label(found.unknown_causes),
        "not_eligible_by_reason": _by_label(found.not_eligible),
    }


def _by_label(counts: Sequence[Count]) -> dict[str, int]:
    """Two PBXs may have a phone of one number: its name, which tells them apart, is in the label then."""
    labels = [one.label for one in counts]
    return {f"{one.name} ({one.label})" if labels.count(one.label) > 1 else one.label: one.calls for one in counts}
