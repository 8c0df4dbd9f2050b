"""What is asked of one PBX to check the lake by it; what could not be had is told as such."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from trunkline import log
from trunkline.adapters.pbx import open_surface
from trunkline.adapters.pbx.base import Surface
from trunkline.adapters.pbx.problems import SEES_PART
from trunkline.errors import BadAnswer, LakeError, NotThere, TrunklineError
from trunkline.flows.outcome import Failure
from trunkline.models import AbandonedWait, PbxReports, ReportedCall
from trunkline.reconcile.pbx import Doubt, PbxSide
from trunkline.tasks.reconcile import known_queues, look, reports
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import Window, cut

MARGIN = dt.timedelta(minutes=1)  # both sides' starts of one call may lie on either side of a midnight
V18 = {"console18", "xapi18"}
NO_REPORT_ON_V18 = "no such report: 3CX v18 has none that names its calls"
NO_REPORT_BEFORE = "no such report: it came with 3CX 20.0.6, and this one runs {version}"
NO_DIRECTORY = "abandoned calls: the PBX's queues are not known, its directory was never read; run `trunkline sync`"

logger = logging.getLogger(__name__)


@dataclass
class Asked:
    """What a PBX has reported so far; each part that could not be had is a doubt, and a failure if it should be had."""

    site: Site
    span: Window
    inbound: list[ReportedCall] = field(default_factory=list)
    abandoned: list[AbandonedWait] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, window: Window, answer: PbxReports) -> None:
        """A window's reports."""
        self.inbound += answer.inbound
        self.abandoned += answer.abandoned or ()
        if answer.unreadable:
            self.doubts.append(Doubt(window, f"{answer.unreadable} rows of its reports name no call or no time"))
        if answer.problem:
            message = log.redact(answer.problem.message)
            self.doubts.append(Doubt(window, f"abandoned calls: {message}", "abandoned"))
            if answer.problem.code != NotThere.code:
                part = f"{self.site.where}, {window}"
                self.failures.append(Failure(part, answer.problem.code, message, answer.problem.mend))

    def lost(self, window: Window, failure: Failure) -> None:
        """A window of which nothing could be had."""
        self.failures.append(failure)
        self.doubts.append(Doubt(window, f"the PBX could not be asked: {failure.message}", "all"))

    def side(self, queues: Sequence[str]) -> PbxSide:
        """The PBX's side of the comparison."""
        return PbxSide(self.inbound, self.abandoned, queues, self.doubts)


async def ask(work: Work, site: Site, span: Window) -> tuple[PbxSide, list[Failure]]:
    """The PBX's own account of a span, and what failed; a PBX without such reports is not signed in to."""
    asked = Asked(site, span)
    queues = await asyncio.to_thread(known_queues, work, site)
    with log.context(account=site.account.id, pbx=site.pbx.id):
        try:
            surface = open_surface(site.pbx, site.account, work.state)
        except TrunklineError as error:
            asked.lost(span, Failure.of(site.where, error))
            return asked.side(queues or ()), asked.failures
        try:
            await _read(work, asked, surface, queues)
        except LakeError:
            raise
        except TrunklineError as error:
            asked.lost(span, Failure.of(site.where, error))
        except Exception as error:  # a fault met at one PBX must not end the others' run (contract §5.4)
            logger.exception("a fault of trunkline's own")
            asked.lost(span, Failure.fault(site.where, error))
        finally:
            await surface.aclose()
    return asked.side(queues or ()), asked.failures


async def _read(work: Work, asked: Asked, surface: Surface, queues: list[str] | None) -> None:
    """Window after window; one that fails is noted and the next is tried, unless the PBX is gone.

    A wait in a queue may begin long after its call, and so after the span.
    """
    site, span = asked.site, asked.span
    if surface.name in V18:
        asked.doubts.append(Doubt(span, NO_REPORT_ON_V18, "all"))
        return
    found = await look(work, site, surface)
    asked.doubts += [Doubt(span, one.message) for one in found.problems if one.code == SEES_PART.code]
    if queues is None:
        asked.doubts.append(Doubt(span, NO_DIRECTORY, "abandoned"))
    windows = cut(Window(span.since - MARGIN, min(span.until + site.overlap, now().replace(microsecond=0))))
    work.watcher.ahead("reports", len(windows))
    for window in windows:
        try:
            answer = await reports(site, surface, window, queues or ())
        except BadAnswer as error:
            asked.lost(window, Failure.of(f"{site.where}, {window}", error))
            continue
        except TrunklineError as error:
            asked.lost(Window(window.since, windows[-1].until), Failure.of(site.where, error))
            return
        work.watcher.done("reports")
        if answer is None:
            asked.doubts.append(
                Doubt(span, NO_REPORT_BEFORE.format(version=found.version or "an unknown version"), "all")
            )
            return
        asked.add(window, answer)
