"""A PBX's own reports beside the lake's calls, day by day. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trunkline.days import LocalDay, by_day
from trunkline.models import AbandonedWait, ReportedCall
from trunkline.reconcile.abandoned import abandoned
from trunkline.reconcile.days import UNKNOWN, Day, Reach
from trunkline.reconcile.inbound import answered_count, inbound, unknown_words
from trunkline.reconcile.match import LakeCall, matched, matched_waits
from trunkline.windows import Window


@dataclass(frozen=True)
class Doubt:
    """Why a window cannot be compared in full. `hides`: what of the PBX's side is not known: `all`, `abandoned`, or
    `nothing` where both sides are known and yet may be only part of the truth."""

    window: Window
    reason: str
    hides: str = "nothing"


@dataclass(frozen=True)
class PbxSide:
    """What a PBX reported of a span, for which queues, and what of it is in doubt."""

    inbound: Sequence[ReportedCall] = ()
    abandoned: Sequence[AbandonedWait] = ()
    queues: Sequence[str] = ()
    doubts: Sequence[Doubt] = ()


@dataclass(frozen=True)
class LakeSide:
    """What the lake has of a span and a little around it, since when it was asked, and what it has read to the end."""

    calls: Sequence[LakeCall] = ()
    first_asked: dt.datetime | None = None
    settled: Sequence[Window] = ()


def compare_pbx(
    account_id: str, pbx_id: str, region: str, days: Sequence[LocalDay], pbx: PbxSide, lake: LakeSide
) -> list[Day]:
    """Every day of the span; a call counts for the day on which it started, by the lake if both know it."""
    reach = Reach(pbx_id, lake.first_asked, lake.settled)
    pairs = matched(pbx.inbound, lake.calls, region)
    waits = matched_waits(pbx.abandoned, lake.calls, pairs, region)
    pairs_of = by_day(days, pairs, lambda pair: (pair[1] or pair[0]).started_at)
    waits_of = by_day(days, waits, lambda pair: (pair[1] or pair[0]).started_at)
    calls_of = by_day(days, [one for one in lake.calls if one.direction == "inbound"], lambda call: call.started_at)
    found = []
    for day, day_pairs, day_waits, calls in zip(days, pairs_of, waits_of, calls_of, strict=True):
        doubts = [one for one in pbx.doubts if _touches(one.window, day.window)]
        hidden = {one.hides for one in doubts}
        result = Day(
            account_id,
            pbx_id,
            day.day,
            day.is_whole,
            lake_inbound=len(calls),
            lake_answered=sum(call.outcome == "answered" for call in calls),
            lake_abandoned=sum(call.was_abandoned for call in calls),
            unknown=tuple(dict.fromkeys(one.reason for one in doubts)),
        )
        if "all" not in hidden:
            differences = inbound(day_pairs, calls, reach)
            result = replace(result, pbx_inbound=len(day_pairs), pbx_answered=answered_count(day_pairs))
            if "abandoned" not in hidden:
                differences += abandoned(day_waits, calls, pbx.queues, reach, differences)
                result = replace(result, pbx_abandoned=len(day_waits) if pbx.queues else None)
            reasons = [UNKNOWN[one.kind] for one in differences if one.kind in UNKNOWN]
            result = replace(
                result,
                differences=tuple(sorted(differences, key=lambda one: (one.started_at, one.call_id, one.kind))),
                unknown=tuple(dict.fromkeys((*result.unknown, *reasons, *unknown_words(day_pairs)))),
            )
        found.append(result)
    return found


def _touches(one: Window, other: Window) -> bool:
    return one.since < other.until and other.since < one.until
