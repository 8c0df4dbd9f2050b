"""The call log and the inbound-calls report of the XAPI (v20 reference §3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.callbook import Entry
from trunkline.simulator.pbx.numbers import utc_text
from trunkline.simulator.pbx.odata import page
from trunkline.simulator.pbx.periods import Period, honoured, period_of
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, odata_error
from trunkline.simulator.pbx.xapi_rows import call_log_row, inbound_row

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

QUOTED = r"'((?:[^']|'')*)'"
CALL_LOG = re.compile(
    r".*\(periodFrom=([^,]+),periodTo=([^,]+),sourceType=([^,]+),sourceFilter=" + QUOTED + r","
    r"destinationType=([^,]+),destinationFilter=" + QUOTED + r",callsType=([^,]+),callTimeFilterType=([^,]+),"
    r"callTimeFilterFrom=" + QUOTED + r",callTimeFilterTo=" + QUOTED + r",hidePcalls=(true|false)\)$",
    re.IGNORECASE,
)
"""All eleven parameters in this order, or the route does not exist (§3.2)."""
INBOUND = re.compile(
    r".*\(periodFrom=([^,]+),periodTo=([^,]+),trunkDns=" + QUOTED + r",callsType=(\d+)\)$", re.IGNORECASE
)
CLOCK = re.compile(r"\d+:\d+:\d+")
ANSWERED, UNANSWERED = 1, 2


def call_log(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetCallLogData`: newest first, cut at the row limit without a word (§3.6)."""
    found = CALL_LOG.match(ask.path)
    if not found:
        return Answer(404)
    if not pbx.rights.history:
        return Answer(403)
    period = period_of(found[1], found[2])
    if period is None or not CLOCK.fullmatch(found[9]) or not CLOCK.fullmatch(found[10]):
        return odata_error(500, "An error has occurred.")
    if not (found[3] + found[5] + found[7] + found[8]).isdigit():
        return odata_error(500, "An error has occurred.")
    if pbx.faults.take(ask.path, "suspect_empty"):
        return _collection("CallLogData", [])
    hide = found[11].lower() == "true" and pbx.quirks.hide_polling_legs
    entries = _entries(pbx, honoured(pbx, ask, period), int(found[7]), hide=hide)
    chosen = page(_in_order(entries, ask)[: pbx.row_limit], ask.query, pbx.report_top_limit)
    rows = [_row(pbx, one) for one in chosen]
    extra = pbx.faults.take(ask.path, "extra_rows")
    return _counted(pbx, ask, [*rows, *(extra.rows if extra else ())])


def inbound_calls(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetInboundCalls`: one row for each call that came in over a trunk (§3.1)."""
    found = INBOUND.match(ask.path)
    if not found:
        return Answer(404)
    if not pbx.rights.history:
        return Answer(403)
    period = period_of(found[1], found[2])
    if period is None:
        return odata_error(500, "An error has occurred.")
    calls = [one for one in pbx.book.calls(*period, pbx.now()) if one.truth.direction == "inbound"]
    kind = int(found[4])
    if kind:
        calls = [one for one in calls if (one.truth.outcome == "answered") == (kind == ANSWERED)]
    chosen = page(calls[: pbx.row_limit], ask.query, pbx.report_top_limit)
    return _collection("InboundCall", [inbound_row(pbx, one) for one in chosen])


def last_cdr(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`LastCdrAndChatMessageTimestamp`, since 20.0.7: is there anything new? (§3.1)."""
    if pbx.numeric_version < (20, 0, 7):
        return Answer(404)
    newest = pbx.book.newest(pbx.now())
    row = {"LastCdrStartedAt": utc_text(newest)} if newest else {}
    return as_json({"value": [row]})


def _entries(pbx: SimulatedPbx, period: Period, calls_type: int, *, hide: bool) -> list[Entry]:
    entries = pbx.book.rows(*period, pbx.now())
    if hide:
        entries = [one for one in entries if one.leg is None or not one.leg.story.polling]
    if calls_type in (ANSWERED, UNANSWERED):
        wanted = calls_type == ANSWERED
        entries = [one for one in entries if one.leg is not None and one.leg.story.answered == wanted]
    return entries


def _in_order(entries: list[Entry], ask: Ask) -> list[Entry]:
    """An explicit order loses the newest row, as somebody measured (§3.6): do not ask for one."""
    order = ask.query.get("$orderby")
    if not order:
        return entries
    rest = entries[1:]
    return rest if order.lower().endswith("desc") else rest[::-1]


def _row(pbx: SimulatedPbx, entry: Entry) -> object:
    if entry.call is None or entry.leg is None:
        return entry.raw
    return call_log_row(pbx, entry.call, entry.leg)


def _counted(pbx: SimulatedPbx, ask: Ask, rows: list[Any]) -> Answer:
    if ask.query.get("$count") != "true":
        return _collection("CallLogData", rows)
    shown = [] if pbx.quirks.count_comes_empty else rows
    return _collection("CallLogData", shown, len(rows))


def _collection(entity: str, rows: list[Any], count: int | None = None) -> Answer:
    context = f"$metadata#Collection(Pbx.{entity})"
    counted = {} if count is None else {"@odata.count": count}
    return as_json({"@odata.context": context, **counted, "value": rows})
