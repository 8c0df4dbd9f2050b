"""v20's XAPI (`/xapi/v1`): call log, recordings and directory of one PBX."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec

from trunkline.adapters.http import Http
from trunkline.adapters.pbx import xapi_lists
from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.api_client import ApiClient
from trunkline.adapters.pbx.base import ROW_LIMIT, Truncated, memory_path
from trunkline.adapters.pbx.credentials import Credentials
from trunkline.adapters.pbx.odata import Pages, error_text
from trunkline.adapters.pbx.xapi_probe import probe
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Directory, Probe, WindowRead
from trunkline.windows import Window

REPORT_PAGE = 1_000  # works on report functions of most builds; a lower limit is learnt from the 400 that names it
ENTITY_PAGE = 100  # measured limit of entity sets (v20 reference §0.8)


class _Start(msgspec.Struct):
    StartTime: dt.datetime | None = None


class _Timestamp(msgspec.Struct):
    LastCdrStartedAt: dt.datetime | None = None


class _Newest(msgspec.Struct):
    value: list[_Timestamp]


class Xapi20:
    """A v20 PBX, signed in to as an API client."""

    name = "xapi20"

    def __init__(self, pbx: Pbx, state: Path, where: str) -> None:
        self._pbx = pbx
        self._http = Http(pbx.url, where=where, verify=pbx.verify)
        secret = pbx.secret().get_secret_value()
        self.client = ApiClient(self._http, Credentials(memory_path(state, pbx), pbx.login, secret, where))
        self._reports = Pages(self._checked, REPORT_PAGE)
        self._entities = Pages(self._checked, ENTITY_PAGE)
        self._spelling = paths.SPELLINGS[0]

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._http.requests

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this client may do."""
        return await probe(self.client, self._pbx, try_download=try_download)

    async def directory(self) -> list[Directory]:
        """Users, queues, ring groups and receptionists; a set this client may not see is left out."""
        found: list[Directory] = []
        for name, (kind, select) in xapi_lists.DIRECTORY_SETS.items():
            with contextlib.suppress(Forbidden, NotThere, BadAnswer):
                found += xapi_lists.directory(
                    kind, await self._entities.all(f"/xapi/v1/{name}", f"&$select={select}&$orderby=Id asc")
                )
        return found

    async def read(self, window: Window) -> WindowRead:
        """The window's rows, the DIDs of its inbound calls and its recording list.

        Raises:
            Truncated: The report's row limit cut it.
            Forbidden: The history right is missing.
            BadAnswer: The PBX answers with other days than asked for, in every spelling known.
        """
        pages = await self._call_log(window)
        rows = [row for page in pages for row in page]
        inbound = await self._if_had(paths.inbound_calls(window, self._spelling))
        listed = await self._recording_list(window)
        return WindowRead(
            rows=rows,
            pages=len(pages),
            dids=xapi_lists.dids(inbound or []),
            recordings=None if listed is None else xapi_lists.recordings(listed),
            raw={"calls": rows, "inbound": inbound or [], "recordings": listed or []},
            problem=await self._suspect_empty(window) if not rows else None,
        )

    async def _call_log(self, window: Window) -> list[list[bytes]]:
        for spelling in dict.fromkeys((self._spelling, *paths.SPELLINGS)):
            self._spelling = spelling
            path = paths.call_log(window, hide_pcalls=self._pbx.hide_pcalls, spelling=spelling)
            pages: list[list[bytes]] = []
            async for page in self._reports.read(path):
                pages.append(page)
                if sum(map(len, pages)) >= ROW_LIMIT and _touches(pages, window):
                    rows = [row for page in pages for row in page]
                    raise Truncated(WindowRead(rows=rows, pages=len(pages), raw={"calls": rows}))
            if not pages or _touches(pages, window):
                return pages
        raise BadAnswer(
            "it answered with rows of other days than asked for",
            where=self._http.where,
            mend="its build ignores the period; nothing was loaded — report this 3CX version",
        )

    async def _recording_list(self, window: Window) -> list[bytes] | None:
        return await self._if_had("/xapi/v1/Recordings", paths.recordings_filter(window), entities=True)

    async def _if_had(self, path: str, options: str = "", *, entities: bool = False) -> list[bytes] | None:
        """All items, or null where they cannot be had: a right or an address is missing, or this build fails there."""
        try:
            return await (self._entities if entities else self._reports).all(path, options)
        except (Forbidden, NotThere, BadAnswer):
            return None

    async def _suspect_empty(self, window: Window) -> str | None:
        """Words of doubt if the PBX's newest call lies inside a window for which it gave no row (v20 §3.9)."""
        with contextlib.suppress(Forbidden, NotThere, BadAnswer, msgspec.DecodeError, LookupError):
            response = await self._checked("/xapi/v1/LastCdrAndChatMessageTimestamp")
            newest = msgspec.json.decode(response.content, type=_Newest).value[0].LastCdrStartedAt
            if newest and newest.tzinfo and window.since <= newest < window.until:
                return f"no rows, although the PBX's newest call started at {newest:%H:%M:%S} UTC, inside the window"
        return None

    async def _checked(self, path: str) -> httpx.Response:
        """An answer that is not 401, 403 or 404."""
        response = await self.client.get(path)
        short = path.partition("(")[0].partition("?")[0].removeprefix("/xapi/v1/")
        if response.status_code == 403:
            raise Forbidden(
                f"{short}: 403 {error_text(response)}", where=self._http.where, mend="see `trunkline doctor`"
            )
        if response.status_code == 404:
            raise NotThere(f"{short}: 404", where=self._http.where, mend="see `trunkline doctor`")
        return response

    @contextlib.asynccontextmanager
    async def download(self, native_id: str) -> AsyncIterator[httpx.Response]:
        """The recording by its id, the one address that all v20 builds have (v20 reference §4.3)."""
        path = paths.download(native_id)
        headers = await self.client.headers()
        async with self._http.stream("GET", path, headers=headers) as response:
            if response.status_code != 401:
                yield response
                return
        await self.client.renew(headers)
        async with self._http.stream("GET", path, headers=await self.client.headers()) as response:
            yield response


def _touches(pages: list[list[bytes]], window: Window) -> bool:
    """Whether any row starts inside the window; rows without a readable start are no evidence."""
    starts = []
    for row in (row for page in pages for row in page):
        with contextlib.suppress(msgspec.DecodeError):
            start = msgspec.json.decode(row, type=_Start).StartTime
            if start and start.tzinfo:
                starts.append(start)
                if window.since <= start <= window.until:
                    return True
    return not starts
