"""`sync`: every window that is due, then recordings, then the CRMs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

from trunkline.flows.engine import job
from trunkline.flows.kept import Kept, remarks
from trunkline.flows.outcome import Outcome
from trunkline.flows.run_accounts import run_accounts
from trunkline.flows.scope import Scope
from trunkline.moments import moment
from trunkline.store.recordings import EXPECTED_DAYS
from trunkline.store.windows import first_asked, reads_of
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import FIRST_SYNC, SETTLE, Window, cut, due


@job(name="sync", run_name="sync")
async def sync(
    config: str | None = None,
    accounts: Sequence[str] = (),
    pbxs: Sequence[str] = (),
    until: str | None = None,
    reread_days: float = 0,
    deliver: bool = True,
) -> Outcome:
    """Reads what is due up to `until` (default: now), or again the last `reread_days`; then delivers.

    `config` is the config file's path; `accounts` and `pbxs` narrow the run to these ids.
    """
    scope = Scope.of(config, accounts, pbxs)
    work = Work.open(scope.config)
    asked = moment(until, scope.config.agency.timezone) if until else now()
    ends_at = min(asked, now() - SETTLE).replace(microsecond=0)

    again = Window(ends_at - dt.timedelta(days=reread_days), ends_at) if reread_days else None

    def plan(site: Site) -> list[Window]:
        if not again:
            return due_windows(work, site, ends_at)
        kept = Kept.of(work, site.account, again).part
        return cut(kept) if kept else []

    left_out = await asyncio.to_thread(remarks, work, scope.accounts, again) if again else []
    outcome = await run_accounts(work, scope, plan, deliver=deliver)
    outcome.remarks += left_out
    return outcome


def due_windows(work: Work, site: Site, ends_at: dt.datetime) -> list[Window]:
    """What was not read yet, from the first window ever asked for on; from some days back of a new PBX.

    Nothing of what the account no longer keeps, which a window that failed long ago would have it read for ever.
    """
    with work.lake.read() as connection:
        reads = reads_of(connection, site.pbx.id, ends_at - dt.timedelta(days=EXPECTED_DAYS))
        since = first_asked(connection, site.pbx.id) or ends_at - FIRST_SYNC
    kept = Kept.of(work, site.account, Window(since, ends_at)).part if since < ends_at else None
    return due(kept, reads, site.overlap) if kept else []
