"""`recordings` and `deliver`: one stage of `sync` alone, for what is outstanding."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from trunkline.flows.engine import job
from trunkline.flows.outcome import Outcome
from trunkline.flows.run_accounts import deliver_account, run_accounts
from trunkline.flows.scope import Scope
from trunkline.tasks.work import Work


@job(name="recordings", run_name="recordings")
async def fetch_recordings(
    config: str | None = None, accounts: Sequence[str] = (), pbxs: Sequence[str] = ()
) -> Outcome:
    """Fetches the recordings that are still outstanding; reads no window."""
    scope = Scope.of(config, accounts, pbxs)
    return await run_accounts(Work.open(scope.config), scope, lambda _site: [], deliver=False)


@job(name="deliver", run_name="deliver")
async def deliver(config: str | None = None, accounts: Sequence[str] = (), retry_failed: bool = False) -> Outcome:
    """Sends the activities that are still outstanding, or also those that were refused."""
    scope = Scope.of(config, accounts, ())
    work = Work.open(scope.config)
    await asyncio.to_thread(work.note_settings)
    outcome = Outcome()
    with work.lake.lingering():
        await asyncio.gather(
            *(deliver_account(work, account, outcome, retry_failed=retry_failed) for account in scope.accounts)
        )
    return outcome
