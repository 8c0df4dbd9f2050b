"""`report`: the pages, workbooks and mails of a period; on a schedule, for the accounts whose morning it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from trunkline.config import Account, Agency
from trunkline.errors import LakeLocked, TrunklineError
from trunkline.flows.engine import job
from trunkline.flows.outcome import Failure
from trunkline.flows.scope import Scope
from trunkline.periods import parse
from trunkline.reports import pdf as pdfs
from trunkline.reports.write import Built
from trunkline.store import mails
from trunkline.store.lake import Lake
from trunkline.tasks.mailing import Already, send_reports
from trunkline.tasks.report import make_reports
from trunkline.tasks.step import in_flow_run
from trunkline.tasks.work import Work, now

TICK = dt.timedelta(minutes=30)  # the schedule's step: every zone's full and half hours are hit once
AGAIN_WITHIN = dt.timedelta(hours=12)  # a mail that no server took in the morning is tried again until the evening


@dataclass(frozen=True)
class Reported:
    """What was written, how many reports were mailed, who had theirs already, and what could not be mailed.

    `quiet`: accounts that had no calls and want no mail then.
    """

    built: list[Built]
    mailed: int
    failures: list[Failure]
    already: list[Already] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)


@job(name="report", run_name="report {period}")
async def report(
    period: str,
    config: str | None = None,
    accounts: Sequence[str] = (),
    out: str = "reports-out",
    email: bool = False,
    resend: bool = False,
    at: str | None = None,
    weekdays: Sequence[int] = (),
    pdf: bool = False,
) -> Reported:
    """Writes the reports of `period` to `out`, with `pdf` (or the config's) as PDFs too.

    `email`: mails them to whom did not get them yet.

    `resend`: mails them to all again. `at` (HH:MM) and `weekdays` (ISO, 1 is Monday) are for a schedule that ticks
    every half hour: only those are mailed in whose own zone it is that time, so that one schedule serves every zone
    and every change of clocks; and, until the evening, those that a server put off or a killed run left.
    """
    scope = Scope.of(config, accounts, ())
    with_pdf = pdf or scope.config.agency.pdf
    if with_pdf or "pdf" in scope.config.agency.attach:
        pdfs.require()
    work = Work.open(scope.config)
    moment = scheduled_start() if at else now()
    readers: list[Agency | Account] = [scope.config.agency, *scope.accounts]
    due = {one.id for one in readers} if at is None else due_now(work.lake, period, readers, moment, at, weekdays)
    if not due:
        return Reported([], 0, [])
    await asyncio.to_thread(work.note_settings)
    folder = scope.config.path.parent / out
    wanted = [account.id for account in scope.accounts if account.id in due]
    if scope.config.agency.id in due and not accounts:
        wanted = []  # the agency's report needs, and brings, all accounts'
    made = await asyncio.to_thread(make_reports, work.lake, scope.config, period, wanted, folder, moment, with_pdf)
    built = [one for one in made if one.scope in due]
    if not email:
        return Reported(built, 0, [])
    done = await asyncio.to_thread(send_reports, work.lake, scope.config, built, now, resend=resend)
    failures = [Failure.of(f"mail of {one}", error) for one, error in done.failures.items()]
    if failures and in_flow_run():
        raise TrunklineError("; ".join(map(str, failures)))  # a run that nobody watches must not end in green
    return Reported(built, len(done.sent), failures, done.already, done.quiet)


def due_now(
    lake: Lake, period: str, readers: Sequence[Agency | Account], moment: dt.datetime, at: str, weekdays: Sequence[int]
) -> set[str]:
    """The ids of those whose time it is, or was today and whose mail did not get through."""
    due = {one.id for one in readers if is_due(moment, one.timezone, at, weekdays)}
    late = {
        one.id: parse(period, one.timezone, moment).label
        for one in readers
        if one.report_to and one.id not in due and is_due(moment, one.timezone, at, weekdays, AGAIN_WITHIN)
    }
    if not late:
        return due
    try:
        with lake.read() as connection:
            return due | mails.waiting(connection, late)
    except LakeLocked:
        return due  # the next tick looks again


def is_due(moment: dt.datetime, zone: str, at: str, weekdays: Sequence[int], within: dt.timedelta = TICK) -> bool:
    """Whether in `zone` it is `at`, or less than `within` later that day, on one of `weekdays` (any, if none).

    Once a day for every `at` up to 23:30, except in the hour that a change of clocks repeats or skips.
    """
    local = moment.astimezone(ZoneInfo(zone))
    hour, minute = (int(part) for part in at.split(":"))
    late = dt.timedelta(hours=local.hour - hour, minutes=local.minute - minute, seconds=local.second)
    return dt.timedelta() <= late < within and (not weekdays or local.isoweekday() in weekdays)


def scheduled_start() -> dt.datetime:
    """When this run was meant to start: a worker that was down catches up, and the morning's mail still goes out."""
    if "prefect" in sys.modules:
        from prefect.context import FlowRunContext

        context = FlowRunContext.get()
        if context is not None and context.flow_run is not None and context.flow_run.expected_start_time:
            return context.flow_run.expected_start_time
    return now()
