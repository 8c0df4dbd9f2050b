"""What a v20 PBX is and what our API client may do there: each right is tried apart (v20 reference §2.4, §5)."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import msgspec

from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.bearer import QUICK_TEST, Bearer
from trunkline.adapters.pbx.moments import is_past
from trunkline.adapters.pbx.odata import items_of
from trunkline.adapters.pbx.problems import OWNERS, TLS_NOT_VERIFIED, diagnose
from trunkline.config import Pbx
from trunkline.errors import BadAnswer, Forbidden, TokenSuperseded, Unreachable
from trunkline.models import Probe, Seen

_RIGHTS = {200: True, 401: False, 403: False, 404: False}
_FILE_ANSWERS = {200: True, 400: True, 401: False, 403: False, 404: True}  # 400: the right is there, the file is gone


async def probe(client: Bearer, pbx: Pbx, *, try_download: bool) -> Probe:
    """Version, rights, licence, recording settings and clock; a refused part is null or false, never an error.

    Raises:
        Unreachable, BadCredentials, TokenSuperseded, NotThere: Nobody answers, the sign-in is refused or ended by
            another system, or this is no v20.
    """
    quick = await _status(client, QUICK_TEST)
    history = await _status(client, paths.probe_log(dt.datetime.now(dt.UTC), pbx.hide_pcalls))
    listing, newest = await _newest_recording(client)
    download = await _download(client, newest) if newest and try_download else None
    system = await _json(client, "/xapi/v1/SystemStatus")
    parameters = await _json(client, "/xapi/v1/Defs/Pbx.GetSystemParameters")
    keeping = await _json(client, "/xapi/v1/Recordings/Pbx.GetRecordingRepositorySettings")
    licence = parameters.get("License") or {}
    role = client.claims().get("MaxRole")
    seen = Seen(
        quick=quick,
        history=history,
        listing=listing,
        download=download,
        role=role,
        extensions_seen=await _count(client, "/xapi/v1/Users"),
        extensions_total=system.get("ExtensionsTotal"),
        licence_active=system.get("LicenseActive"),
        maintenance_ended=is_past(system.get("MaintenanceExpiresAt")),
        recording_stopped=system.get("RecordingStopped"),
        quota_reached=system.get("RecordingQuotaReached"),
        clock_skew_seconds=client.clock_skew_seconds,
    )
    return Probe(
        version=client.version or system.get("Version") or parameters.get("Version"),
        surface="xapi20",
        can_history=_RIGHTS.get(history),
        can_list_recordings=_RIGHTS.get(listing),
        can_download_recordings=download,
        transcription=parameters.get("IsTranscriptionEnabled"),
        licence=licence.get("ProductCode") or system.get("ProductCode"),
        licence_active=seen.licence_active,
        max_simultaneous_calls=licence.get("MaxSimCalls") or system.get("MaxSimCalls"),
        recording_stopped=seen.recording_stopped,
        quota_reached=seen.quota_reached,
        quota_megabytes=keeping.get("RecordingsQuota"),
        used_megabytes=_megabytes(keeping.get("RecordingUsedSpace")),
        auto_delete_days=_auto_delete_days(keeping),
        over_privileged=role in OWNERS if role else None,
        clock_skew_seconds=client.clock_skew_seconds,
        problems=(*diagnose(seen), *([TLS_NOT_VERIFIED] if pbx.verify is False else [])),
    )


async def _status(client: Bearer, path: str) -> int:
    """The status of an answer; a right refused with 401 counts as 403, a page in place of JSON as nothing seen."""
    try:
        response = await client.get(path)
    except Forbidden:
        return 403
    is_page = response.status_code == 200 and "json" not in response.headers.get("content-type", "")
    return 0 if is_page else response.status_code


async def _json(client: Bearer, path: str) -> dict[str, Any]:
    """An object, or an empty one where it is refused: history may work while the status does not (v20 §2.4)."""
    with contextlib.suppress(Forbidden, ValueError):
        response = await client.get(path)
        body = response.json() if response.status_code == 200 else {}
        if isinstance(body, dict):
            return body
    return {}


async def _newest_recording(client: Bearer) -> tuple[int, str | None]:
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


async def _count(client: Bearer, path: str) -> int | None:
    """How many entries of a set this client sees; null where it may not, or the PBX does not count."""
    answer = await _json(client, f"{path}?$top=1&$select=Id&$count=true")
    count = answer.get("@odata.count")
    return count if isinstance(count, int) else None


async def _download(client: Bearer, native_id: str) -> bool | None:
    """Whether audio may be fetched: the newest recording is asked for and dropped after its first bytes."""
    with contextlib.suppress(Unreachable, BadAnswer, TokenSuperseded):
        async with client.stream(paths.download(native_id)) as response:
            return _FILE_ANSWERS.get(response.status_code)
    return None


def _auto_delete_days(keeping: dict[str, Any]) -> int | None:
    return keeping.get("AutoDeleteRecordingDays") if keeping.get("AutoDeleteRecordingEnabled") else None


def _megabytes(count: Any) -> int | None:
    return round(count / 1_000_000) if isinstance(count, int | float) else None
