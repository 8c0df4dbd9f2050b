"""What a v18 PBX is and what our console user may do there (v18 reference §1.1, §1.3, §5)."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from trunkline.adapters.http import json_of
from trunkline.adapters.pbx.console_session import ConsoleSession
from trunkline.adapters.pbx.moments import is_past
from trunkline.adapters.pbx.problems import TLS_NOT_VERIFIED, diagnose
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import Probe, Seen

Download = Callable[[str], contextlib.AbstractAsyncContextManager[httpx.Response]]
_RIGHTS = {200: True, 401: False, 403: False}


async def version_of(session: ConsoleSession) -> str | None:
    """The version as the signed-in user is told it; the cheapest question there is."""
    with contextlib.suppress(Forbidden, NotThere, BadAnswer):
        version = (await session.object("/api/CurrentUser")).get("version")
        return str(version) if version else None
    return None


class ConsoleLook:
    """One look at a v18 PBX; without `download` no recording is asked for, and that right stays unknown."""

    def __init__(self, session: ConsoleSession, pbx: Pbx, download: Download | None) -> None:
        self._session, self._pbx, self._download = session, pbx, download

    async def probe(self, surface: str, ask_history: Callable[[], Awaitable[object]]) -> Probe:
        """Version, licence and rights; a refused part is null or false, never an error.

        Raises:
            Unreachable, BadCredentials: Nobody answers, or the sign-in is refused.
        """
        user, status = await self._object("/api/CurrentUser"), await self._object("/api/SystemStatus")
        history = await _status_of(ask_history)
        listing, newest, records = await self._newest_recording()
        can_download = await self._may_download(newest) if newest else None
        seen = Seen(
            quick=200 if user or status else 403,
            history=history,
            listing=listing,
            download=can_download,
            licence_active=status.get("LicenseActive"),
            licence_records=records,
            maintenance_ended=is_past(status.get("MaintenanceExpiresAt")),
        )
        problems = [*diagnose(seen), *([TLS_NOT_VERIFIED] if self._pbx.verify is False else [])]
        lists = history if surface == "xapi18" else listing  # the XAPI's rows name their recordings
        return Probe(
            version=user.get("version") or status.get("Version"),
            surface=surface,
            can_history=_RIGHTS.get(history),
            can_list_recordings=_RIGHTS.get(lists),
            can_download_recordings=False if _RIGHTS.get(listing) is False else can_download,
            transcription=False,
            licence=status.get("ProductCode"),
            licence_active=status.get("LicenseActive"),
            licence_records=records,
            max_simultaneous_calls=status.get("MaxSimCalls"),
            over_privileged=None,  # a console user is an administrator: v18 has no lesser sign-in
            problems=tuple(problems),
        )

    async def _object(self, path: str) -> dict[str, Any]:
        with contextlib.suppress(Forbidden, NotThere, BadAnswer):
            return await self._session.object(path)
        return {}

    async def _newest_recording(self) -> tuple[int, str | None, bool | None]:
        """The list's status, its newest id, and whether the licence has recording (v18 reference §1.7, §5)."""
        path = "/api/RecordingList?count=1&start=0"
        found: dict[str, Any] = {}

        async def ask() -> None:
            answer = json_of(await self._session.get(path), self._session.http.where)
            found.update(answer if isinstance(answer, dict) else {})

        status = await _status_of(ask)
        entries = found.get("list") or []
        newest = entries[0].get("Id") if entries and isinstance(entries[0], dict) else None
        records = False if found.get("licenseRestricted") else True if newest is not None else None
        return status, str(newest) if newest is not None else None, records

    async def _may_download(self, native_id: str) -> bool | None:
        """The newest recording is asked for and dropped after its first bytes; a file that is gone is no refusal."""
        if self._download is None:
            return None
        async with self._download(native_id) as response:
            return {**_RIGHTS, 302: True, 400: True, 404: True}.get(response.status_code)


async def _status_of(ask: Callable[[], Awaitable[object]]) -> int:
    """200, 403, 404, or 0 where the answer says nothing."""
    try:
        await ask()
    except Forbidden:
        return 403
    except NotThere:
        return 404
    except BadAnswer:
        return 0
    return 200
