"""`replay` of one PBX: its calls from the landing area, then in one short transaction in place of the lake's."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from trunkline.errors import TrunklineError
from trunkline.store.difference import note_difference
from trunkline.store.swap import Swapped, swap, written_since
from trunkline.tasks.landing import files_of
from trunkline.tasks.rebuild import Rebuild
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now

TRIES = 20  # each takes in only what a sync landed during the one before


@dataclass
class Replayed:
    """What was rebuilt of one PBX; `calls_…` against what the lake had. `unreadable`: file → reason."""

    account_id: str
    pbx_id: str
    files: int = 0
    windows: int = 0
    calls: int = 0
    legs: int = 0
    calls_added: int = 0
    calls_changed: int = 0
    calls_removed: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)


@step(lambda _work, site: f"replay {site.pbx.id}")
async def replay_pbx(work: Work, site: Site) -> Replayed:
    """Rebuilds calls and legs; asks no PBX.

    Raises:
        LakeError: The lake cannot be written.
        TrunklineError: A sync writes all the time.
    """
    parent = work.state / "staged"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=parent, prefix=f"replay-{site.pbx.id}-"))
    try:
        return await _replay(work, site, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _replay(work: Work, site: Site, folder: Path) -> Replayed:
    rebuild = await asyncio.to_thread(Rebuild, work, site, folder)
    taken: set[str] = set()
    for _ in range(TRIES):
        listed_at = now()
        files = [file for file in await files_of(work.landing, site) if file.key not in taken]
        taken |= {file.key for file in files}
        await rebuild.take(files)
        swapped = await asyncio.to_thread(_swap, work, site, rebuild, listed_at)
        if swapped:
            return await asyncio.to_thread(_counted, site, rebuild, len(taken), swapped)
    raise TrunklineError(
        "calls were loaded all the while; the lake is as it was", mend="run it again when no sync or backfill runs"
    )


def _swap(work: Work, site: Site, rebuild: Rebuild, listed_at: dt.datetime) -> Swapped | None:
    """Null if something was loaded since the files were listed: that is to be built in first."""
    if not rebuild.covered:
        return Swapped(0, 0, 0)
    anew, folder = rebuild.lake.path, rebuild.lake.path.parent
    with work.lake.read() as connection:
        note_difference(connection, site.pbx.id, anew, rebuild.covered, folder)
    with work.lake.write() as connection:
        if written_since(connection, site.pbx.id, listed_at):
            return None
        return swap(connection, site.pbx.id, anew, folder, rebuild.read_again)


def _counted(site: Site, rebuild: Rebuild, files: int, swapped: Swapped) -> Replayed:
    with rebuild.lake.read() as connection:
        counts = connection.execute("SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM legs)").fetchone()
    calls, legs = counts or (0, 0)
    return Replayed(
        account_id=site.account.id,
        pbx_id=site.pbx.id,
        files=files,
        windows=len(rebuild.windows),
        calls=calls,
        legs=legs,
        calls_added=swapped.added,
        calls_changed=swapped.changed,
        calls_removed=swapped.removed,
        unreadable={file.key: reason for file, reason in rebuild.broken},
    )
