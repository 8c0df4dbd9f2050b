"""The fan-out that `sync` and `backfill` share: PBXs side by side, then each account's CRMs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from trunkline.flows.outcome import Failure, Outcome
from trunkline.flows.read_pbx import read_pbx
from trunkline.tasks.deliver import deliver_account
from trunkline.tasks.work import Site, Work

from trunkline.config import Account
from trunkline.errors import TrunklineError
from trunkline.windows import Window

PBXS_AT_ONCE = 32  # each holds one window in memory


async def run_accounts(
    work: Work,
    accounts: tuple[Account, ...],
    pbxs: tuple[str, ...],
    plan: Callable[[Site], list[Window]],
    *,
    deliver: bool,
) -> Outcome:
    """All accounts side by side; a PBX or CRM that fails is reported in the outcome and stops no other."""
    outcome = Outcome()
    turn = asyncio.Semaphore(PBXS_AT_ONCE)
    await asyncio.to_thread(work.note_settings)

    async def one_pbx(site: Site) -> None:
        async with turn:
            await read_pbx(work, site, await asyncio.to_thread(plan, site), outcome)

    async def one_account(account: Account) -> None:
        sites = [Site(account, pbx) for pbx in account.pbx if not pbxs or pbx.id in pbxs]
        await asyncio.gather(*(one_pbx(site) for site in sites))
        if deliver:
            await _deliver(work, account, outcome)

    await asyncio.gather(*(one_account(account) for account in accounts))
    return outcome


async def _deliver(work: Work, account: Account, outcome: Outcome) -> None:
    for crm in account.crm:
        where = f"account {account.id}, CRM {crm.id}"
        try:
            result = await deliver_account(work, account, crm)
        except TrunklineError as error:
            outcome.failures.append(Failure.of(where, error))
            continue
        for state, count in result.counts.items():
            outcome.activities[state] = outcome.activities.get(state, 0) + count
        outcome.failures += [Failure.of(where, error) for error in result.errors]
