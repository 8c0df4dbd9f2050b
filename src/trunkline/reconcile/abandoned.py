"""A PBX's report of abandoned queue calls beside the lake's. Pure.

The PBX says so if a call is in its report for the queues asked for, whatever else became of the call; the lake, if an
inbound call was missed and a queue was the last place that held the caller (`queue_abandoned`). A caller who left a
queue and was answered all the same, or was missed elsewhere after it, is a difference with a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from trunkline.reconcile.days import UNKNOWN, Difference, Reach
from trunkline.reconcile.match import LakeCall, Waits


def abandoned(
    waits: Waits, calls: Sequence[LakeCall], queues: Sequence[str], reach: Reach, told: Sequence[Difference]
) -> list[Difference]:
    """What differs between the abandoned report and the lake; a call that is `told` to be on one side only is not
    told again."""
    told_ids = {one.call_id for one in told if one.kind in {"only_pbx", "not_read", "only_lake", "old_log"}}
    found = [
        difference
        for wait, call in waits
        if (difference := _of_wait(wait.call_id, wait.queue, wait.started_at, call, reach))
        and difference.call_id not in told_ids
    ]
    listed = {call.call_id for _wait, call in waits if call} | told_ids
    for call in calls:
        if call.was_abandoned and call.call_id not in listed:
            if set(queues).isdisjoint(queue for queue, _at in call.waits):
                why = UNKNOWN["queue_not_asked"]
                found.append(Difference("queue_not_asked", call.call_id, call.started_at, lake=call.words, why=why))
            else:
                found.append(
                    Difference("abandoned_only_lake", call.call_id, call.started_at, "not in its report", call.words)
                )
    return found


def _of_wait(key: str, queue: str, at: dt.datetime, call: LakeCall | None, reach: Reach) -> Difference | None:
    said = f"abandoned in queue {queue}"
    if call is None:
        return reach.lacks("abandoned_only_pbx", key, at, said)
    if call.was_abandoned:
        return None
    kind, why = "abandoned_only_pbx", None
    if call.direction != "inbound":
        kind, why = "abandoned_inside", f"the caller was inside: no missed call ({call.direction})"
    elif call.outcome == "answered":
        kind, why = "abandoned_then_answered", "the caller left a queue, and a person spoke to them in the same call"
    elif call.waits:
        kind, why = "abandoned_then_missed", "a queue was not the last place that held the caller"
    return Difference(kind, call.call_id, call.started_at, said, call.words, why=why)
