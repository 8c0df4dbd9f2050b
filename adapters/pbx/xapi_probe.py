"""What a v20 PBX is and what our API client may do there: each right is tried apart (v20 reference §2.4, §5)."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import msgspec

from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.api_client import ApiClient
from trunkline.adapters.pbx.odata import items_of
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden
from trunkline.models import Probe, Problem
from trunkline.windows import Window

CLOCK_SKEW_SECONDS = 120
_HISTORY = Problem(
    "no_history_right",
    "the API client may not read the call history",
    "give it the Reports User role (in the v20 console: Integrations → API, role System Owner in department DEFAULT)",
)
_RECORDINGS = Problem(
    "no_recording_right",
    "the API client reads the call history but not the recordings, so calls come without audio",
    "give it the Recording Manager role beside Reports User (in the v20 console: System Owner, department DEFAULT)",
)
_LICENCE = Problem(
    "no_xapi",
    "the call-history address is absent (404)",
    "the API needs a paid annual licence (Enterprise or AI, 8SC or more): check it in the console",
)


async def probe(client: ApiClient, pbx: Pbx, *, try_download: bool) -> Probe:
    """Version, rights, licence, recording settings and clock; a refused part is null or false, never an error.

    Raises:
        Unreachable, BadCredentials, NotThere: Nobody answers, the sign-in is refused, or this is no v20.
    """
    await _status(client, "/xapi/v1/Defs?$select=Id")
    history = await _status(client, paths.call_log(_last_hour(), hide_pcalls=pbx.hide_pcalls) + "?$top=1&$skip=0")
    listing, newest = await _newest_recording(client)
    download = await _download(client, newest) if newest and try_download else None
    system = await _json(client, "/xapi/v1/SystemStatus")
    parameters = await _json(client, "/xapi/v1/Defs/Pbx.GetSystemParameters")
    keeping = await _json(client, "/xapi/v1/Recordings/Pbx.GetRecordingRepositorySettings")
    problems = _problems(history, listing, download, client.clock_skew_seconds)
    if pbx.verify is False:
        problems.append(
            Problem("tls_not_verified", "its certificate is not checked", "set verify to the file of its authority")
        )
    return Probe(
        version=client.version or system.get("Version") or parameters.get("Version"),
        surface="xapi20",
        can_history=_right(history),
        can_list_recordings=_right(listing),
        can_download_recordings=download,
        transcription=parameters.get("IsTranscriptionEnabled"),
        licence=(parameters.get("License") or {}).get("ProductCode") or system.get("ProductCode"),
        recording_stopped=system.get("RecordingStopped"),
        quota_reached=system.get("RecordingQuotaReached"),
        auto_delete_days=_auto_delete_days(keeping),
        over_privileged=_over_privileged(client),
        clock_skew_seconds=client.clock_skew_seconds,
        problems=tuple(problems),
    )


def _last_hour() -> Window:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return Window(now - dt.timedelta(hours=1), now)


async def _status(client: ApiClient, path: str) -> int:
    """The status of an answer; a right refused with 401 counts as 403."""
    try:
        return (await client.get(path)).status_code
    except Forbidden:
        return 403


async def _json(client: ApiClient, path: str) -> dict[str, Any]:
    """An object, or an empty one where it is refused: history may work while the status does not (v20 §2.4)."""
    with contextlib.suppress(Forbidden, ValueError):
        response = await client.get(path)
        body = response.json() if response.status_code == 200 else {}
        if isinstance(body, dict):
            return body
    return {}


async def _newest_recording(client: ApiClient) -> tuple[int, str | None]:
    """The status of the recording list (0 where the answer is no list), and the newest recording's id."""
    try:
        response = await client.get("/xapi/v1/Recordings?$top=1&$orderby=Id desc&$select=Id")
        items = items_of(response) if response.status_code == 200 else []
        newest = str(msgspec.json.decode(items[0])["Id"]) if items else None
    except Forbidden:
        return 403, None
    except (BadAnswer, KeyError, TypeError):
        return 0, None
    return response.status_code, newest


async def _download(client: ApiClient, native_id: str) -> bool | None:
    """Whether audio may be fetched: the newest recording is asked for and dropped after its first bytes."""
    async with client.http.stream("GET", paths.download(native_id), headers=await client.headers()) as response:
        if response.status_code in {401, 403}:
            return False
        return True if response.status_code in {200, 400, 404} else None


def _right(status: int) -> bool | None:
    return {200: True, 401: False, 403: False, 404: False}.get(status)


def _problems(history: int, listing: int, download: bool | None, skew: float | None) -> list[Problem]:
    found = []
    if history == 404:
        found.append(_LICENCE)
    elif _right(history) is False:
        found.append(_HISTORY)
    if _right(history) and (_right(listing) is False or download is False):
        found.append(_RECORDINGS)
    if skew is not None and abs(skew) > CLOCK_SKEW_SECONDS:
        found.append(Problem("clock", f"its clock is off by {skew:.0f} s", "let the PBX set its clock by NTP"))
    return found


def _auto_delete_days(keeping: dict[str, Any]) -> int | None:
    return keeping.get("AutoDeleteRecordingDays") if keeping.get("AutoDeleteRecordingEnabled") else None


def _over_privileged(client: ApiClient) -> bool | None:
    role = client.claims().get("MaxRole")
    return role in {"system_owners", "system_admins"} if role else None
