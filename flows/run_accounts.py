"""The fan-out that every job shares: PBXs side by side, then each account's CRMs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from trunkline.config import Account
from trunkline.errors import ConfigError, LakeError
from trunkline.flows.outcome import Failure, Outcome
from trunkline.flows.read_pbx import read_pbx
from trunkline.flows.scope import Scope
from trunkline.tasks.crm import deliver_to
from trunkline.tasks.work import Site, Work
from trunkline.windows import Window

logger = logging.getLogger(__name__)
PBXS_AT_ONCE = 32  # each holds one window in memory


async def run_accounts(work: Work, scope: Scope, plan: Callable[[Site], list[Window]], *, deliver: bool) -> Outcome:
    """All accounts side by side; a PBX or CRM that fails is reported in the outcome and stops no other."""
    outcome = Outcome()
    turn = asyncio.Semaphore(PBXS_AT_ONCE)
    await asyncio.to_thread(work.note_settings)

    async def one_pbx(site: Site) -> None:
        async with turn:
            await read_pbx(work, site, await asyncio.to_thread(plan, site), outcome)

    async def one_account(account: Account) -> None:
        await asyncio.gather(*(one_pbx(site) for site in scope.sites(account)))
        if deliver:
            await deliver_account(work, account, outcome)

    with work.lake.lingering():
        await asyncio.gather(*(one_account(account) for account in scope.accounts))
    return outcome


async def deliver_account(work: Work, account: Account, outcome: Outcome, *, retry_failed: bool = False) -> None:
    """Every CRM of an account; adds what was done, and what failed, to the outcome."""
    for crm in account.crm:
        where = f"account {account.id}, CRM {crm.id}"
        try:
            result = await deliver_to(work, account, crm, retry_failed=retry_failed)
        except LakeError:
            raise
        except ConfigError as error:  # of what signs links: it is no fault of the CRM's, and stops no other job
            outcome.failures.append(Failure.of(where, error))
            continue
        except Exception as error:  # a fault met at one CRM must not end the others' run (contract §5.4)
            logger.exception("a fault of trunkline's own")
            outcome.failures.append(Failure.fault(where, error))
            continue
        for state, count in result.counts.items():
            outcome.activities[state] = outcome.activities.get(state, 0) + count
        outcome.failures += [Failure.of(where, error) for error in result.errors]
        if refused := result.counts["failed"]:
            reason = f"{refused} activities were refused"
            outcome.failures.append(
                Failure(where, "refused", reason, "see `trunkline status`, then `deliver --retry-failed`")
            )
