"""`reconcile`: what the PBXs say of their own calls, what the lake has, and what the CRMs were told, day by day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline.config import Account
from trunkline.days import local_days
from trunkline.errors import ConfigError, RemoteError
from trunkline.flows.engine import job
from trunkline.flows.outcome import Failure
from trunkline.flows.reconcile_pbx import ask
from trunkline.flows.scope import Scope
from trunkline.reconcile.days import CrmDay, Day, as_json
from trunkline.tasks.reconcile import crm_days, listed_calls, pbx_days, span_of
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import Window

PBXS_AT_ONCE = 16  # each holds the calls of its span in memory


@dataclass
class Reconciled:
    """Days per PBX and per CRM, and each part that could not be asked."""

    days: list[Day] = field(default_factory=list)
    crm_days: list[CrmDay] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """1 if any ids differ or a part failed; what is unknown for a known reason, or explained, is no fault."""
        states = {day.state for day in self.days} | {day.state for day in self.crm_days}
        return 1 if "differs" in states or self.failures else 0

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "pbx_days": [as_json(day) for day in self.days],
            "crm_days": [as_json(day) for day in self.crm_days],
            "failures": [vars(failure) for failure in self.failures],
        }


@job(name="reconcile", run_name="reconcile")
async def reconcile(
    config: str | None = None,
    accounts: Sequence[str] = (),
    pbxs: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> Reconciled:
    """Compares since ≤ t < until (default: the last 7 whole days of each account); writes nothing anywhere.

    What each CRM was told is in the ledger of activities; those that have a list of calls are asked for it too.

    Raises:
        ConfigError: The config, an id or the span cannot be used.
    """
    scope = Scope.of(config, accounts, pbxs)
    agency_zone, started_at = scope.config.agency.timezone, now()
    spans = {account.id: span_of(since, until, agency_zone, account.timezone, started_at) for account in scope.accounts}
    work = Work.open(scope.config)
    result = Reconciled()
    turn = asyncio.Semaphore(PBXS_AT_ONCE)

    async def one_pbx(site: Site) -> list[Day]:
        span = spans[site.account.id]
        days = local_days(span, site.account.timezone)
        async with turn:
            side, failures = await ask(work, site, span)
            result.failures += failures
            return await asyncio.to_thread(pbx_days, work, site, span, days, side)

    result.days = [day for days in await asyncio.gather(*map(one_pbx, scope.sites())) for day in days]
    for account in scope.accounts:
        days, failures = await crm_part(work, account, spans[account.id], scope.pbxs)
        result.crm_days += days
        result.failures += failures
    return result


async def crm_part(
    work: Work, account: Account, span: Window, pbxs: Sequence[str] = ()
) -> tuple[list[CrmDay], list[Failure]]:
    """An account's CRMs, day by day; one that cannot be asked for its list is held against the ledger alone."""
    found: list[CrmDay] = []
    failures: list[Failure] = []
    days = local_days(span, account.timezone)
    for crm in account.crm:
        listed = None
        try:
            listed = await listed_calls(work, account, crm, span)
        except (ConfigError, RemoteError) as error:
            failures.append(Failure.of(f"account {account.id}, CRM {crm.id}", error))
        found += await asyncio.to_thread(crm_days, work, account, crm, pbxs, span, days, listed)
    return found, failures
