"""The calls of one PBX from its landing files, in a lake of their own beside the real one."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from trunkline.adapters.storage_errors import CANNOT_BE_HAD
from trunkline.calls.facts import PbxFacts
from trunkline.errors import BadAnswer
from trunkline.retention import lines
from trunkline.store.lake import Lake
from trunkline.store.load import load_window, quarantine_id
from trunkline.store.pbx_settings import kinds
from trunkline.tasks.extract import Staged, stage
from trunkline.tasks.landed import BrokenFile, Landed, read
from trunkline.tasks.landing import LandedFile, covered
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import Window

logger = logging.getLogger(__name__)
BATCH = 20  # files in memory at once, and per transaction: merging into many rows not committed yet is slow (measured)


class Rebuild:
    """Grows with each `take`. `broken`: files that could not be read, with the reason; `windows`: those that could.

    `read_again`: the ids in the real lake's quarantine of rows that a file holds.
    """

    def __init__(self, work: Work, site: Site, folder: Path) -> None:
        self._work = work
        self._folder = folder
        self.lake = Lake(folder / "lake.duckdb")
        self.broken: list[tuple[LandedFile, str]] = []
        self.read_again: set[str] = set()
        self.windows: set[Window] = set()
        self._transcripts_since = lines(site.account.retention, now()).transcripts
        self._whole: list[tuple[Window, dt.datetime]] = []
        with work.lake.read() as connection:
            rows = connection.execute("SELECT quarantine_id FROM quarantine WHERE pbx_id = ?", [site.pbx.id]).fetchall()
            directory = kinds(connection, site.pbx.id)
        self._set_aside_before = {row[0] for row in rows}
        self._known = PbxFacts(
            pbx_id=site.pbx.id,
            account_id=site.account.id,
            region=site.account.country,
            surface="",
            zone=site.account.timezone,
            directory=directory,
        )

    async def take(self, files: Sequence[LandedFile]) -> None:
        """Adds what these files hold, in their order."""
        self._work.watcher.ahead("files", len(files))
        for first in range(0, len(files), BATCH):
            batch = files[first : first + BATCH]
            contents = await asyncio.gather(*(self._content(file) for file in batch))
            await asyncio.to_thread(self._load, batch, contents)
            self._work.watcher.done("files", len(batch))

    @property
    def covered(self) -> list[Window]:
        """The time of which all is known that was landed."""
        return covered(self._whole, [file for file, _reason in self.broken])

    async def _content(self, file: LandedFile) -> bytes | None:
        try:
            return await self._work.landing.get(file.key)
        except CANNOT_BE_HAD as error:
            self.broken.append((file, str(error)))
            return None

    def _load(self, files: Sequence[LandedFile], contents: Sequence[bytes | None]) -> None:
        staged = [self._staged(file, data) for file, data in zip(files, contents, strict=True) if data is not None]
        with self.lake.write() as connection:
            for one in staged:
                if one:
                    load_window(connection, one.row, one.legs, one.recordings, one.quarantined, self._transcripts_since)
                    shutil.rmtree(one.legs.parent, ignore_errors=True)

    def _staged(self, file: LandedFile, data: bytes) -> Staged | None:
        """Null for a file that cannot be read, and for an answer that was not believed when it came either."""
        try:
            seen = read(data, self._known, file.landed_at)
            staged = stage(self._folder / "staged", seen, seen.landed_at)
        except BrokenFile as error:
            self.broken.append((file, str(error)))
        except BadAnswer as error:
            logger.info("%s: %s", file.key, error.message)
        except OSError:
            raise  # the disk is full, say: no file would fare better
        except Exception as error:  # rows that today's rules cannot bear must not cost the other files
            logger.exception("a fault of trunkline's own")
            self.broken.append((file, f"a fault of trunkline's own: {type(error).__name__}"))
        else:
            self._note(seen, staged)
            return staged
        return None

    def _note(self, seen: Landed, staged: Staged) -> None:
        self.windows.add(seen.window)
        if staged.row.state == "complete" or staged.row.legs:  # else nothing is known of its time: no call is gone
            self._whole.append((seen.window, seen.landed_at))
        if self._set_aside_before:
            ids = {quarantine_id(seen.facts.pbx_id, row) for row in seen.answer.rows}
            self.read_again |= ids & self._set_aside_before
