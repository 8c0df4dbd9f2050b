"""Step 3 of a PBX: staged windows into the lake, one transaction each."""

from __future__ import annotations

import asyncio
import shutil

from trunkline.retention import lines
from trunkline.store.load import load_window
from trunkline.tasks.extract import Staged
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now


@step(lambda _work, site, pieces: f"load {site.pbx.id} {pieces[0].row.window}")
async def load(work: Work, site: Site, pieces: list[Staged]) -> int:
    """Merges the pieces of a window; returns how many calls are new or changed."""
    return sum([await asyncio.to_thread(_load, work, site, staged) for staged in pieces])


def _load(work: Work, site: Site, staged: Staged) -> int:
    since = lines(site.account.retention, now()).transcripts
    with work.lake.write() as connection:
        changed = load_window(connection, staged.row, staged.legs, staged.recordings, staged.quarantined, since)
    shutil.rmtree(staged.legs.parent, ignore_errors=True)
    return changed
