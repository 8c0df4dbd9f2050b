"""Retention of one account: recordings, transcripts and calls that are older than the account keeps them.

Each part can be run again where it was interrupted, and goes on from there.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trunkline.config import Account
from trunkline.retention import Lines, later, lines, steps
from trunkline.store.purge import Due, due, mark_stored, pass_over, purge_rows, purge_transcripts
from trunkline.store.purge_calls import first_kept, purge_calls, purged_until
from trunkline.store.rewrite import rewrite
from trunkline.tasks.purge_files import old_landed, old_recordings, remove_recordings, silence
from trunkline.tasks.step import step
from trunkline.tasks.work import Work, now

STEP = dt.timedelta(days=60)  # of calls per transaction: years of them do not fit in memory (`lake.SETTINGS`)


@dataclass(frozen=True)
class Purged:
    """What was removed of one account, or is to be.

    `recordings`: files; `recordings_not_fetched`: too old to be fetched any more; `landed_files`: answers of PBXs;
    `landed_silenced`: those of them that lost their transcripts alone; `quarantined`: rows that could not be read.
    """

    account_id: str
    recordings: int = 0
    recordings_not_fetched: int = 0
    transcripts: int = 0
    calls: int = 0
    quarantined: int = 0
    landed_files: int = 0
    landed_silenced: int = 0


def kept_since(work: Work, account: Account) -> dt.datetime | None:
    """From when on calls may be read, delivered and kept; null: from ever on.

    What was removed is not read again, also where more is to be kept than before.
    """
    with work.lake.read() as connection:
        return later(lines(account.retention, now()).calls, purged_until(connection, account.id))


def pass_over_old(work: Work, account: Account) -> None:
    """Lets go of recordings that are too old to be fetched, so that none is asked for."""
    line, days = lines(account.retention, now()).recordings, account.retention.recordings_days
    if line and days:
        with work.lake.write() as connection:
            pass_over(connection, account.id, line, days, now())


@step(lambda _work, account: f"look at the retention of {account.id}")
async def to_purge(work: Work, account: Account) -> Purged:
    """What is older than it may be kept; changes nothing."""
    until = await asyncio.to_thread(_lines, work, account)
    found = await asyncio.to_thread(_due, work, account, until)
    recordings = await old_recordings(work, account, until.recordings)
    gone, said = await old_landed(work, account, until)
    return Purged(
        account.id,
        recordings=len(recordings),
        recordings_not_fetched=found.not_fetched,
        transcripts=found.transcripts,
        calls=found.calls,
        quarantined=found.quarantined,
        landed_files=len(gone),
        landed_silenced=len(said),
    )


@step(lambda _work, account: f"purge {account.id}")
async def purge_account(work: Work, account: Account) -> Purged:
    """Removes it. The lake's file is to be written anew after that (`finish`).

    Raises:
        LakeError: The lake cannot be written.
        OSError, BaseError: A place of `[store]` does not answer.
    """
    until = await asyncio.to_thread(_lines, work, account)
    found = await asyncio.to_thread(_due, work, account, until)
    not_fetched = await asyncio.to_thread(_mark, work, account, until)
    recordings = await old_recordings(work, account, until.recordings)
    await remove_recordings(work, account, recordings)
    if found.holds_people:
        _due_file(work).touch(mode=0o600)
    gone, said = await old_landed(work, account, until)
    transcripts, calls, quarantined = await asyncio.to_thread(_forget, work, account, until)
    await work.landing.remove([file.key for file in gone])
    return Purged(
        account.id,
        recordings=len(recordings),
        recordings_not_fetched=not_fetched,
        transcripts=transcripts,
        calls=calls,
        quarantined=quarantined,
        landed_files=len(gone),
        landed_silenced=await silence(work, said),
    )


@step(lambda _work: "write the lake anew")
async def finish(work: Work) -> None:
    """Makes what was removed from the lake gone from its file too: by this run, or by one that was killed before it.

    Raises:
        LakeError: It cannot be written anew; it is as it was, and will be tried again next time.
    """
    if _due_file(work).exists():
        await asyncio.to_thread(rewrite, work.lake)
        _due_file(work).unlink(missing_ok=True)


def audit_fields(purged: Iterable[Purged]) -> dict[str, Any]:
    """What a run has to say of itself: per account how many of what."""
    return {"accounts": [vars(one) for one in purged]}


def _lines(work: Work, account: Account) -> Lines:
    """The account's lines; that of calls is never before what is removed already, for it moves one way only."""
    found = lines(account.retention, now())
    return found if found.calls is None else Lines(found.recordings, found.transcripts, kept_since(work, account))


def _due(work: Work, account: Account, until: Lines) -> Due:
    with work.lake.read() as connection:
        return due(connection, account.id, until)


def _mark(work: Work, account: Account, until: Lines) -> int:
    """The rows say it before the files go; returns how many will never be fetched."""
    days = account.retention.recordings_days
    if not until.recordings or not days:
        return 0
    with work.lake.write() as connection:
        mark_stored(connection, account.id, until.recordings, now())
        return pass_over(connection, account.id, until.recordings, days, now())


def _forget(work: Work, account: Account, until: Lines) -> tuple[int, int, int]:
    """Transcripts, calls and rows set aside that were removed from the lake."""
    transcripts = calls = quarantined = 0
    if until.transcripts:
        with work.lake.write() as connection:
            transcripts = purge_transcripts(connection, account.id, until.transcripts, now())
    if until.calls:
        calls = _forget_calls(work, account, until.calls)
        with work.lake.write() as connection:
            quarantined = purge_rows(connection, account.id, until.calls)
    return transcripts, calls, quarantined


def _forget_calls(work: Work, account: Account, line: dt.datetime) -> int:
    """Calls, oldest first, in pieces that each leave the views as they were."""
    with work.lake.read() as connection:
        first = first_kept(connection, account.id)
    secret, calls = secrets.token_hex(32), 0  # the same for all pieces, and nowhere afterwards
    for until in steps(first, line, STEP) if first and first < line else ():
        with work.lake.write() as connection:
            calls += purge_calls(connection, account.id, until, secret, now())
    return calls


def _due_file(work: Work) -> Path:
    """There as long as the lake's file may hold what was removed."""
    return work.state / "lake-to-write-anew"
