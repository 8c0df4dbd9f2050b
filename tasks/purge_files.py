"""The files that retention removes: recordings, and what the PBXs answered. Nothing on a PBX is ever touched."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re

from trunkline.config import Account
from trunkline.retention import Lines
from trunkline.store.purge import files_of, note_removed
from trunkline.tasks.landed import BrokenFile
from trunkline.tasks.landing import LandedFile, files_of_account
from trunkline.tasks.silence import silenced
from trunkline.tasks.work import Work

logger = logging.getLogger(__name__)
BATCH = 200  # files between two notes in the lake: what a killed run finds half done
_DAY = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/[^/]+$")


async def old_recordings(work: Work, account: Account, line: dt.datetime | None) -> list[str]:
    """The keys of recordings that are no longer kept, also of files that no row tells of: a lake may have been lost."""
    removed, kept = await asyncio.to_thread(_known_files, work, account, line)
    if line is not None:
        stored = await work.recordings.list(account.id)
        removed |= {blob.key for blob in stored if _is_of_before(blob.key, line)} - kept
    return sorted(removed)


async def remove_recordings(work: Work, account: Account, keys: list[str]) -> None:
    """Removes the files, then says so: a row may tell of a file that is gone only until the next run."""
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        await work.recordings.remove(some)
        await asyncio.to_thread(_note_removed, work, account, some)


async def old_landed(work: Work, account: Account, lines: Lines) -> tuple[list[LandedFile], list[LandedFile]]:
    """Landing files of which all is older than calls are kept, and those that still say what is not kept."""
    files = await files_of_account(work.landing, account.id) if lines.calls or lines.transcripts else []
    gone = [one for one in files if lines.calls and one.is_before(lines.calls)]
    rest = (one for one in files if one not in set(gone))
    said = [one for one in rest if lines.transcripts and not one.is_silent and one.is_before(lines.transcripts)]
    return gone, said


async def silence(work: Work, files: list[LandedFile]) -> int:
    """Takes the transcripts out of landing files; returns of how many. One that cannot be read stays as it is."""
    done = 0
    for file in files:
        try:
            data = await asyncio.to_thread(silenced, await work.landing.get(file.key))
        except BrokenFile as error:
            logger.warning("%s: %s: its transcripts stay", file.key, error)
            continue
        await work.landing.put(file.silent_key, data)
        await work.landing.remove([file.key])
        done += 1
    return done


def _known_files(work: Work, account: Account, line: dt.datetime | None) -> tuple[set[str], set[str]]:
    with work.lake.read() as connection:
        return files_of(connection, account.id, line)


def _note_removed(work: Work, account: Account, keys: list[str]) -> None:
    with work.lake.write() as connection:
        note_removed(connection, account.id, keys)


def _is_of_before(key: str, line: dt.datetime) -> bool:
    """Whether the day in a recording's key lies before the line, all of it."""
    found = _DAY.search(key)
    if not found:
        return False
    year, month, day = map(int, found.groups())
    return dt.datetime(year, month, day, tzinfo=dt.UTC) + dt.timedelta(days=1) <= line
