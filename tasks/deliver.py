"""Delivers calls to CRMs: each activity once, whatever is lost on the way (contract §5.4, §5.5, §5.10).

The ledger comes first. A batch is marked `pending` with one more attempt, and only when that is on disk is it sent;
then it is marked again. An activity that is `pending` with attempts behind it may have arrived: it is looked up in
the CRM by our own key before it is sent again. So a process may be killed at any point.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline import log
from trunkline.adapters.crm.base import CrmAdapter
from trunkline.adapters.crm.contacts import Contacts
from trunkline.adapters.crm.kinds import adapter_for
from trunkline.adapters.crm.steps import LinkTo, OpenRecording, Stored
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.errors import ConfigError, RemoteError, TrunklineError
from trunkline.store.lake import Lake
from trunkline.tasks.deliver_batch import Engine
from trunkline.tasks.deliver_callbacks import Callbacks
from trunkline.tasks.deliver_ledger import Ledger
from trunkline.tasks.deliver_outcome import Course

BATCH_CALLS = 50  # marked pending together: what a killed process leaves to be looked up
logger = logging.getLogger(__name__)


@dataclass
class DeliveryResult:
    """What one run did for one CRM: activities by their new state, and what went wrong with the CRM itself."""

    account_id: str
    crm_id: str
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[TrunklineError] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything that was due is delivered or skipped."""
        return not (self.errors or self.counts["failed"] or self.counts["pending"])


async def deliver(
    lake: Lake,
    account: Account,
    crm: Crm,
    open_recording: OpenRecording,
    *,
    link_to: LinkTo | None = None,
    since: dt.datetime | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    connect: Callable[[Crm, Path], CrmAdapter] = adapter_for,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> DeliveryResult:
    """Sends what is outstanding for one CRM, oldest call first; `limit` is a number of calls.

    What goes wrong with the CRM is in the result. Two deliveries to one CRM never run at once: a lock beside the
    lake, which a killed process gives back.

    Raises:
        LakeError: The lake cannot be used.
    """
    result = DeliveryResult(account.id, crm.id)
    ledger = Ledger(lake, account, crm, since, retry_failed, clock)
    lake.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.context(account=account.id, crm=crm.id):
        try:
            with FileLock(lake.path.with_name(f"{lake.path.stem}.deliver-{crm.id}.lock"), timeout=0):
                await asyncio.to_thread(ledger.enqueue)
                adapter = connect(crm, lake.path.parent / "state")
                try:
                    await _deliver(ledger, adapter, Stored(crm.recordings, open_recording, link_to), limit, result)
                finally:
                    await adapter.aclose()
        except Timeout:
            mend = "wait for it to end; nothing was sent"
            result.errors.append(TrunklineError("another delivery to it is running", where=f"CRM {crm.id}", mend=mend))
        except (ConfigError, RemoteError) as error:
            result.errors.append(error)
        for problem in result.errors:
            logger.warning("%s", problem)
    return result


async def _deliver(
    ledger: Ledger, adapter: CrmAdapter, stored: Stored, limit: int | None, result: DeliveryResult
) -> None:
    """Page after page, batch after batch, until nothing is due, the limit is reached or the CRM says stop."""
    course, account, crm, clock = Course(), ledger.account, ledger.crm, ledger.clock
    contacts = Contacts(adapter, crm, account.country, ledger.memory, clock)
    engine = Engine(
        adapter,
        contacts,
        course,
        own_numbers=ledger.own_numbers,
        stored=stored,
        record=ledger.record,
        clock=clock,
    )
    result.counts = course.counts
    after: tuple[dt.datetime, str] | None = None
    left = limit
    try:
        while left != 0 and (page := await ledger.page(adapter, after)):
            after = (page[-1].call.started_at, page[-1].call.call_id)
            jobs = ledger.jobs(adapter, page)[:left]
            left = None if left is None else left - len(jobs)
            for start in range(0, len(jobs), BATCH_CALLS):
                await engine.batch(jobs[start : start + BATCH_CALLS])
                if course.stopped:
                    return
        tasks = Callbacks(adapter, contacts, course, account=account, crm=crm, record=ledger.record, clock=clock)
        await tasks.run(await ledger.callbacks())
    finally:
        result.errors.extend(course.problems.values())
