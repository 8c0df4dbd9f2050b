"""v18's management console (`/api`): call log, recordings and directory by a cookie session (v18 reference §1)."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from trunkline.adapters.http import Http, json_of
from trunkline.adapters.pbx import console_lists as lists
from trunkline.adapters.pbx.base import memory_path
from trunkline.adapters.pbx.credentials import Credentials
from trunkline.adapters.pbx.newest_first import NewestFirst
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Directory, Probe, Problem, WindowRead
from trunkline.windows import Window

_SIGN_IN_TOLD = {200, 400, 401, 403}  # anything else says nothing of the credentials
PAGE = 1_000  # 5,000 rows were seen to work (v18 reference §1.4)
_LOG = (
    "/api/CallLog?TimeZoneName={zone}&callState=All&dateRangeType={span}&fromFilter=&fromFilterType=Any"
    "&numberOfRows={size}&searchFilter=&startRow={start}&toFilter=&toFilterType=Any"
)


class Console18:
    """A v18 PBX, signed in to as a console user."""

    name = "console18"

    def __init__(self, pbx: Pbx, state: Path, where: str, zone: str) -> None:
        self._pbx = pbx
        self._where = where
        self._zone = zone
        self._http = Http(pbx.url, where=where, verify=pbx.verify)
        secret = pbx.secret().get_secret_value()
        self._credentials = Credentials(memory_path(state, pbx), pbx.login, secret, where)
        self._is_signed_in = False
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

    async def probe(self, *, try_download: bool = True) -> Probe:  # noqa: ARG002 — see below
        """Version, licence and what this user may read; download is tried when the first recording is fetched."""
        status = await self._object("/api/SystemStatus")
        history = await self._allowed(_LOG.format(zone=self._zone, span="Today", size=1, start=0))
        listing = await self._allowed("/api/RecordingList?count=1&start=0")
        problems = []
        if history is False:
            problems.append(
                Problem("no_history_right", "this user may not read the call log", "sign in as a console administrator")
            )
        if history and listing is False:
            problems.append(
                Problem("no_recording_right", "calls come without audio", "sign in as a console administrator")
            )
        return Probe(
            version=status.get("Version"),
            surface=self.name,
            can_history=history,
            can_list_recordings=listing,
            can_download_recordings=listing if listing is False else None,
            transcription=False,
            licence=status.get("ProductCode"),
            problems=tuple(problems),
        )

    async def directory(self) -> list[Directory]:
        """Extensions, queues and ring groups."""
        found: list[Directory] = []
        for path, kind in lists.DIRECTORY_LISTS.items():
            with contextlib.suppress(Forbidden, NotThere, BadAnswer):
                found += lists.directory(kind, (await self._object(path)).get("list", []))
        return found

    async def read(self, window: Window) -> WindowRead:
        """The window's rows: the log has only preset spans, newest first, so it is read back as far as needed.

        Raises:
            OutOfReach: The window begins before the 90 days that the console reaches back (v18 reference §1.4).
        """
        if (reach := lists.reach(window.since)) > self._reach:
            self._reach = reach
            self._log = NewestFirst(self._log_page(lists.PRESETS[reach]), self._row_start)
        rows, pages = await self._log.within(window)
        listed = None
        entries: list[bytes] = []
        with contextlib.suppress(Forbidden, NotThere, BadAnswer):  # recordings never stop the history
            until = window.until + dt.timedelta(hours=self._pbx.max_call_hours)
            entries, _pages = await self._recordings.within(Window(window.since, until))
            listed = lists.recordings(entries, self._zone)
        return WindowRead(rows=rows, pages=pages, recordings=listed, raw={"calls": rows, "recordings": entries})

    def _row_start(self, row: bytes) -> dt.datetime | None:
        return lists.row_start(row, self._zone)

    def _log_page(self, span: str) -> Any:
        async def page(start: int) -> tuple[list[bytes], bool]:
            path = _LOG.format(zone=self._zone.replace("/", "%2F"), span=span, size=PAGE, start=start)
            return lists.log_page((await self._get(path)).content)

        return page

    async def _recording_page(self, start: int) -> tuple[list[bytes], bool]:
        response = await self._get(f"/api/RecordingList?count={PAGE}&start={start}")
        return lists.recording_page(response.content, start)

    @contextlib.asynccontextmanager
    async def download(self, native_id: str) -> AsyncIterator[httpx.Response]:
        """A recording; a redirect means that the file is gone, once a session is known to be good (§1.6)."""
        await self._object("/api/CurrentUser")
        path = f"/api/RecordingList/Download?file={int(native_id)}"
        async with self._http.stream("GET", path) as response:
            yield response

    async def _allowed(self, path: str) -> bool | None:
        try:
            await self._get(path)
        except Forbidden:
            return False
        except (NotThere, BadAnswer):
            return None
        return True

    async def _object(self, path: str) -> dict[str, Any]:
        body = json_of(await self._get(path), self._where)
        return body if isinstance(body, dict) else {}

    async def _get(self, path: str) -> httpx.Response:
        """A JSON answer; a lost session (401, or the sign-in page) is opened anew once."""
        for signed_in_anew in (False, True):
            if not self._is_signed_in:
                await self._sign_in()
            response = await self._http.send("GET", path)
            lost = response.status_code == 401 or response.is_redirect or _is_html(response)
            if not lost:
                break
            if signed_in_anew:
                raise self._refused(path, response)
            self._is_signed_in = False
        if response.status_code in {403, 404}:
            raise self._refused(path, response)
        return response

    def _refused(self, path: str, response: httpx.Response) -> Forbidden | NotThere:
        short = path.partition("?")[0]
        if response.status_code in {401, 403}:
            return Forbidden(f"{short}: {response.status_code}", where=self._where, mend="see `trunkline doctor`")
        return NotThere(
            f"{short}: {response.status_code} and no JSON", where=self._where, mend="is this a v18 console's address?"
        )

    async def _sign_in(self) -> None:
        """One attempt; anything but the bare text `AuthSuccess` is a refusal (v18 reference §1.1)."""
        async with self._credentials.locked():
            body = {"Username": self._credentials.login, "Password": self._credentials.secret}
            response = await self._http.send("POST", "/api/login", json=body, idempotent=False)
            if response.status_code == 404 or _is_html(response):
                raise self._refused("/api/login", response)
            if response.status_code not in _SIGN_IN_TOLD:
                raise BadAnswer(f"sign-in answered {response.status_code}", where=self._where, mend="try again later")
            if response.status_code != 200 or response.text.strip().strip('"') != "AuthSuccess":
                raise self._credentials.remember_refusal()
        self._is_signed_in = True


def _is_html(response: httpx.Response) -> bool:
    return "html" in response.headers.get("content-type", "")
