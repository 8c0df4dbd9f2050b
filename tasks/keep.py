"""A verified recording made ready to be kept: as the PBX gave it, or in the format that the account wants."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from trunkline.audio import Audio
from trunkline.encoders import Wanted
from trunkline.keys import recording_key
from trunkline.store.recordings import Waiting
from trunkline.tasks.work import Site
from trunkline.transcode import NotTranscoded, transcode

_CORES = ThreadPoolExecutor(os.cpu_count() or 1, "transcode")  # for all PBXs of the process; no thread until needed


async def made_ready(site: Site, one: Waiting, path: Path, audio: Audio, size: int) -> dict[str, Any]:
    """Transcodes the file at `path` (of `size` bytes) in place if the account wants that; the columns that tell of it.

    Where it cannot be transcoded the original stays, and `evidence` says why: a recording is never lost for that.
    """
    wanted, kept = site.account.recording_format, audio
    columns: dict[str, Any] = {"bytes": size, "kept_sha256": None, "original_bytes": None}
    if wanted != "original" and audio.codec != wanted:
        try:
            kept, made = await _transcoded(path, wanted, audio)
            columns = {**made, "original_bytes": size}
        except NotTranscoded as why:
            columns["evidence"] = {"kept": "original", "wanted": wanted, "why": str(why)}
    key = recording_key(site.account.id, site.pbx.id, one.started_at, one.native_id, kept.media_type or "")
    columns |= {"path": key, "media_type": kept.media_type, "codec": kept.codec}
    return columns | {"audio_seconds": audio.audio_seconds}  # of the original: encoders fill up their last frame


async def _transcoded(path: Path, wanted: Wanted, audio: Audio) -> tuple[Audio, dict[str, Any]]:
    """Puts the transcoded file in the original's place, as long as nobody has stopped waiting for it."""
    target, stop = path.with_name(f"{path.name}.{wanted}"), threading.Event()
    try:
        return await asyncio.get_running_loop().run_in_executor(_CORES, _replaced, path, target, wanted, audio, stop)
    finally:
        stop.set()


def _replaced(
    path: Path, target: Path, wanted: Wanted, audio: Audio, stop: threading.Event
) -> tuple[Audio, dict[str, Any]]:
    made = transcode(path, target, wanted, audio, stop)
    with target.open("rb") as file:
        columns = {"kept_sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": target.stat().st_size}
    target.unlink() if stop.is_set() else target.replace(path)
    return made, columns
