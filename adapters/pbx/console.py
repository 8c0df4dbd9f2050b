"""v18's management console (`/api`): call log, recordings and directory by a cookie session (v18 reference §1)."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx

from trunkline.adapters.pbx import console_lists as lists
from trunkline.adapters.pbx.console_probe import ConsoleLook
from trunkline.adapters.pbx.console_session import ConsoleSession
from trunkline.adapters.pbx.newest_first import NewestFirst
from trunkline.adapters.pbx.odata import BELIEVED_EMPTY
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Department, Directory, PbxReports, Probe, Problem, WindowRead
from trunkline.windows import Window

PAGE = 1_000  # 5,000 rows were seen to work (v18 reference §1.4)
_LOG = (
    "/api/CallLog?TimeZoneName={zone}&callState=All&dateRangeType={span}&fromFilter=&fromFilterType=Any"
    "&numberOfRows={size}&searchFilter=&startRow={start}&toFilter=&toFilterType=Any"
)


class Console18:
    """A v18 PBX, signed in to as a console user."""

    name = "console18"

    def __init__(self, session: ConsoleSession, pbx: Pbx, zone: str) -> None:
        self._session = session
        self._pbx = pbx
        self._zone = zone
        self._http = session.http
        self._reach = 0
        self._log = NewestFirst(self._log_page(lists.PRESETS[lists.REACH_DAYS]), self._row_start)
        self._recordings = NewestFirst(self._recording_page, lambda entry: lists.recording_start(entry, zone))

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._http.requests

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def probe(self, *, try_download: bool = True) -> Probe:
        """Version, licence and what this user may read."""
        today = _LOG.format(zone=self._zone.replace("/", "%2F"), span="Today", size=1, start=0)
        look = ConsoleLook(self._session, self._pbx, self.download if try_download else None)
        return await look.probe(self.name, lambda: self._session.get(today))

    def remarks(self) -> tuple[Problem, ...]:
        """Nothing is noticed beside what the probe says."""
        return ()

    async def directory(self) -> list[Directory]:
        """Extensions, queues and ring groups."""
        found: list[Directory] = []
        for path, kind in lists.DIRECTORY_LISTS.items():
            with contextlib.suppress(Forbidden, NotThere, BadAnswer):
                found += lists.directory(kind, await self._list(path))
        return found

    async def _list(self, path: str) -> list[Any]:
        """A list, asked for once more if it fails: rows are read by who is in it."""
        try:
            answer = await self._session.object(path)
        except BadAnswer:
            answer = await self._session.object(path)
        entries = answer.get("list")
        return entries if isinstance(entries, list) else []

    async def departments(self) -> list[Department]:
        """None: the console tells of no opening hours."""
        return []

    async def read(self, window: Window) -> WindowRead:
        """The window's rows: the log has only preset spans, newest first, so it is read back as far as needed.

        Raises:
            OutOfReach: The window begins before the 90 days that the console reaches back (v18 reference §1.4).
        """
        if (reach := lists.reach(window.since)) > self._reach:
            self._reach = reach
            self._log = NewestFirst(self._log_page(lists.PRESETS[reach]), self._row_start)
        rows, pages = await self._log.within(window)
        raw = {"calls": rows}
        with contextlib.suppress(Forbidden, NotThere, BadAnswer):  # recordings never stop the history
            until = window.until + dt.timedelta(hours=self._pbx.max_call_hours)
            raw["recordings"], _pages = await self._recordings.within(Window(window.since, until))
        return lists.window_read(raw, self._zone, pages)

    async def reports(self, window: Window, queues: Sequence[str]) -> PbxReports | None:  # noqa: ARG002
        """Null: the console has no report that names calls by an id."""
        return None

    def _row_start(self, row: bytes) -> dt.datetime | None:
        return lists.row_start(row, self._zone)

    def _log_page(self, span: str) -> Any:
        async def page(start: int) -> tuple[list[bytes], bool]:
            path = _LOG.format(zone=self._zone.replace("/", "%2F"), span=span, size=PAGE, start=start)
            for _ in range(BELIEVED_EMPTY):
                rows, has_more = lists.log_page((await self._session.get(path)).content)
                if rows:
                    break
            return rows, has_more

        return page

    async def _recording_page(self, start: int) -> tuple[list[bytes], bool]:
        response = await self._session.get(f"/api/RecordingList?count={PAGE}&start={start}")
        return lists.recording_page(response.content, start)

    @contextlib.asynccontextmanager
    async def download(self, native_id: str, headers: dict[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """A recording; a redirect means that the file is gone, once a session is known to be good (§1.6)."""
        await self._session.object("/api/CurrentUser")
        path = f"/api/RecordingList/Download?file={int(native_id)}"
        async with self._http.stream("GET", path, headers={**(headers or {}), **self._session.echo()}) as response:
            if response.is_redirect and not self._is_about_the_file(response):
                raise BadAnswer(
                    "sent on to a sign-in page or another address", where=self._http.where, mend="try again"
                )
            yield response

    def _is_about_the_file(self, response: httpx.Response) -> bool:
        """Whether a redirect says that the file is gone, and not that the session is, or the PBX has moved."""
        target = self._http.target(response)
        return target is not None and "login" not in f"{target.path}#{target.fragment}".lower()
