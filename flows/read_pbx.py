"""What is done at one PBX, top to bottom: probe, directory, windows, recordings."""

from __future__ import annotations

import asyncio
import logging

from trunkline import log
from trunkline.adapters.pbx import open_surface
from trunkline.adapters.pbx.base import Surface
from trunkline.calls.facts import PbxFacts
from trunkline.errors import BadAnswer, LakeError, OutOfReach, TrunklineError
from trunkline.flows.outcome import Failure, Outcome
from trunkline.models import Probe
from trunkline.tasks.failed import forget_failed, note_failed, note_unasked
from trunkline.tasks.probe import directory, may_read, note_remarks, probe
from trunkline.tasks.purge import pass_over_old
from trunkline.tasks.recordings import is_waiting, recordings
from trunkline.tasks.work import Site, Work
from trunkline.windows import Window

logger = logging.getLogger(__name__)


async def read_pbx(work: Work, site: Site, windows: list[Window], outcome: Outcome) -> None:
    """Everything that is due at one PBX; what fails is noted and passed over (contract §5.4).

    A PBX from which nothing is due is not asked at all.
    """
    if not windows and not await asyncio.to_thread(is_waiting, work, site):
        return
    with log.context(account=site.account.id, pbx=site.pbx.id):
        todo = list(windows)
        try:
            surface = open_surface(site.pbx, site.account, work.state)
        except TrunklineError as error:
            await _give_up(work, site, todo, error, outcome)
            return
        try:
            found = may_read(await probe(work, site, surface))
            await _read_windows(work, site, surface, todo, outcome)
            await _fetch_recordings(work, site, surface, found, windows, outcome)
            await asyncio.to_thread(note_remarks, work.lake, site, surface.remarks())
        except LakeError:
            raise  # nothing can be written: no other PBX would fare better
        except TrunklineError as error:
            await _give_up(work, site, todo, error, outcome)
        except Exception as error:
            logger.exception("a fault of trunkline's own")
            failure = Failure.fault(site.where, error)
            await _give_up(work, site, todo, TrunklineError(failure.message, mend=failure.mend), outcome)
        finally:
            await surface.aclose()


async def _give_up(work: Work, site: Site, todo: list[Window], error: TrunklineError, outcome: Outcome) -> None:
    """What was not read yet is noted with the reason, and is due again next time."""
    outcome.failures.append(Failure.of(site.where, error))
    await note_failed(work, site, todo, error)
    await note_unasked(work, site, error)


async def _read_windows(work: Work, site: Site, surface: Surface, todo: list[Window], outcome: Outcome) -> None:
    """Window after window, oldest first, taken from `todo` once it is dealt with.

    One that is badly answered is noted, and the next is tried; whatever else goes wrong is wrong with the PBX.
    """
    if not todo:
        return
    work.watcher.ahead("windows", len(todo))
    facts = PbxFacts(
        pbx_id=site.pbx.id,
        account_id=site.account.id,
        region=site.account.country,
        surface=surface.name,
        zone=site.account.timezone,
        directory=await directory(work, site, surface),
    )
    beyond: list[Window] = []
    out_of_reach: OutOfReach | None = None
    while todo:
        with log.context(window=str(todo[0])):
            try:
                await _read_window(work, site, surface, facts, todo[0], outcome)
            except OutOfReach as error:
                beyond.append(todo[0])
                out_of_reach = error
                await forget_failed(work, site, todo[0])
            except BadAnswer as error:
                outcome.failures.append(Failure.of(f"{site.where}, {todo[0]}", error))
                await note_failed(work, site, todo[:1], error)
            del todo[0]
            work.watcher.done("windows")
    if out_of_reach:
        span = Window(beyond[0].since, beyond[-1].until)
        outcome.failures.append(Failure.of(f"{site.where}, {span}", out_of_reach))


async def _read_window(
    work: Work, site: Site, surface: Surface, facts: PbxFacts, window: Window, outcome: Outcome
) -> None:
    from trunkline.tasks.extract import extract  # Polars takes half a second, and is needed only here
    from trunkline.tasks.load import load

    pieces = await extract(work, site, surface, facts, window)
    changed = await load(work, site, pieces)  # awaited apart: `+=` over an await loses what others add
    outcome.calls_changed += changed
    outcome.windows += 1
    for piece in pieces:
        outcome.rows += piece.row.rows
        outcome.calls += piece.row.calls
        if piece.row.state != "complete":
            reason = piece.row.error or "rows outside the window, or more than the PBX's limit"
            outcome.failures.append(Failure(f"{site.where}, {window}", piece.row.state, reason))


async def _fetch_recordings(
    work: Work, site: Site, surface: Surface, found: Probe, windows: list[Window], outcome: Outcome
) -> None:
    """Recordings never stop the call history: a failure here is reported beside it."""
    try:
        await asyncio.to_thread(pass_over_old, work, site.account)
        fetched = await recordings(work, site, surface, found, windows[0].since if windows else None)
    except LakeError:
        raise
    except TrunklineError as error:
        outcome.failures.append(Failure.of(f"{site.where}, recordings", error))
        await note_unasked(work, site, error)
        return
    outcome.recordings_asked += fetched.asked
    outcome.recordings_stored += fetched.stored
