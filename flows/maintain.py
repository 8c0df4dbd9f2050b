"""`maintain`: the daily look at every part, the accounts' retention, and the sweeping up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from trunkline.config import Account
from trunkline.errors import TrunklineError
from trunkline.flows.engine import job
from trunkline.flows.purge import apply_retention, said
from trunkline.flows.reconcile import crm_part
from trunkline.flows.scope import Scope
from trunkline.tasks.doctor import examine
from trunkline.tasks.doctor_pbx import Check
from trunkline.tasks.reconcile import keep_crm_days, span_of
from trunkline.tasks.work import Work, now

LEFTOVER_SECONDS = 24 * 3_600  # a staged or half-fetched file this old belongs to no living run


@job(name="maintain", run_name="maintain")
async def maintain(
    config: str | None = None, accounts: Sequence[str] = (), pbxs: Sequence[str] = (), retention: bool = True
) -> list[Check]:
    """Examines every part, removes what is kept no longer, and sweeps up what killed runs left.

    `retention`: false where somebody only wants to look (`trunkline doctor`).
    """
    scope = Scope.of(config, accounts, pbxs)
    work = Work.open(scope.config)
    checks = await examine(work, scope.sites(), scope.accounts)
    await asyncio.to_thread(work.note_settings)
    if retention:
        checks += await _look_at_crms(work, scope.accounts)
        checks += await _apply_retention(work, scope.accounts)
    await asyncio.to_thread(sweep, work)
    return checks


async def _look_at_crms(work: Work, accounts: Sequence[Account]) -> list[Check]:
    """Holds each CRM's own list of the last days against the ledger, for the agency's mail; what could not be asked."""
    checks = []
    for account in accounts:
        span = span_of(None, None, account.timezone, account.timezone, now())
        days, failures = await crm_part(work, account, span)
        await asyncio.to_thread(keep_crm_days, work, days)
        checks += [Check(one.part, "list of calls", "warn", one.message, one.mend) for one in failures]
    return checks


async def _apply_retention(work: Work, accounts: Sequence[Account]) -> list[Check]:
    """What was removed, as checks: a retention that is not carried out is to be mended like anything else."""
    try:
        outcome = await apply_retention(work, accounts)
    except TrunklineError as error:
        return [Check("retention", "purge", "fail", error.message, error.mend)]
    done = [Check(f"account {one.account_id}", "retention", "ok", said(one)) for one in outcome.purged]
    return done + [Check(one.part, "purge", "fail", one.message, one.mend) for one in outcome.failures]


def sweep(work: Work) -> int:
    """Removes staged and half-fetched files of runs that were killed; returns how many."""
    folders = (work.state / "staged", work.recordings.partial_folder(work.state))
    old = [path for folder in folders for path in folder.rglob("*") if path.is_file() and _is_old(path)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - LEFTOVER_SECONDS
