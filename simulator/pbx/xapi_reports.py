"""The call log of the XAPI, and the log of what was before Update 6 (v20 reference §3)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.callbook import Entry
from trunkline.simulator.pbx.numbers import utc_text
from trunkline.simulator.pbx.odata import collection, page
from trunkline.simulator.pbx.periods import Period, honoured, period_of
from trunkline.simulator.pbx.seeing import sees
from trunkline.simulator.pbx.upgrade import is_in_new_log, is_in_old_log
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, odata_error
from trunkline.simulator.pbx.xapi_rows import call_log_row

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import Shape, SimulatedPbx

QUOTED = r"'((?:[^']|'')*)'"
CALL_LOG = re.compile(
    r".*\(periodFrom=([^,]+),periodTo=([^,]+),sourceType=([^,]+),sourceFilter=" + QUOTED + r","
    r"destinationType=([^,]+),destinationFilter=" + QUOTED + r",callsType=([^,]+),callTimeFilterType=([^,]+),"
    r"callTimeFilterFrom=" + QUOTED + r",callTimeFilterTo=" + QUOTED + r",hidePcalls=(true|false)\)$",
    re.IGNORECASE,
)
"""All eleven parameters in this order, or the route does not exist (§3.2)."""
CLOCK = re.compile(r"\d+:\d+:\d+")
ANSWERED, UNANSWERED = 1, 2


def call_log(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetCallLogData`: newest first, cut at the row limit without a word (§3.6)."""
    return _log(pbx, ask, pbx.shape, is_in_new_log)


def old_call_log(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GetOldCallLogData`, since Update 6: what was there before the upgrade, in the rows of that time (§3.8)."""
    return _log(pbx, ask, "xapi-u0", is_in_old_log)


def _log(pbx: SimulatedPbx, ask: Ask, shape: Shape, has: Callable[[SimulatedPbx, dt.datetime], bool]) -> Answer:
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
        return collection("CallLogData", [])
    hide = found[11].lower() == "true" and pbx.quirks.hide_polling_legs
    entries = _entries(pbx, honoured(pbx, ask, period), int(found[7]), hide=hide)
    entries = [one for one in entries if has(pbx, one.call.started_at if one.call else one.at)]
    entries = [one for one in entries if one.call is None or sees(pbx, one.call)]
    chosen = page(_in_order(entries, ask)[: pbx.row_limit], ask.query, pbx.report_top_limit)
    rows = [_row(pbx, one, shape) for one in chosen]
    extra = pbx.faults.take(ask.path, "extra_rows")
    return _counted(pbx, ask, [*rows, *(extra.rows if extra else ())])


def last_cdr(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`LastCdrAndChatMessageTimestamp`, since 20.0.7: is there anything new? (§3.1)."""
    if pbx.numeric_version < (20, 0, 7):
        return Answer(404)
    newest = pbx.book.newest(pbx.now())
    row = {"LastCdrStartedAt": utc_text(newest)} if newest and is_in_new_log(pbx, newest) else {}
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


def _row(pbx: SimulatedPbx, entry: Entry, shape: Shape) -> object:
    if entry.call is None or entry.leg is None:
        return entry.raw
    return call_log_row(pbx, entry.call, entry.leg, shape)


def _counted(pbx: SimulatedPbx, ask: Ask, rows: list[Any]) -> Answer:
    if ask.query.get("$count") != "true":
        return collection("CallLogData", rows)
    shown = [] if pbx.quirks.count_comes_empty else rows
    return collection("CallLogData", shown, len(rows))
