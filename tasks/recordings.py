"""Step 4 of a PBX: its outstanding recordings, streamed to disk, verified, and each gap given its cause."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from trunkline.adapters.blobs import full_disk_said
from trunkline.adapters.pbx.base import Surface
from trunkline.adapters.pbx.odata import error_text
from trunkline.audio import Audio, inspect
from trunkline.errors import Unreachable
from trunkline.models import Probe
from trunkline.recordings import Attempt, fate
from trunkline.store.merge import merge_rows
from trunkline.store.recordings import Waiting, note_expected, note_results, settle_waiting, waiting
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now

BATCH = 100  # recordings per transaction and task run
AT_ONCE = 2
OUTAGE_AFTER = (
    3  # so many lost connections in a row are the PBX's, fewer are a recording's: it waits, the next is tried
)
MAX_FILE_BYTES = 2 * 1024**3  # a day of 16-bit PCM at 8 kHz is 1.4 GB
_SUFFIXES = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg"}


@dataclass(frozen=True)
class Fetched:
    """How many recordings were asked for and stored."""

    asked: int
    stored: int


@step(lambda _work, site, _surface, _probe, _since=None: f"recordings {site.pbx.id}")
async def recordings(
    work: Work, site: Site, surface: Surface, probe: Probe, since: dt.datetime | None = None
) -> Fetched:
    """Fetches what waits, in batches; a refusal ends the asking, not the run.

    Calls without a recording are looked for from `since` on, if that is longer ago than usual.

    Raises:
        DiskFull: Nothing half-written stays under a final name; the rest waits.
        Unreachable: The PBX no longer answers; the rest waits.
    """
    waits = await asyncio.to_thread(_waiting, work, site, probe)
    work.watcher.ahead("recordings", len(waits))
    stored = asked = 0
    try:
        for batch in _batches(waits, probe):
            results = await _fetch_batch(work, site, surface, probe, batch)
            asked += len(batch)
            stored += sum(result.get("state") == "stored" for result in results)
            work.watcher.done("recordings", len(batch))
            if any(result.get("cause") == "access" for result in results):
                await asyncio.to_thread(_note_no_right, work, site)
                break
    finally:
        await asyncio.to_thread(_expect, work, site, since)
    return Fetched(asked, stored)


def _batches(waits: list[Waiting], probe: Probe) -> Iterator[list[Waiting]]:
    """Batches to fetch; where it is not known whether we may, the first is one recording, to find out."""
    first = 0 if probe.can_download_recordings else 1
    if waits[:first]:
        yield waits[:first]
    for start in range(first, len(waits), BATCH):
        yield waits[start : start + BATCH]


def is_waiting(work: Work, site: Site) -> bool:
    """Whether any recording waits to be fetched."""
    with work.lake.read() as connection:
        return bool(waiting(connection, site.pbx.id, with_access=False))


def _waiting(work: Work, site: Site, probe: Probe) -> list[Waiting]:
    """What is to be fetched; nothing where the policy is to have no audio, or the right is known to be missing."""
    if site.account.recording_policy == "none":
        with work.lake.write() as connection:
            settle_waiting(connection, site.pbx.id, "policy", {"recording_policy": "none"})
        return []
    if probe.can_download_recordings is False:
        _note_no_right(work, site)
        return []
    with work.lake.read() as connection:
        return waiting(connection, site.pbx.id, with_access=True)


def _expect(work: Work, site: Site, since: dt.datetime | None) -> None:
    with work.lake.write() as connection:
        note_expected(connection, site.pbx.id, now(), since)


def _note(work: Work, results: list[dict[str, Any]]) -> None:
    with work.lake.write() as connection:
        note_results(connection, results)


def _note_no_right(work: Work, site: Site) -> None:
    """The right is missing: what waits is not asked for, until one recording, or the probe, shows that it is there."""
    with work.lake.write() as connection:
        settle_waiting(connection, site.pbx.id, "access", {"can_download_recordings": False})
        merge_rows(connection, "pbxs", [{"pbx_id": site.pbx.id, "can_download_recordings": False}])


async def _fetch_batch(
    work: Work, site: Site, surface: Surface, probe: Probe, batch: list[Waiting]
) -> list[dict[str, Any]]:
    """Results of a batch; what was fetched before an error is noted before the error goes on."""
    turn = asyncio.Semaphore(AT_ONCE)
    results = []

    lost: list[Waiting] = []

    async def one(recording: Waiting) -> None:
        async with turn:
            try:
                results.append(await _fetch(work, site, surface, probe, recording))
                lost.clear()
            except Unreachable:
                lost.append(recording)
                results.append({"recording_id": recording.recording_id, "tried_at": now()})
                if len(lost) >= OUTAGE_AFTER:
                    raise

    tasks = [asyncio.create_task(one(recording)) for recording in batch]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(_note, work, results)
    return results


async def _fetch(work: Work, site: Site, surface: Surface, probe: Probe, one: Waiting) -> dict[str, Any]:
    partial = work.recordings.partial_folder(work.state)
    handle, name = tempfile.mkstemp(dir=partial, prefix=f"{one.native_id}-")
    os.close(handle)
    path = Path(name)
    try:
        attempt, sha256, size = await _download(surface, one, path)
        outcome = fate(
            attempt,
            age=now() - one.started_at,
            attempts=one.attempts + 1,
            auto_delete_days=probe.auto_delete_days,
            is_archived=one.is_archived,
        )
        result = _result(one, outcome.state, outcome.cause, outcome.evidence)
        if outcome.state == "stored" and attempt.audio:
            key = _key(site, one, attempt.audio)
            await work.recordings.put(key, path)
            result |= {"path": key, "bytes": size, "sha256": sha256, "media_type": attempt.audio.media_type}
            result |= {"audio_seconds": attempt.audio.audio_seconds, "stored_at": now()}
        return result
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 — one inode


async def _download(surface: Surface, one: Waiting, path: Path) -> tuple[Attempt, str, int]:
    """Streams a file to `path`; only an answer of 200 has a body worth keeping."""
    digest, size = hashlib.sha256(), 0
    async with surface.download(one.native_id) as response:
        if response.status_code != 200:
            await response.aread()
            return Attempt(response.status_code, error_text(response)), "", 0
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
                    return Attempt(200, audio=Audio(damage="larger than any recording")), "", size
    return Attempt(200, audio=inspect(path)), digest.hexdigest(), size


def _key(site: Site, one: Waiting, audio: Audio) -> str:
    suffix = _SUFFIXES[audio.media_type or "audio/wav"]
    return f"{site.account.id}/{site.pbx.id}/{one.started_at:%Y/%m/%d}/{one.native_id}.{suffix}"


def _result(one: Waiting, state: str, cause: str | None, evidence: dict[str, Any]) -> dict[str, Any]:
    result = {"recording_id": one.recording_id, "state": state, "cause": cause, "evidence": evidence or None}
    return result | {"attempts": one.attempts + 1, "tried_at": now()}
