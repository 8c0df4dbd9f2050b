"""Reading the XAPI's call log: a window's rows, whichever build answers and however it spells its times."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.base import ROW_LIMIT, Truncated
from trunkline.adapters.pbx.odata import Pages
from trunkline.adapters.pbx.ways import WaysFile
from trunkline.config import Pbx
from trunkline.days import midnight
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import WindowRead
from trunkline.windows import Window


class _Head(msgspec.Struct):
    """What of a row decides how to go on; the rest is for the parser."""

    StartTime: dt.datetime | None = None
    CdrId: str | None = None
    CallHistoryId: str | None = None
    MainCallHistoryId: str | None = None

    @property
    def is_numbered(self) -> bool:
        """Whether it has no id but a call number."""
        return not (self.CdrId or self.CallHistoryId or self.MainCallHistoryId)


_DECODER = msgspec.json.Decoder(_Head)


@dataclass(frozen=True)
class Log:
    """A window of the call log. `pages`: how many were read. `earlier`: see `WindowRead`."""

    rows: list[bytes]
    pages: int
    earlier: list[bytes] = field(default_factory=list)

    @cached_property
    def heads(self) -> list[_Head]:
        """What is readable of the rows."""
        heads = []
        for row in self.rows:
            with contextlib.suppress(msgspec.DecodeError):
                heads.append(_DECODER.decode(row))
        return heads

    @cached_property
    def starts(self) -> list[dt.datetime]:
        """When rows start; a time without a zone is no evidence."""
        return [head.StartTime for head in self.heads if head.StartTime and head.StartTime.tzinfo]

    @property
    def history_ids(self) -> set[str]:
        """The ids of the calls, where rows have such ids."""
        return {one for head in self.heads for one in (head.CallHistoryId, head.MainCallHistoryId) if one}

    @property
    def is_numbered(self) -> bool:
        """Whether any row is of a call that is only numbered: of v18, or of v20 before 20.0.6."""
        return any(head.is_numbered for head in self.heads)

    def touches(self, window: Window) -> bool:
        """Whether any row starts inside the window, or none says when it starts."""
        return not self.starts or any(window.since <= start <= window.until for start in self.starts)

    def may_begin_at(self, moment: dt.datetime, window: Window) -> bool:
        """Whether the moment lies inside the window and no row starts before it."""
        return window.since < moment < window.until and all(start >= moment for start in self.starts)

    def lies_in(self, window: Window, overlap: dt.timedelta) -> bool:
        """Whether no row is of another time: a call's later rows may follow the window for as long as a call lasts."""
        starts = self.starts
        return not starts or (window.since <= min(starts) and max(starts) <= window.until + overlap)


class CallLog:
    """The call log of one PBX, through its report functions. `zone`: where its days begin."""

    def __init__(self, reports: Pages, pbx: Pbx, ways: WaysFile, where: str, zone: str) -> None:
        self._reports, self._pbx, self._ways, self._where, self._zone = reports, pbx, ways, where, zone
        self._overlap = dt.timedelta(hours=pbx.max_call_hours)
        self._has_old = True

    async def read(self, window: Window) -> Log:
        """The window's rows; with those of before an upgrade to 20.0.6, and of calls that were going on.

        Raises:
            Truncated: The report's row limit cut it.
            Forbidden: The history right is missing.
            BadAnswer: The PBX answers with other days than asked for, in every spelling known.
        """
        log = await self._heeded(window, paths.CALL_LOG)
        if log.is_numbered:
            return await self._with_earlier(window, log, paths.CALL_LOG)
        if not self._reaches_back_to(window, log):
            old = await self._old(window)
            return Log([*old.rows, *log.rows], old.pages + log.pages, old.earlier)
        return log

    async def _with_earlier(self, window: Window, log: Log, report: str) -> Log:
        """With the rows before the window: they tell when a call began that went on into it."""
        before = await self._heeded(Window(window.since - self._overlap, window.since), report)
        return replace(log, earlier=before.rows)

    def _reaches_back_to(self, window: Window, log: Log) -> bool:
        """Whether the log of 20.0.6 and later is known to have begun before the window."""
        known = self._ways.ways.cdr_since
        if log.starts and (known is None or min(log.starts) < known):
            self._ways.ways.cdr_since = min(log.starts)
        return known is not None and known <= window.since

    async def _old(self, window: Window) -> Log:
        """The rows of before the upgrade to 20.0.6; none where the PBX has no such log."""
        if self._has_old:
            with contextlib.suppress(NotThere, BadAnswer, Forbidden):
                old = await self._heeded(window, paths.OLD_LOG)
                return await self._with_earlier(window, old, paths.OLD_LOG) if old.rows else old
            self._has_old = False
        return Log([], 0)

    async def _heeded(self, window: Window, report: str) -> Log:
        """The rows, in the first spelling of the period that the PBX heeds; it is remembered."""
        first = self._ways.ways.spelling
        last: Log | None = None
        for spelling in (first, 1 - first, first):
            log = await self._spelled(window, report, spelling)
            if log.lies_in(window, self._overlap):
                return await self._whole(window, report, spelling, log)
            last = log
        if last and last.touches(window):
            return last  # some of it is what was asked for: the parser tells which
        raise BadAnswer(
            "it answered with rows of other days than asked for",
            where=self._where,
            mend="its build ignores the period; nothing was loaded — report this 3CX version",
        )

    async def _whole(self, window: Window, report: str, spelling: int, log: Log) -> Log:
        """The log, or the longer one that the other spelling brings where this may be the answer for today alone.

        A build that does not heed the period answers with today, in its own zone (v20 reference §3.2): in a window in
        which today begins, only what is missing before that can tell.
        """
        if log.may_begin_at(midnight(dt.datetime.now(ZoneInfo(self._zone)).date(), self._zone), window):
            other = await self._spelled(window, report, 1 - spelling)
            if other.lies_in(window, self._overlap) and len(other.rows) > len(log.rows):
                log, spelling = other, 1 - spelling
        self._ways.ways.spelling = spelling
        return log

    async def _spelled(self, window: Window, report: str, spelling: int) -> Log:
        path = paths.call_log(report, window, self._pbx.hide_pcalls, spelling)
        return await self._all(window, path, sure=report == paths.CALL_LOG)

    async def _all(self, window: Window, path: str, *, sure: bool) -> Log:
        rows: list[bytes] = []
        pages = 0
        async for page in self._reports.read(path, sure=sure):
            rows += page
            pages += 1
            if len(rows) >= ROW_LIMIT and Log(rows, pages).touches(window):
                raise Truncated(WindowRead(rows=rows, pages=pages, raw={"calls": rows}))
        return Log(rows, pages)
