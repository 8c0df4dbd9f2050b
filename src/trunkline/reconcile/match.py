"""Which call of the lake a row of a PBX's own reports is. Pure.

By its id, else by the id of one of the call's legs (the lake keeps a call's main id, and a transfer has history ids of
its own), else by a start within two seconds and the same outside number.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trunkline.models import AbandonedWait, ReportedCall
from trunkline.numbers import e164

NEAR = dt.timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class LakeCall:
    """A call of the lake. `legs`: their native ids; `waits`: queue and start of each leg to a queue; `machines`: the
    kinds of destinations that picked up and are no person."""

    call_id: str
    key: str
    started_at: dt.datetime
    direction: str
    outcome: str
    miss_reason: str | None = None
    external_number: str | None = None
    row_shape: str | None = None
    legs: tuple[str, ...] = ()
    waits: tuple[tuple[str, dt.datetime], ...] = ()
    machines: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What the lake says of it."""
        return f"{self.outcome}: {self.miss_reason}" if self.miss_reason else self.outcome

    @property
    def was_abandoned(self) -> bool:
        """Whether the caller left while a queue held the call."""
        return self.direction == "inbound" and self.miss_reason == "queue_abandoned"

    @property
    def is_old(self) -> bool:
        """Whether it is of a log that was before the PBX had ids and reports (before 20.0.6, or v18)."""
        return self.row_shape in {"console", "xapi-v18", "xapi-u0"}


Pairs = list[tuple[ReportedCall, LakeCall | None]]
Waits = list[tuple[AbandonedWait, LakeCall | None]]


def matched(inbound: Iterable[ReportedCall], calls: Sequence[LakeCall], region: str) -> Pairs:
    """Each row of the inbound-calls report once, with its call in the lake or null."""
    by_id = {leg: call for call in calls for leg in call.legs} | {call.key: call for call in calls}
    answered_first = sorted(inbound, key=lambda row: (row.status or "").lower() != "answered")
    rows = {row.call_id: row for row in reversed(answered_first)}
    found = {key: by_id.get(key) or by_id.get(row.cdr_id or "") for key, row in rows.items()}
    taken = {call.call_id for call in found.values() if call}
    free: dict[str | None, list[LakeCall]] = defaultdict(list)
    for call in calls:
        if call.direction == "inbound" and call.call_id not in taken:
            free[call.external_number].append(call)
    for key, row in rows.items():
        if found[key] is None and (near := _nearest(free[e164(row.number, region)], row.started_at)):
            found[key] = near
            free[near.external_number].remove(near)
    return [(rows[key], found[key]) for key in rows]


def matched_waits(abandoned: Iterable[AbandonedWait], calls: Sequence[LakeCall], pairs: Pairs, region: str) -> Waits:
    """Each call of the abandoned report once, with its call in the lake or null: by id, else by the wait's start."""
    by_id = {row.call_id: call for row, call in pairs if call}
    by_id |= {leg: call for call in calls for leg in call.legs} | {call.key: call for call in calls}
    rows = {row.call_id: row for row in reversed(list(abandoned))}
    in_queue: dict[tuple[str, str | None], list[tuple[dt.datetime, LakeCall]]] = defaultdict(list)
    for call in calls:
        for queue, at in call.waits:
            in_queue[queue, call.external_number].append((at, call))
    found: Waits = []
    for key, row in rows.items():
        there = in_queue[row.queue, e164(row.number, region)]
        near = [(abs(at - row.started_at), call) for at, call in there if abs(at - row.started_at) <= NEAR]
        nearest = min(near, key=lambda one: one[0])[1] if near else None
        found.append((row, by_id.get(key) or nearest))
    return found


def _nearest(calls: Sequence[LakeCall], moment: dt.datetime) -> LakeCall | None:
    near = [call for call in calls if abs(call.started_at - moment) <= NEAR]
    return min(near, key=lambda call: abs(call.started_at - moment), default=None)
