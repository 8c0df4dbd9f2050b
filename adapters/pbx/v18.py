"""A v18 PBX: its XAPI where it offers one to this user, else its console; found out once per version."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import httpx

from trunkline.adapters.pbx.console import Console18
from trunkline.adapters.pbx.console_bearer import ConsoleBearer
from trunkline.adapters.pbx.console_probe import version_of
from trunkline.adapters.pbx.console_session import ConsoleSession
from trunkline.adapters.pbx.ways import WaysFile
from trunkline.adapters.pbx.xapi18 import Xapi18
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Department, Directory, PbxReports, Probe, Problem, WindowRead
from trunkline.windows import Window


class V18:
    """Whichever surface the PBX was found to offer; looked for anew when its version changes or a path is gone."""

    def __init__(self, session: ConsoleSession, pbx: Pbx, ways: WaysFile, zone: str) -> None:
        self._session, self._pbx, self._ways = session, pbx, ways
        self._console = Console18(session, pbx, zone)
        self._xapi = Xapi18(ConsoleBearer(session), pbx, ways, zone)
        self._chosen: Console18 | Xapi18 = self._console

    @property
    def name(self) -> str:
        """`xapi18` or `console18`; known once it was probed."""
        return self._chosen.name

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._session.http.requests

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this user may do, on the surface that it offers."""
        await self._session.open()
        is_known = self._ways.seen(await version_of(self._session) or "")
        if not is_known or not self._ways.ways.surface:
            self._ways.ways.surface = await self._offered()
        self._choose()
        return await self._chosen.probe(try_download=try_download)

    async def _offered(self) -> str:
        """`xapi18` if its call log answers (v18 reference §7.4)."""
        with contextlib.suppress(NotThere, Forbidden, BadAnswer):
            await self._xapi.try_log()
            return self._xapi.name
        return self._console.name

    def _choose(self) -> None:
        self._chosen = self._xapi if self._ways.ways.surface == self._xapi.name else self._console

    async def read(self, window: Window) -> WindowRead:
        """The window's rows; a surface that is gone (404) is looked for anew."""
        try:
            return await self._chosen.read(window)
        except NotThere:
            before = self.name
            self._ways.ways.surface = await self._offered()
            self._choose()
            if self.name == before:
                raise
            return await self._chosen.read(window)

    async def reports(self, window: Window, queues: Sequence[str]) -> PbxReports | None:
        """Null: neither surface of v18 has such reports."""
        return await self._chosen.reports(window, queues)

    async def directory(self) -> list[Directory]:
        """Extensions, queues, ring groups and menus."""
        return await self._chosen.directory()

    async def departments(self) -> list[Department]:
        """The departments, where the surface knows any."""
        return await self._chosen.departments()

    def download(
        self, native_id: str, headers: dict[str, str] | None = None
    ) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
        """A recording's answer."""
        return self._chosen.download(native_id, headers)

    def remarks(self) -> tuple[Problem, ...]:
        """What was noticed since it was opened."""
        return self._chosen.remarks()

    async def aclose(self) -> None:
        """Keeps what was learnt; closes the connections."""
        await self._xapi.aclose()
