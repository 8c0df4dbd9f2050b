"""`backfill`: the same as `sync` for a span of the past; goes on where it stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.adapters.pbx.console_lists import REACH_DAYS
from trunkline.errors import SpanError
from trunkline.flows.engine import job
from trunkline.flows.kept import Kept, remarks
from trunkline.flows.outcome import Outcome
from trunkline.flows.run_accounts import run_accounts
from trunkline.flows.scope import Scope
from trunkline.moments import moment
from trunkline.store.windows import reads_of
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import SETTLE, Window, cut, missing, settled

REQUESTS_PER_WINDOW = 3  # a day of up to 1,000 rows: call log, inbound calls, recording list


@dataclass(frozen=True)
class Planned:
    """What a backfill would ask of one PBX.

    `windows_out_of_reach` lie before the days that a v18 console tells of, `windows_not_kept` before those that the
    account keeps calls of.
    """

    account_id: str
    pbx_id: str
    windows: int
    windows_done: int
    windows_out_of_reach: int
    windows_not_kept: int
    requests_at_least: int


@job(name="backfill", run_name="backfill {since} to {until}")
async def backfill(
    since: str,
    until: str,
    config: str | None = None,
    accounts: Sequence[str] = (),
    pbxs: Sequence[str] = (),
    deliver: bool = True,
) -> Outcome:
    """Reads every window of since ≤ t < until that is not settled yet, then recordings, then delivers.

    What an account does not keep (`retention`) is not read, which the outcome says.
    """
    scope, work, span = opened(since, until, config, accounts, pbxs)
    left_out = await asyncio.to_thread(remarks, work, scope.accounts, span)
    outcome = await run_accounts(work, scope, lambda site: outstanding(work, site, span), deliver=deliver)
    outcome.remarks += left_out
    return outcome


def opened(
    since: str, until: str, config: str | None, accounts: Sequence[str], pbxs: Sequence[str]
) -> tuple[Scope, Work, Window]:
    """The scope, its places and the span.

    Raises:
        ConfigError: The config, an id or the span cannot be used.
    """
    scope = Scope.of(config, accounts, pbxs)
    zone = scope.config.agency.timezone
    first, last = moment(since, zone), min(moment(until, zone), (now() - SETTLE).replace(microsecond=0))
    if first >= last:
        raise SpanError(f"since {since} is not before until {until}, or both lie ahead", mend="swap or correct them")
    return scope, Work.open(scope.config), Window(first, last)


def outstanding(work: Work, site: Site, span: Window) -> list[Window]:
    """Windows of at most a day that are not settled, of the time that the account keeps."""
    kept = Kept.of(work, site.account, span).part
    if kept is None:
        return []
    with work.lake.read() as connection:
        reads = reads_of(connection, site.pbx.id)
    return [window for gap in missing(kept, settled(reads, site.overlap)) for window in cut(gap)]


def plan(since: str, until: str, config: str | None, accounts: Sequence[str], pbxs: Sequence[str]) -> list[Planned]:
    """`--dry-run`: what would be read, per PBX; asks nobody."""
    scope, work, span = opened(since, until, config, accounts, pbxs)
    plans = []
    for site in scope.sites():
        todo = outstanding(work, site, span)
        within = [window for window in todo if window.until > _reaches_back_to(work, site)]
        kept = Kept.of(work, site.account, span)
        plans.append(
            Planned(
                account_id=site.account.id,
                pbx_id=site.pbx.id,
                windows=len(within),
                windows_done=max(len(cut(kept.part) if kept.part else []) - len(todo), 0),
                windows_out_of_reach=len(todo) - len(within),
                windows_not_kept=len(cut(kept.beyond)) if kept.beyond else 0,
                requests_at_least=REQUESTS_PER_WINDOW * len(within),
            )
        )
    return plans


def _reaches_back_to(work: Work, site: Site) -> dt.datetime:
    """The oldest time that the PBX can tell of, as far as its last probe shows."""
    with work.lake.read() as connection:
        row = connection.execute("SELECT surface FROM pbxs WHERE pbx_id = ?", [site.pbx.id]).fetchone()
    is_console = row is not None and row[0] == "console18"
    return now() - dt.timedelta(days=REACH_DAYS) if is_console else dt.datetime.min.replace(tzinfo=dt.UTC)
