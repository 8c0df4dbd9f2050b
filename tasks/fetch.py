"""One recording: streamed to disk, verified, kept under its final name; or what became of it instead."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import stamina

from trunkline.adapters.blobs import full_disk_said
from trunkline.adapters.patience import PASSING
from trunkline.adapters.pbx.base import Surface
from trunkline.adapters.pbx.odata import error_text
from trunkline.audio import Audio, inspect
from trunkline.errors import BadAnswer, TokenSuperseded, Unreachable
from trunkline.models import Probe
from trunkline.recordings import FILE_IS_GONE, Attempt, fate
from trunkline.store.recordings import Waiting
from trunkline.tasks.keep import made_ready
from trunkline.tasks.work import Site, Work, now

ATTEMPTS = 4  # in one run, of what passes: a busy PBX, a lost connection
DOUBTED_ATTEMPTS = 2  # of a file that comes damaged, or is said to be gone in a way that other faults look like too
MAX_FILE_BYTES = 2 * 1024**3  # a day of 16-bit PCM at 8 kHz is 1.4 GB


@dataclass(frozen=True)
class Download:
    """What one request gave; the file's hash and size, if one came."""

    attempt: Attempt
    sha256: str = ""
    size: int = 0


class _Again(Exception):
    """The answer may be another one soon; carries it in case none is."""

    def __init__(self, download: Download) -> None:
        super().__init__(download.attempt.status)
        self.download = download


async def fetch(work: Work, site: Site, surface: Surface, probe: Probe, one: Waiting) -> dict[str, Any]:
    """What is to be written of a recording after this try.

    Raises:
        DiskFull: Nothing half-written stays under a final name.
        Unreachable, BadAnswer, TokenSuperseded: It could not be asked for; it waits.
    """
    partial = work.recordings.partial_folder(work.state)
    handle, name = tempfile.mkstemp(dir=partial, prefix=f"{one.native_id}-")
    os.close(handle)
    path = Path(name)
    try:
        download = await _patiently(surface, one, path)
        attempt = download.attempt
        outcome = fate(
            attempt,
            age=now() - one.started_at,
            attempts=one.attempts + 1,
            auto_delete_days=probe.auto_delete_days,
            is_archived=one.is_archived,
        )
        result = _result(one, outcome.state, outcome.cause, outcome.evidence)
        if outcome.state == "stored" and attempt.audio:
            result |= await made_ready(site, one, path, attempt.audio, download.size)
            await work.recordings.put(result["path"], path, result["media_type"])
            result |= {"sha256": download.sha256, "stored_at": now()}
        return result
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 — one inode


async def _patiently(surface: Surface, one: Waiting, path: Path) -> Download:
    doubted = 0

    def is_worth_it(error: Exception) -> bool:
        nonlocal doubted
        if isinstance(error, _Again) and error.download.attempt.status not in PASSING:
            doubted += 1
            return doubted < DOUBTED_ATTEMPTS
        return isinstance(error, _Again | Unreachable | BadAnswer | TokenSuperseded)

    try:
        async for attempt in stamina.retry_context(on=is_worth_it, attempts=ATTEMPTS, wait_initial=0.2, wait_max=5):
            with attempt:
                download = await _download(surface, one, path)
                if _may_pass(download.attempt):
                    raise _Again(download)
                return download
    except _Again as last:
        return last.download
    raise AssertionError("a retry loop ends by returning or raising")  # pragma: no cover


def _may_pass(attempt: Attempt) -> bool:
    is_damaged = attempt.audio is not None and attempt.audio.damage is not None
    return is_damaged or attempt.status in PASSING or attempt.status == FILE_IS_GONE


async def _download(surface: Surface, one: Waiting, path: Path) -> Download:
    """Streams a file to `path`; only an answer of 200 has a body worth keeping."""
    digest, size = hashlib.sha256(), 0
    async with surface.download(one.native_id) as response:
        if response.status_code != 200:
            await response.aread()
            return Download(Attempt(response.status_code, error_text(response)))
        with (
            full_disk_said(str(path.parent)),
            path.open("wb", buffering=0) as file,
            contextlib.suppress(httpx.RemoteProtocolError),  # a body that ends early is judged by its header
        ):
            async for piece in response.aiter_bytes(65_536):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
                if size > MAX_FILE_BYTES:
                    return Download(Attempt(200, audio=Audio(damage="larger than any recording")))
    return Download(Attempt(200, audio=inspect(path)), digest.hexdigest(), size)


def _result(one: Waiting, state: str, cause: str | None, evidence: dict[str, Any]) -> dict[str, Any]:
    result = {"recording_id": one.recording_id, "state": state, "cause": cause, "evidence": evidence or None}
    return result | {"attempts": one.attempts + 1, "tried_at": now()}
