"""What could not be read is noted with its reason: it is due again next time."""

from __future__ import annotations

import asyncio

from trunkline.errors import RemoteError
from trunkline.store.windows import WindowRow, note_window
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import Window


async def note_failed(work: Work, site: Site, windows: list[Window], error: RemoteError, state: str = "failed") -> None:
    """Windows that could not be read, with the reason: they are due again next time."""

    def note() -> None:
        with work.lake.write() as connection:
            for window in windows:
                row = WindowRow(pbx_id=site.pbx.id, window=window, state=state, read_at=now(), error=error.message)
                note_window(connection, row)

    await asyncio.to_thread(note)
