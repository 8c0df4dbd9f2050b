"""The XAPI (`/xapi/v1`) as v18 and v20 both have it: call log, directory and audio of one PBX."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import httpx

from trunkline.adapters.pbx import xapi_departments, xapi_lists
from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.bearer import Bearer
from trunkline.adapters.pbx.call_log import CallLog, Log
from trunkline.adapters.pbx.odata import Pages, error_text
from trunkline.adapters.pbx.ways import WaysFile
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Department, Directory, PbxReports, Problem, WindowRead
from trunkline.windows import Window

REPORT_PAGE = 1_000  # works on report functions of most builds; a lower limit is learnt from the 400 that names it
ENTITY_PAGE = 100  # measured limit of entity sets (v20 reference §0.8)


class Xapi:
    """A PBX through its XAPI; `xapi18` and `xapi20` say what differs."""

    name: str

    def __init__(self, client: Bearer, pbx: Pbx, ways: WaysFile, zone: str) -> None:
        self.client = client
        self._pbx = pbx
        self._http = client.http
        self._ways = ways
        self._reports = Pages(self._checked, ways.ways.report_page or REPORT_PAGE)
        self._entities = Pages(self._checked, ways.ways.entity_page or ENTITY_PAGE)
        self._given_up: set[str] = set()
        self._log = CallLog(self._reports, pbx, ways, client.http.where, zone)

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._http.requests

    async def aclose(self) -> None:
        """Keeps what was learnt; closes the connections."""
        self._ways.ways.report_page, self._ways.ways.entity_page = self._reports.size, self._entities.size
        self._ways.keep()
        await self._http.aclose()

    def remarks(self) -> tuple[Problem, ...]:
        """What was noticed since it was opened."""
        return self.client.remarks()

    async def directory(self) -> list[Directory]:
        """Users, queues, ring groups, receptionists and DIDs; a set this client may not see is left out."""
        found: list[Directory] = []
        for name, (kind, select) in xapi_lists.DIRECTORY_SETS.items():
            order = select.partition(",")[0]
            options = f"&$select={select}&$orderby={order} asc", ""  # a property that a build does not know is refused
            found += xapi_lists.directory(kind, await self._if_had(f"/xapi/v1/{name}", *options, entities=True) or [])
        return found

    async def departments(self) -> list[Department]:
        """The groups; without holidays on a build that refuses to expand them (v20 reference §5)."""
        groups = await self._if_had("/xapi/v1/Groups", xapi_departments.SELECT, "", entities=True)
        return xapi_departments.departments(groups or [])

    async def read(self, window: Window) -> WindowRead:
        """The window's rows.

        Raises:
            Truncated: The report's row limit cut it.
            Forbidden: The history right is missing.
            BadAnswer: The PBX answers with other days than asked for, in every spelling known.
        """
        log = await self._log.read(window)
        return xapi_lists.window_read(self._raw(log), log.pages)

    async def reports(self, window: Window, queues: Sequence[str]) -> PbxReports | None:  # noqa: ARG002
        """Null: v18's XAPI has no such report."""
        return None

    def _raw(self, log: Log, **lists: list[bytes] | None) -> dict[str, list[bytes]]:
        """What was received, by kind; a list that could not be had is left out."""
        received = {"calls": log.rows, "earlier": log.earlier or None, **lists}
        return {kind: items for kind, items in received.items() if items is not None}

    async def _if_had(self, path: str, *options: str, entities: bool = False) -> list[bytes] | None:
        """All items, or null where they cannot be had: a right or an address is missing, or this build fails there.

        A list that fails is asked for once more, with the second of `options` if there are two, and then no more: a
        year of windows must not wait for it.
        """
        pages = self._entities if entities else self._reports
        if path.partition("(")[0] in self._given_up:
            return None
        for chosen in (options[0] if options else "", options[-1] if options else ""):
            try:
                return await pages.all(path, chosen)
            except (Forbidden, NotThere):
                return None
            except BadAnswer:
                continue
        self._given_up.add(path.partition("(")[0])
        return None

    async def _checked(self, path: str) -> httpx.Response:
        """An answer that is not 403 or 404."""
        response = await self.client.get(path)
        short = path.partition("(")[0].partition("?")[0].removeprefix("/xapi/v1/")
        if response.status_code == 403:
            raise Forbidden(
                f"{short}: 403 {error_text(response)}", where=self._http.where, mend="see `trunkline doctor`"
            )
        if response.status_code == 404:
            raise NotThere(f"{short}: 404", where=self._http.where, mend="see `trunkline doctor`")
        return response

    def download(
        self, native_id: str, headers: dict[str, str] | None = None
    ) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
        """The recording by its id, the one address that all builds have (v20 reference §4.3)."""
        return self.client.stream(paths.download(native_id), headers)
