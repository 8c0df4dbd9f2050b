"""`report`: the pages, workbooks and mails of a period; on a schedule, for the accounts whose morning it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trunkline.flows.engine import job
from trunkline.flows.scope import Scope
from trunkline.tasks.report import make_reports, send_reports
from trunkline.tasks.work import Work, now

if TYPE_CHECKING:
    from trunkline.reports.build import Built

TICK = dt.timedelta(minutes=30)  # the schedule's step: every zone's full and half hours are hit once


@job(name="report", run_name="report {period}")
async def report(
    period: str,
    config: str | None = None,
    accounts: Sequence[str] = (),
    out: str = "reports-out",
    email: bool = False,
    at: str | None = None,
    weekdays: Sequence[int] = (),
) -> list[Built]:
    """Writes the reports of `period` to `out` and, with `email`, mails them.

    `at` (HH:MM) and `weekdays` (ISO, 1 is Monday) are for a schedule that ticks every half hour: only accounts in
    whose own zone it is that time are reported on, so that one schedule serves every zone and every change of clocks.
    """
    scope = Scope.of(config, accounts, ())
    work = Work.open(scope.config)
    moment = scheduled_start() if at else now()
    zones = {owner.id: owner.timezone for owner in (scope.config.agency, *scope.accounts)}
    due = {one for one, zone in zones.items() if at is None or is_due(moment, zone, at, weekdays)}
    if not due:
        return []
    await asyncio.to_thread(work.note_settings)
    chosen = [account.id for account in scope.accounts if account.id in due]
    folder = Path(out) if Path(out).is_absolute() else Path.cwd() / out
    with_agency = not accounts and scope.config.agency.id in due
    built = await make_reports(work, period, chosen, folder, moment, with_agency=with_agency)
    if email:
        await send_reports(work, built)
    return built


def is_due(moment: dt.datetime, zone: str, at: str, weekdays: Sequence[int]) -> bool:
    """Whether `at` falls into the tick that begins at `moment`, in `zone`, on one of `weekdays` (any, if none)."""
    local = moment.astimezone(ZoneInfo(zone))
    hour, minute = (int(part) for part in at.split(":"))
    wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return wanted <= local < wanted + TICK and (not weekdays or local.isoweekday() in weekdays)


def scheduled_start() -> dt.datetime:
    """When this run was meant to start: a worker that was down catches up, and the morning's mail still goes out."""
    if "prefect" in sys.modules:
        from prefect.context import FlowRunContext

        context = FlowRunContext.get()
        if context is not None and context.flow_run is not None and context.flow_run.expected_start_time:
            return context.flow_run.expected_start_time
    return now()
