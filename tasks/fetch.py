"""One recording: streamed to disk, verified, kept under its final name; or what became of it instead."""

from __future__ import annotations

import uuid
from typing import Any

from trunkline.adapters.pbx.base import Surface
from trunkline.models import Probe
from trunkline.recordings import fate
from trunkline.store.recordings import Waiting
from trunkline.tasks.download import download
from trunkline.tasks.keep import made_ready
from trunkline.tasks.work import Site, Work, now


async def fetch(work: Work, site: Site, surface: Surface, probe: Probe, one: Waiting) -> dict[str, Any]:
    """What is to be written of a recording after this try.

    Raises:
        DiskFull: Nothing half-written stays under a final name.
        Unreachable, BadAnswer, TokenSuperseded: It could not be asked for; it waits.
    """
    path = work.recordings.partial_folder(work.state) / f"{one.native_id}-{uuid.uuid4().hex}"
    try:
        found = await download(surface, one.native_id, path)
        attempt = found.attempt
        outcome = fate(
            attempt,
            age=now() - one.ended_at,
            attempts=one.attempts + 1,
            auto_delete_days=probe.auto_delete_days,
            is_archived=one.is_archived,
        )
        result = _result(one, outcome.state, outcome.cause, outcome.evidence)
        if outcome.state == "stored" and attempt.audio:
            result |= await made_ready(site, one, path, attempt.audio, found.size)
            await work.recordings.put(result["path"], path, result["media_type"])
            result |= {"sha256": found.sha256, "stored_at": now()}
        return result
    finally:
        path.unlink(missing_ok=True)


def _result(one: Waiting, state: str, cause: str | None, evidence: dict[str, Any]) -> dict[str, Any]:
    result = {"recording_id": one.recording_id, "state": state, "cause": cause, "evidence": evidence or None}
    return result | {"attempts": one.attempts + 1, "tried_at": now()}
