"""`replay`: all calls and legs again from what was landed, without asking any PBX."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline import log
from trunkline.errors import LakeError, TrunklineError
from trunkline.flows.engine import job
from trunkline.flows.outcome import Failure
from trunkline.flows.scope import Scope
from trunkline.tasks.replay import Replayed, replay_pbx
from trunkline.tasks.work import Site, Work

logger = logging.getLogger(__name__)
MEND = "restore it from a backup, or remove it; the calls that only it tells of are as they were"


@dataclass
class ReplayOutcome:
    """What was rebuilt, PBX by PBX, and each part that failed."""

    pbxs: list[Replayed] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 all done, 1 done but some part failed (contract §2)."""
        return 1 if self.failures else 0

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the flow run's result."""
        return {"pbxs": [vars(one) for one in self.pbxs], "failures": [vars(one) for one in self.failures]}


@job(name="replay", run_name="replay")
async def replay(config: str | None = None, accounts: Sequence[str] = (), pbxs: Sequence[str] = ()) -> ReplayOutcome:
    """Rebuilds one PBX after the other; one that fails is noted and passed over (contract §5.4)."""
    scope = Scope.of(config, accounts, pbxs)
    work = Work.open(scope.config)
    await asyncio.to_thread(work.note_settings)
    outcome = ReplayOutcome()
    for site in scope.sites():
        with log.context(account=site.account.id, pbx=site.pbx.id):
            await _one_pbx(work, site, outcome)
    return outcome


async def _one_pbx(work: Work, site: Site, outcome: ReplayOutcome) -> None:
    try:
        done = await replay_pbx(work, site)
    except LakeError:
        raise  # nothing can be written: no other PBX would fare better
    except TrunklineError as error:
        outcome.failures.append(Failure.of(site.where, error))
    except Exception as error:
        logger.exception("a fault of trunkline's own")
        outcome.failures.append(Failure.fault(site.where, error))
    else:
        outcome.pbxs.append(done)
        outcome.failures += [
            Failure(f"{site.where}, {file}", "unreadable_file", reason, MEND)
            for file, reason in done.unreadable.items()
        ]
