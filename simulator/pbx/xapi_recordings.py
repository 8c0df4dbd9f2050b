"""The list of recordings, their audio, and how they are kept (v20 reference §4)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx import audio
from trunkline.simulator.pbx.callbook import Kept
from trunkline.simulator.pbx.odata import matching, ordered, page, selected
from trunkline.simulator.pbx.seeing import sees
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, odata_error, without_nulls
from trunkline.simulator.pbx.xapi_recording_rows import recording_row

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


def listing(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Recordings`: what has ended, is kept and is not left out of the list."""
    if not pbx.rights.list_recordings:
        return Answer(403)
    kept = [one for one in pbx.book.recordings() if audio.is_listed(pbx, one) and sees(pbx, one.call)]
    rows = [_row(pbx, one) for one in kept]
    rows = ordered(matching(rows, ask.query.get("$filter")), ask.query.get("$orderby"))
    counted = {"@odata.count": len(rows)} if ask.query.get("$count") == "true" else {}
    shown = selected(page(rows, ask.query, pbx.entity_top_limit), ask.query.get("$select"))
    return as_json({"@odata.context": "$metadata#Recordings", **counted, "value": shown[: pbx.entity_top_limit]})


def _row(pbx: SimulatedPbx, kept: Kept) -> dict[str, Any]:
    made, recording_id = pbx.book.shown, kept.recording.recording_id
    if recording_id not in made:
        made[recording_id] = recording_row(pbx, kept.call, kept.recording)
    return made[recording_id]


def download(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`DownloadRecording(recId=N)`: audio, or 400 FILE_NOT_FOUND (§4.3); 404 where the address fails."""
    if not pbx.rights.download_recordings:
        return Answer(403)
    recording_id = int(ask.path.rstrip("/)").rsplit("=", 1)[1])
    pbx.log.downloads[recording_id] += 1
    kept = pbx.book.recording(recording_id)
    found = audio.body_of(pbx, kept) if kept else None
    if kept and kept.recording.story.fate == "no_address":
        return Answer(404)
    if found is None:
        return odata_error(400, "WARNINGS.XAPI.FILE_NOT_FOUND")
    headers = {
        "Content-Type": found.content_type,
        "Content-Disposition": f'attachment; filename="{recording_id}.wav"',
    }
    asked = RANGE.match(ask.headers.get("range", ""))
    if not pbx.quirks.range_downloads:
        return Answer(200, found.body, headers)
    headers["Accept-Ranges"] = "bytes"
    headers["ETag"] = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
    is_same = ask.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    if not asked or not is_same:
        return Answer(200, found.body, headers)
    return _part(found.body, int(asked[1]), asked[2], headers)


def _part(body: bytes, first: int, last: str, headers: dict[str, str]) -> Answer:
    if first >= len(body):
        return Answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
    end = min(int(last) + 1 if last else len(body), len(body))
    headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(body)}"
    return Answer(206, body[first:end], headers)


def settings(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GetRecordingRepositorySettings`: explains audio that is gone (§4.4)."""
    if not pbx.rights.list_recordings:
        return Answer(403)
    keeping = pbx.keeping
    return as_json(
        without_nulls(
            {
                "AutoDeleteRecordingEnabled": keeping.auto_delete_days is not None,
                "AutoDeleteRecordingDays": keeping.auto_delete_days,
                "RecordingsQuota": min(keeping.quota_megabytes, pbx.licence.quota_megabytes or keeping.quota_megabytes),
                "RecordingUsedSpace": audio.used_bytes(pbx),
                "IsRecordingArchiveEnabled": keeping.archive_enabled,
            }
        )
    )
