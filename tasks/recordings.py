"""Step 4 of a PBX: its outstanding recordings, streamed to disk, verified, and each gap given its cause."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from trunkline.adapters.pbx.base import Surface
from trunkline.errors import BadAnswer, TokenSuperseded, Unreachable
from trunkline.models import Probe
from trunkline.recordings import unanswered
from trunkline.store.merge import merge_rows
from trunkline.store.recordings import Waiting, note_expected, note_results, settle_waiting, waiting
from trunkline.tasks.fetch import fetch
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now

BATCH = 100  # recordings per transaction and task run
AT_ONCE = 2
OUTAGE_AFTER = 3  # so many in a row that cannot be had are the PBX's outage; of fewer each waits, and the next is tried


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
        return bool(waiting(connection, site.pbx.id, now(), with_access=False))


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
        return waiting(connection, site.pbx.id, now(), with_access=True)


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
                results.append(await fetch(work, site, surface, probe, recording))
                lost.clear()
            except (Unreachable, BadAnswer, TokenSuperseded) as error:
                lost.append(recording)
                outcome = unanswered(error.message, age=now() - recording.started_at)
                results.append({"recording_id": recording.recording_id, "tried_at": now(), **asdict(outcome)})
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
