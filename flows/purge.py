"""`purge`: each account's retention, class by class (contract §3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from filelock import FileLock, Timeout

from trunkline import log
from trunkline.adapters import audit
from trunkline.config import Account, Retention
from trunkline.errors import LakeError, TrunklineError
from trunkline.flows.engine import job
from trunkline.flows.outcome import Failure
from trunkline.flows.scope import Scope
from trunkline.tasks.purge import Purged, audit_fields, finish, purge_account, to_purge
from trunkline.tasks.work import Work

logger = logging.getLogger(__name__)
RETENTION_MEND = "see that [store] can be reached and written; what is done stays, and the next run goes on"


@dataclass
class PurgeOutcome:
    """What was removed, account by account, and each part that failed. Accounts that keep all for ever are left out."""

    dry_run: bool = False
    purged: list[Purged] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 all done, 1 done but some part failed (contract §2)."""
        return 1 if self.failures else 0

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the flow run's result."""
        failures = [vars(one) for one in self.failures]
        return {"dry_run": self.dry_run, **audit_fields(self.purged), "failures": failures}


@job(name="purge", run_name="purge")
async def purge(config: str | None = None, accounts: Sequence[str] = (), dry_run: bool = False) -> PurgeOutcome:
    """Removes what the accounts no longer keep; with `dry_run` it only says what that is."""
    scope = Scope.of(config, accounts, ())
    return await apply_retention(Work.open(scope.config), scope.accounts, dry_run=dry_run)


async def apply_retention(work: Work, accounts: Sequence[Account], *, dry_run: bool = False) -> PurgeOutcome:
    """One account after the other; one that fails is noted and passed over (contract §5.4).

    Raises:
        TrunklineError: Another purge is running.
        LakeError: The lake cannot be written.
    """
    outcome = PurgeOutcome(dry_run)
    limited = [account for account in accounts if account.retention != Retention()]
    try:
        with FileLock(work.state / "purge.lock", timeout=0):
            for account in limited:
                with log.context(account=account.id):
                    await _one_account(work, account, outcome)
            if not dry_run:
                await _finish(work, outcome)
                await asyncio.to_thread(audit.note, work.state, "purge", **audit_fields(outcome.purged))
    except Timeout:
        raise TrunklineError("another purge is running", mend="wait for it to end") from None
    return outcome


def said(one: Purged, *, is_done: bool = True) -> str:
    """Per class how many of what, in a line."""
    not_fetched = f", {one.recordings_not_fetched} too old to be fetched" if one.recordings_not_fetched else ""
    set_aside = f", {one.quarantined} rows that could not be read" if one.quarantined else ""
    landed = f"{one.landed_files} landing files" + (
        f", {one.landed_silenced} more without their transcripts" if one.landed_silenced else ""
    )
    return (
        f"{'removed' if is_done else 'to be removed'}: recordings: {one.recordings} files{not_fetched}; "
        f"transcripts: {one.transcripts}; calls: who called in {one.calls} calls{set_aside}, {landed}"
    )


async def _finish(work: Work, outcome: PurgeOutcome) -> None:
    try:
        await finish(work)
    except LakeError as error:
        outcome.failures.append(Failure.of("lake", error))


async def _one_account(work: Work, account: Account, outcome: PurgeOutcome) -> None:
    where = f"account {account.id}, retention"
    try:
        outcome.purged.append(await (to_purge if outcome.dry_run else purge_account)(work, account))
    except LakeError:
        raise  # nothing can be written: no other account would fare better
    except TrunklineError as error:
        outcome.failures.append(Failure.of(where, error))
    except OSError as error:
        outcome.failures.append(Failure(where, "store", log.redact(str(error).splitlines()[0]), RETENTION_MEND))
    except Exception as error:
        logger.exception("a fault of trunkline's own")
        outcome.failures.append(Failure.fault(where, error))
