"""A PBX's inbound-calls report beside the lake's inbound calls. Pure.

The calls of both sides are compared by id; several rows of the report that are one call of the lake have that as
reason. The report's `Status` is compared with the lake's outcome, for which only a person's answer is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from trunkline.models import ReportedCall
from trunkline.reconcile.days import UNKNOWN, Difference, Reach
from trunkline.reconcile.match import LakeCall, Pairs

_UNANSWERED = {"unanswered", "waiting", "redirected"}
_MACHINES = {"queue": "a queue's", "ivr": "a menu's", "voicemail": "a voicemail's", "fax": "a fax's"}


def inbound(pairs: Pairs, calls: Sequence[LakeCall], reach: Reach) -> list[Difference]:
    """What differs between the inbound-calls report and the lake's inbound calls."""
    rows_of: dict[str, list[ReportedCall]] = defaultdict(list)
    found, known = [], {}
    for row, call in pairs:
        if call is None:
            found.append(reach.lacks("only_pbx", row.call_id, row.started_at, row.status or "listed"))
        else:
            rows_of[call.call_id].append(row)
            known[call.call_id] = call
    for call_id, rows in rows_of.items():
        found += _of_call(known[call_id], rows)
    for call in calls:
        if call.call_id in known:
            continue
        if call.is_old:
            why = UNKNOWN["old_log"]
            found.append(Difference("old_log", call.call_id, call.started_at, lake=call.words, why=why))
        else:
            found.append(Difference("only_lake", call.call_id, call.started_at, pbx="absent", lake=call.words))
    return found


def _of_call(call: LakeCall, rows: list[ReportedCall]) -> list[Difference]:
    """What differs on a call that both sides have."""
    said = " / ".join(dict.fromkeys(row.status or "listed" for row in rows))
    found = [
        Difference(
            "part_of_call", call.call_id, row.started_at, said, call.words, why=f"{row.call_id} is a part of this call"
        )
        for row in sorted(rows, key=lambda row: (row.call_id != call.key, row.started_at))[1:]
    ]
    if call.direction != "inbound":
        return [*found, Difference("direction", call.call_id, call.started_at, "inbound", call.direction)]
    answered = _answered(rows)
    if answered is not None and answered != (call.outcome == "answered"):
        why = _picked_up(call) if answered else None
        found.append(Difference("outcome", call.call_id, call.started_at, said, call.words, why=why))
    return found


def _answered(rows: Iterable[ReportedCall]) -> bool | None:
    """Whether the PBX calls any of a call's rows answered; null if its word is not known."""
    words = {(row.status or "").lower() for row in rows}
    if "answered" in words:
        return True
    return False if words <= _UNANSWERED else None


def _picked_up(call: LakeCall) -> str | None:
    machines = [_MACHINES[kind] for kind in call.machines if kind in _MACHINES]
    return f"the PBX counts {' or '.join(machines)} pick-up as an answer" if machines else None


def answered_count(pairs: Pairs) -> int | None:
    """How many calls the PBX calls answered; null if its word for one of them is not known."""
    rows_of: dict[str, list[ReportedCall]] = defaultdict(list)
    for row, call in pairs:
        rows_of[call.call_id if call else row.call_id].append(row)
    said = [_answered(rows) for rows in rows_of.values()]
    return None if None in said else sum(bool(one) for one in said)


def unknown_words(pairs: Pairs) -> list[str]:
    """The PBX's words for a call's end that nobody knows here."""
    words = {row.status for row, _call in pairs if _answered([row]) is None}
    return [f"whether calls were answered: the PBX's word {word!r} is not known" for word in sorted(map(str, words))]
