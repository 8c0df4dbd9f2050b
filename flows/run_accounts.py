"""The fan-out that every job shares: PBXs side by side, then each account's CRMs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline.flows.outcome import Failure, Outcome
from trunkline.flows.read_pbx import read_pbx
from trunkline.tasks.crm import deliver_to
from trunkline.tasks.work import Site, Work

from trunkline import configfile
from trunkline.config import Account, Config
from trunkline.windows import Window

PBXS_AT_ONCE = 32  # each holds one window in memory


@dataclass(frozen=True)
class Scope:
    """What a run works on: the config, and the accounts and PBXs named (all, if none is)."""

    config: Config
    accounts: tuple[Account, ...]
    pbxs: tuple[str, ...]

    @classmethod
    def of(cls, config: str | None, accounts: Sequence[str], pbxs: Sequence[str]) -> Scope:
        """Reads the config.

        Raises:
            ConfigError: It cannot be used, or has no such id.
        """
        settings = configfile.load(Path(config) if config else None)
        return cls(settings, configfile.account_ids(settings, tuple(accounts), tuple(pbxs)), tuple(pbxs))

    def sites(self, account: Account | None = None) -> list[Site]:
        """The PBXs, of all accounts or of one."""
        return [
            Site(owner, pbx)
            for owner in ([account] if account else self.accounts)
            for pbx in owner.pbx
            if not self.pbxs or pbx.id in self.pbxs
        ]


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

    await asyncio.gather(*(one_account(account) for account in scope.accounts))
    return outcome


async def deliver_account(work: Work, account: Account, outcome: Outcome, *, retry_failed: bool = False) -> None:
    """Every CRM of an account; adds what was done, and what failed, to the outcome."""
    for crm in account.crm:
        where = f"account {account.id}, CRM {crm.id}"
        result = await deliver_to(work, account, crm, retry_failed=retry_failed)
        for state, count in result.counts.items():
            outcome.activities[state] = outcome.activities.get(state, 0) + count
        outcome.failures += [Failure.of(where, error) for error in result.errors]
        if refused := result.counts["failed"]:
            reason = f"{refused} activities were refused"
            outcome.failures.append(
                Failure(where, "refused", reason, "see `trunkline status`, then `deliver --retry-failed`")
            )
