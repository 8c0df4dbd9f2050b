"""What is done at one PBX, top to bottom: probe, directory, windows, recordings."""

from __future__ import annotations

import asyncio
import logging

from trunkline import log
from trunkline.adapters.pbx import open_surface
from trunkline.adapters.pbx.base import Surface
from trunkline.calls.facts import PbxFacts
from trunkline.errors import Forbidden, LakeError, RemoteError, TrunklineError, Unreachable, Unsupported
from trunkline.flows.outcome import Failure, Outcome
from trunkline.models import Probe
from trunkline.tasks.failed import note_failed
from trunkline.tasks.probe import directory, probe
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
        try:
            surface = open_surface(site.pbx, site.account, work.state)
        except TrunklineError as error:
            outcome.failures.append(Failure.of(site.where, error))
            return
        try:
            found = await probe(work, site, surface)
            await _read_windows(work, site, surface, windows, outcome)
            await _fetch_recordings(work, site, surface, found, outcome)
        except RemoteError as error:
            outcome.failures.append(Failure.of(site.where, error))
            await note_failed(work, site, windows, error)
        except LakeError:
            raise  # nothing can be written: no other PBX would fare better
        except Exception as error:
            logger.exception("a fault of trunkline's own")
            outcome.failures.append(Failure(site.where, "fault", repr(error), "report it with the lines logged above"))
        finally:
            await surface.aclose()


async def _read_windows(work: Work, site: Site, surface: Surface, windows: list[Window], outcome: Outcome) -> None:
    """Window after window, oldest first; one that fails is noted, and the next is tried unless the PBX is gone."""
    if not windows:
        return
    work.watcher.ahead("windows", len(windows))
    facts = PbxFacts(
        pbx_id=site.pbx.id,
        account_id=site.account.id,
        region=site.account.country,
        surface=surface.name,
        zone=site.account.timezone,
        directory=await directory(work, site, surface),
    )
    from trunkline.tasks.extract import extract  # Polars takes half a second, and is needed only here
    from trunkline.tasks.load import load

    for window in windows:
        with log.context(window=str(window)):
            try:
                pieces = await extract(work, site, surface, facts, window)
            except (Unreachable, Unsupported, Forbidden):
                raise
            except RemoteError as error:
                outcome.failures.append(Failure.of(f"{site.where}, {window}", error))
                await note_failed(work, site, [window], error)
                continue
            changed = await load(work, site, pieces)  # awaited apart: `+=` over an await loses what others add
            outcome.calls_changed += changed
            for piece in pieces:
                outcome.rows += piece.row.rows
                outcome.calls += piece.row.calls
                if piece.row.state != "complete":
                    reason = piece.row.error or "rows outside the window, or more than the PBX's limit"
                    outcome.failures.append(Failure(f"{site.where}, {window}", piece.row.state, reason))
            outcome.windows += 1
            work.watcher.done("windows")


async def _fetch_recordings(work: Work, site: Site, surface: Surface, found: Probe, outcome: Outcome) -> None:
    """Recordings never stop the call history: a failure here is reported beside it."""
    try:
        fetched = await recordings(work, site, surface, found)
    except LakeError:
        raise
    except TrunklineError as error:
        outcome.failures.append(Failure.of(f"{site.where}, recordings", error))
        return
    outcome.recordings_asked += fetched.asked
    outcome.recordings_stored += fetched.stored
