"""v20's own account of its calls: the reports of inbound calls and of abandoned queue calls (v20 reference §3.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.base import ROW_LIMIT
from trunkline.adapters.pbx.odata import Pages, readable
from trunkline.adapters.pbx.ways import WaysFile
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import AbandonedWait, PbxReports, Problem, ReportedCall
from trunkline.windows import SMALLEST_WINDOW, Window

_Row = TypeVar("_Row", ReportedCall, AbandonedWait)
_FILETIME_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_YEARS = range(2000, 2100)


class _Inbound(msgspec.Struct):
    CallHistoryId: str | None = None
    CdrId: str | None = None
    StartTime: dt.datetime | None = None
    SourceCallerId: str | None = None
    Status: str | None = None


class _Abandoned(msgspec.Struct):
    CallHistoryId: str | None = None
    CallTime: dt.datetime | None = None
    CallTimeForCsv: dt.datetime | None = None
    QueueDn: str | None = None
    CallerId: str | None = None


class Reports:
    """Both reports of one PBX."""

    def __init__(self, pages: Pages, ways: WaysFile, where: str) -> None:
        self._pages, self._ways, self._where = pages, ways, where

    async def read(self, window: Window, queues: Sequence[str]) -> PbxReports | None:
        """A window of both; null where the first is absent: it came with 20.0.6.

        Raises:
            Forbidden: The right is missing.
            BadAnswer: The first cannot be had, or is of other days; what becomes of the second is told in the answer.
        """
        try:
            calls, unread = await self._report(window, paths.inbound_calls, inbound_calls)
        except NotThere:
            return None
        if not queues:
            return PbxReports(tuple(calls), unreadable=unread)

        def of_queues(piece: Window, spelling: int) -> str:
            return paths.abandoned_calls(piece, list(queues), spelling)

        try:
            waits, lost = await self._report(window, of_queues, abandoned_waits)
        except (Forbidden, NotThere, BadAnswer) as error:
            return PbxReports(tuple(calls), None, Problem(error.code, error.message, error.mend), unread)
        return PbxReports(tuple(calls), tuple(waits), None, unread + lost)

    async def _report(
        self, window: Window, path: Callable[[Window, int], str], records: Callable[[list[bytes]], list[_Row]]
    ) -> tuple[list[_Row], int]:
        """A report's rows and how many cannot be read, in the spelling of the period that the PBX heeds.

        A row of another time is kept if others lie inside: which day it counts for is judged by its own time.
        """
        first, tried = self._ways.ways.spelling, []
        for spelling in (first, 1 - first):
            items = [item async for page in self._pages.read(path(window, spelling), sure=True) for item in page]
            found = records(items)
            tried.append((sum(not window.since <= one.started_at <= window.until for one in found), items, found))
            if not tried[-1][0]:
                break
        outside, items, found = min(tried, key=lambda one: one[0])
        if outside and outside == len(found):
            raise BadAnswer(
                "its report answers with rows of other days than asked for",
                where=self._where,
                mend="its build ignores the period: report this 3CX version",
            )
        if len(items) < ROW_LIMIT:
            return found, len(items) - len(found)
        if window.length <= SMALLEST_WINDOW:
            raise BadAnswer(f"its report ends at {ROW_LIMIT} rows within a minute", where=self._where)
        halves = [await self._report(half, path, records) for half in window.halves()]
        return [row for rows, _lost in halves for row in rows], sum(lost for _rows, lost in halves)


def inbound_calls(items: list[bytes]) -> list[ReportedCall]:
    """The rows that name a call and a time; a row without `StartTime` has it in its id (v20 reference §8.8)."""
    found = []
    for row in readable(items, _Inbound):
        call_id = _own(row.CallHistoryId) or _own(row.CdrId)
        started_at = _aware(row.StartTime) or _time_in(row.CdrId) or _time_in(row.CallHistoryId)
        if call_id and started_at:
            found.append(ReportedCall(call_id, started_at, _own(row.CdrId), row.SourceCallerId, row.Status))
    return found


def abandoned_waits(items: list[bytes]) -> list[AbandonedWait]:
    """The rows that name a call and a time; of a call's several rows only the first has `CallTime` (v20 §7.2)."""
    found = []
    for row in sorted(readable(items, _Abandoned), key=lambda row: row.CallTime is None):
        call_id = _own(row.CallHistoryId)
        started_at = _aware(row.CallTime) or _aware(row.CallTimeForCsv) or _time_in(row.CallHistoryId)
        if call_id and started_at:
            found.append(AbandonedWait(call_id, started_at, row.QueueDn or "", row.CallerId))
    return found


def _own(identifier: str | None) -> str | None:
    """The id; an empty one, or one of zeros only, identifies nothing."""
    return identifier if identifier and identifier.strip("0-") else None


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if moment and moment.tzinfo else None


def _time_in(identifier: str | None) -> dt.datetime | None:
    """The UTC time that an id holds as a Windows FILETIME (v20 reference §3.5)."""
    try:
        ticks = int((identifier or "").replace("-", "")[8:24], 16)
        moment = _FILETIME_EPOCH + dt.timedelta(microseconds=ticks // 10)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
