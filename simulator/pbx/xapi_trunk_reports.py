"""The reports of trunk calls and of abandoned queue calls, by which totals can be checked (v20 reference §3.1)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.odata import collection, page
from trunkline.simulator.pbx.periods import period_of
from trunkline.simulator.pbx.upgrade import is_in_new_log
from trunkline.simulator.pbx.wire import Answer, Ask, odata_error
from trunkline.simulator.pbx.xapi_report_rows import abandoned_rows, inbound_row, outbound_row
from trunkline.simulator.scenarios.cast import TRUNK_DN
from trunkline.simulator.scenarios.place import PlacedCall

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

QUOTED = r"'((?:[^']|'')*)'"
TRUNK = re.compile(
    r".*\(periodFrom=([^,]+),periodTo=([^,]+),trunkDns=" + QUOTED + r",callsType=(\d+)\)$", re.IGNORECASE
)
ABANDONED = re.compile(
    r".*\(periodFrom=([^,]+),periodTo=([^,]+),queueDns=" + QUOTED + r",waitInterval=" + QUOTED + r"\)$", re.IGNORECASE
)
INTERVAL = re.compile(r"(\d+):(\d+):(\d+)")
ANSWERED = 1


def inbound_calls(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetInboundCalls`, since Update 6: one row for each call that came in over a trunk."""
    return _trunk_calls(pbx, ask, "inbound", inbound_row)


def outbound_calls(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetOutboundCalls`, since Update 6: one row for each call that went out over a trunk."""
    return _trunk_calls(pbx, ask, "outbound", outbound_row)


def abandoned_queue_calls(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetAbandonedQueueCallsData`: the waits that callers ended, in the queues named, of this length or longer.

    A queue that does not exist gives an empty 200 (v20 reference §3.9), and so does none at all.
    """
    found = ABANDONED.match(ask.path)
    if not found:
        return Answer(404)
    if not pbx.rights.history:
        return Answer(403)
    period, least = period_of(found[1], found[2]), INTERVAL.fullmatch(found[4])
    if period is None or least is None:
        return odata_error(500, "An error has occurred.")
    hours, minutes, seconds = (int(part) for part in least.groups())
    shortest = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    queues = found[3].split()
    rows: list[dict[str, Any]] = []
    for entry in pbx.book.rows(*period, pbx.now()):
        if entry.call is None or entry.leg is None:
            continue
        story = entry.leg.story
        was_left = story.destination.kind == "queue" and story.status == "Unanswered"
        if was_left and story.destination.dn in queues and story.talk_seconds >= shortest:
            rows += abandoned_rows(pbx, entry.call, entry.leg)
    return collection("AbandonedQueueCalls", page(rows[: pbx.row_limit], ask.query, pbx.report_top_limit))


def _trunk_calls(
    pbx: SimulatedPbx, ask: Ask, direction: str, row: Callable[[SimulatedPbx, PlacedCall], dict[str, Any]]
) -> Answer:
    found = TRUNK.match(ask.path)
    if not found:
        return Answer(404)
    if not pbx.rights.history:
        return Answer(403)
    period = period_of(found[1], found[2])
    if period is None:
        return odata_error(500, "An error has occurred.")
    calls = [one for one in pbx.book.calls(*period, pbx.now()) if one.truth.direction == direction]
    calls = [one for one in calls if is_in_new_log(pbx, one.started_at)]
    if found[3] and TRUNK_DN not in found[3].split():
        calls = []
    kind = int(found[4])
    if kind:
        calls = [one for one in calls if (one.truth.outcome in ("answered", "connected")) == (kind == ANSWERED)]
    chosen = page(calls[: pbx.row_limit], ask.query, pbx.report_top_limit)
    return collection(f"{direction.capitalize()}Call", [row(pbx, one) for one in chosen])
