"""What `trunkline reconcile` says: counts, reasons and ids."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from trunkline.reconcile.days import CrmDay, Day, Difference

MOST_IDS = 20
_KINDS = {
    "only_pbx": "only at the PBX",
    "only_lake": "only in the lake",
    "direction": "inbound at the PBX, not in the lake",
    "outcome": "answered on one side only",
    "abandoned_only_pbx": "abandoned in a queue by the PBX's account only",
    "abandoned_only_lake": "abandoned in a queue by the lake's account only",
    "not_delivered": "not in the CRM",
    "deleted_in_crm": "delivered, and the CRM does not list it any more",
    "twice_in_crm": "in the CRM more than once",
    "not_in_ledger": "in the CRM, and not delivered by the ledger",
    "abandoned_then_answered": "abandoned in a queue, then answered (or the other way round)",
    "abandoned_then_missed": "abandoned in a queue, then missed elsewhere",
    "abandoned_inside": "abandoned in a queue by a caller inside",
    "part_of_call": "parts of a call that the lake counts once",
    "not_read": "at the PBX, and the lake was never asked for that time",
    "old_log": "in the lake from the log before 20.0.6",
    "queue_not_asked": "abandoned in a queue that the PBX was not asked for",
}
"""Kinds of differences in the order in which they are told: those that nobody can explain come first."""


_SHORT = {"not_logged": "not logged", "delivered": "sent"}  # a table of eight columns fits into 80 characters


def cells(day: Day | CrmDay) -> dict[str, str]:
    """A day's counts by name, and its state; of a PBX both sides', with a question mark for what is not known."""
    if isinstance(day, CrmDay):
        names = ("calls", "not_logged", "delivered", "pending", "skipped", "failed")
        said = {_SHORT.get(name, name): str(getattr(day, name)) for name in names}
        return {**said, "listed": "–" if day.listed is None else str(day.listed), "state": day.state}
    not_asked = "?" if day.unknown else "–"  # a PBX without queues is not asked who left them
    pbx = (day.pbx_inbound, day.pbx_answered, day.pbx_abandoned)
    lake = (day.lake_inbound, day.lake_answered, day.lake_abandoned)
    counts = [f"{not_asked if theirs is None else theirs} / {ours}" for theirs, ours in zip(pbx, lake, strict=True)]
    return {**dict(zip(("inbound", "answered", "abandoned"), counts, strict=True)), "state": day.state}


def unknown(days: Sequence[Day | CrmDay]) -> list[str]:
    """Each reason once, with the days that it is of."""
    days_of: dict[str, list[str]] = {}
    for day in days:
        for reason in getattr(day, "unknown", ()):
            days_of.setdefault(reason, []).append(f"{day.day}")
    return [f"unknown: {reason} ({_span(found)})" for reason, found in days_of.items()]


def _span(days: list[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"


def differences(found: Iterable[Difference]) -> list[str]:
    """Ids by kind, with each side's words; the first of a kind are listed, the others counted."""
    lines = []
    order = list(_KINDS)
    ordered = sorted(found, key=lambda one: (order.index(one.kind), one.started_at))
    for kind, group in itertools.groupby(ordered, key=lambda one: one.kind):
        of_kind = list(group)
        lines += [f"{_KINDS[kind]}: {len(of_kind)}", *(f"  {_words(one)}" for one in of_kind[:MOST_IDS])]
        if len(of_kind) > MOST_IDS:
            lines.append(f"  … and {len(of_kind) - MOST_IDS} more (--json lists all)")
    return lines


def _words(one: Difference) -> str:
    sides = {"PBX": one.pbx, "lake": one.lake, "CRM": one.crm}
    said = "; ".join(f"{side}: {words}" for side, words in sides.items() if words)
    why = f" ({one.why})" if one.why and one.kind == "outcome" else ""
    return f"{one.call_id} {one.started_at:%Y-%m-%dT%H:%M:%SZ} {said}{why}"
