"""What could not be read is noted with its reason: it is due again next time."""

from __future__ import annotations

import asyncio

from trunkline.errors import TrunklineError
from trunkline.store.recordings import settle_unreachable
from trunkline.store.windows import WindowRow, forget_window, note_window
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import Window


async def note_failed(work: Work, site: Site, windows: list[Window], error: TrunklineError) -> None:
    """Windows that could not be read, with the reason: they are due again next time."""

    def note() -> None:
        with work.lake.write() as connection:
            for window in windows:
                row = WindowRow(pbx_id=site.pbx.id, window=window, state="failed", read_at=now(), error=error.message)
                note_window(connection, row)

    await asyncio.to_thread(note)


async def note_unasked(work: Work, site: Site, error: TrunklineError) -> None:
    """Recordings that could not be asked for: unknown, once they are old enough to be missing, and asked for again."""

    def note() -> None:
        with work.lake.write() as connection:
            settle_unreachable(connection, site.pbx.id, error.message, now())

    await asyncio.to_thread(note)


async def forget_failed(work: Work, site: Site, window: Window) -> None:
    """A window that can never be read any more is due no longer."""

    def forget() -> None:
        with work.lake.write() as connection:
            forget_window(connection, site.pbx.id, window)

    await asyncio.to_thread(forget)
