"""Step 4 of a PBX: its outstanding recordings, in the order in which they would be lost; each gap gets its cause."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

from trunkline.adapters.pbx.base import Surface
from trunkline.models import Probe
from trunkline.recordings import is_young, lost_soon
from trunkline.store.merge import merge_rows
from trunkline.store.recordings import Waiting, note_expected, settle_waiting, waiting
from trunkline.tasks.fetch_many import FetchMany
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now

SOON_SECONDS = 5.0  # a file that is not there seconds after its call is asked for once more, so much later


@dataclass(frozen=True)
class Fetched:
    """How many recordings were asked for and stored."""

    asked: int
    stored: int


@step(lambda _work, site, _surface, _probe, _since=None: f"recordings {site.pbx.id}")
async def recordings(
    work: Work, site: Site, surface: Surface, probe: Probe, since: dt.datetime | None = None
) -> Fetched:
    """Fetches what waits; a refusal ends the asking, not the run.

    Calls without a recording are looked for from `since` on, if that is longer ago than usual.

    Raises:
        DiskFull: Nothing half-written stays under a final name; the rest waits.
        Unreachable, BadAnswer, TokenSuperseded: The PBX no longer answers; the rest waits.
    """
    waits = await asyncio.to_thread(_waiting, work, site, probe)
    work.watcher.ahead("recordings", len(waits))
    fetching = FetchMany(work, site, surface, probe)
    try:
        for some in _rounds(waits, probe):
            await fetching.run(some)
            if fetching.is_refused:
                await asyncio.to_thread(_note_no_right, work, site)
                break
        asked = fetching.asked
        if not fetching.is_refused:
            await _once_more(work, fetching)
    finally:
        await asyncio.to_thread(_expect, work, site, since)
    return Fetched(asked, fetching.stored)


def _rounds(waits: list[Waiting], probe: Probe) -> list[list[Waiting]]:
    """What to fetch at a time; where it is not known whether we may, the first is one recording, to find out.

    Calls that ended a moment ago come last: their files may not be there yet.
    """
    at = now()
    in_order = sorted(waits, key=lambda one: is_young(one.ended_at, at))
    first = 0 if probe.can_download_recordings else 1
    return [some for some in (in_order[:first], in_order[first:]) if some]


async def _once_more(work: Work, fetching: FetchMany) -> None:
    """Asks again for what was not there yet so shortly after its call; the next run asks for what is still not."""
    late, fetching.not_yet = fetching.not_yet, []
    if late:
        work.watcher.ahead("recordings", len(late))
        await asyncio.sleep(SOON_SECONDS)
        await fetching.run(late)


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
    soon = lost_soon(probe.auto_delete_days, now()) if probe.auto_delete_days is not None else None
    with work.lake.read() as connection:
        return waiting(connection, site.pbx.id, now(), with_access=True, lost_soon=soon)


def _expect(work: Work, site: Site, since: dt.datetime | None) -> None:
    with work.lake.write() as connection:
        note_expected(connection, site.pbx.id, now(), since)


def _note_no_right(work: Work, site: Site) -> None:
    """The right is missing: what waits is not asked for, until one recording, or the probe, shows that it is there."""
    with work.lake.write() as connection:
        settle_waiting(connection, site.pbx.id, "access", {"can_download_recordings": False})
        merge_rows(connection, "pbxs", [{"pbx_id": site.pbx.id, "can_download_recordings": False}])
