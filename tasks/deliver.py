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
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline import log
from trunkline.adapters.crm.base import CrmAdapter
from trunkline.adapters.crm.contacts import Contacts, Memory
from trunkline.adapters.crm.kinds import adapter_for
from trunkline.adapters.crm.steps import LinkTo, OpenRecording, Stored
from trunkline.callbacks import Callback
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.delivery import Activity, Kind, Work, due_kinds, has_changed, is_stale
from trunkline.errors import ConfigError, RemoteError, TrunklineError
from trunkline.store import activities, callbacks, crm_contacts
from trunkline.store.lake import Lake
from trunkline.tasks.deliver_batch import Engine
from trunkline.tasks.deliver_callbacks import Callbacks
from trunkline.tasks.deliver_job import Job
from trunkline.tasks.deliver_outcome import Course

BATCH_CALLS = 50  # marked pending together: what a killed process leaves to be looked up
PAGE_CALLS = 1000
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
    run = _Run(lake, account, crm, since, retry_failed, clock)
    lake.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.context(account=account.id, crm=crm.id):
        try:
            with FileLock(lake.path.with_name(f"{lake.path.stem}.deliver-{crm.id}.lock"), timeout=0):
                await asyncio.to_thread(run.enqueue)
                adapter = connect(crm, lake.path.parent / "state")
                try:
                    await run.all(adapter, Stored(crm.recordings, open_recording, link_to), limit, result)
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


@dataclass
class _Run:
    """The ledger's side of one run."""

    lake: Lake
    account: Account
    crm: Crm
    since: dt.datetime | None
    retry_failed: bool
    clock: Callable[[], dt.datetime]
    own_numbers: frozenset[str] = frozenset()

    async def all(self, adapter: CrmAdapter, stored: Stored, limit: int | None, result: DeliveryResult) -> None:
        """Page after page, batch after batch, until nothing is due, the limit is reached or the CRM says stop."""
        course = Course()
        engine = Engine(
            adapter,
            Contacts(adapter, self.crm, self.account.country, self._memory(), self.clock),
            course,
            own_numbers=self.own_numbers,
            stored=stored,
            record=lambda rows: asyncio.to_thread(self._record, rows),
            clock=self.clock,
        )
        result.counts = course.counts
        after: tuple[dt.datetime, str] | None = None
        left = limit
        try:
            while left != 0 and (page := await asyncio.to_thread(self._page, adapter, after)):
                after = (page[-1].call.started_at, page[-1].call.call_id)
                jobs = self._jobs(adapter, page)[:left]
                await asyncio.to_thread(self._note_unchanged, adapter, page)
                left = None if left is None else left - len(jobs)
                for start in range(0, len(jobs), BATCH_CALLS):
                    await engine.batch(jobs[start : start + BATCH_CALLS])
                    if course.stopped:
                        return
            await self._callbacks(adapter, engine.contacts, course)
        finally:
            result.errors.extend(course.problems.values())

    async def _callbacks(self, adapter: CrmAdapter, contacts: Contacts, course: Course) -> None:
        """The tasks for missed callers, where the config wants them."""
        if not self.crm.missed_call_task:
            return
        tasks = Callbacks(
            adapter,
            contacts,
            course,
            account=self.account,
            crm=self.crm,
            record=lambda rows: asyncio.to_thread(self._record, rows),
            clock=self.clock,
        )
        await tasks.run(await asyncio.to_thread(self._due_callbacks))

    def _due_callbacks(self) -> list[Callback]:
        with self.lake.read() as connection:
            return callbacks.due(
                connection, self.account.id, self.crm.id, now=self.clock(), retry_failed=self.retry_failed
            )

    def enqueue(self) -> None:
        """Gives every new call its row, so that what waits is counted even if the CRM cannot be reached."""
        with self.lake.read() as connection:
            new = activities.count_new(connection, self.account.id, self.crm.id, self.since)
            self.own_numbers = activities.own_numbers(connection, self.account.id, self.account.country)
        if new:
            with self.lake.write() as connection:
                activities.enqueue(connection, self.account.id, self.crm.id, self.since)

    def _page(self, adapter: CrmAdapter, after: tuple[dt.datetime, str] | None) -> list[Work]:
        with self.lake.read() as connection:
            return activities.outstanding(
                connection,
                self.account.id,
                self.crm.id,
                self._kinds(adapter),
                updated=adapter.takes.updated,
                leave_out=self.crm.leave_out,
                now=self.clock(),
                since=self.since,
                retry_failed=self.retry_failed,
                after=after,
                limit=PAGE_CALLS,
            )

    def _jobs(self, adapter: CrmAdapter, page: list[Work]) -> list[Job]:
        kinds, updated = self._kinds(adapter), adapter.takes.updated
        now, retry = self.clock(), self.retry_failed
        due = [(work, due_kinds(work, kinds, updated=updated, now=now, retry_failed=retry)) for work in page]
        head = self.account.id, self.crm.id
        return [Job(*head, work, kinds, self.account.timezone, self.crm.leave_out) for work, kinds in due if kinds]

    def _kinds(self, adapter: CrmAdapter) -> tuple[Kind, ...]:
        """What the CRM takes, without what the config has switched off."""
        off = {"recording"} if self.crm.recordings == "none" else set()
        return tuple(kind for kind in adapter.takes.kinds if kind not in off)

    def _note_unchanged(self, adapter: CrmAdapter, page: list[Work]) -> None:
        """Calls that were loaded anew and say the same need not be looked at again."""
        rows = [
            replace(entry, facts_at=work.loaded_at)
            for work in page
            for kind in adapter.takes.updated
            if (entry := work.entries.get(kind))
            and entry.state == "delivered"
            and is_stale(entry, work)
            and not has_changed(entry, work)
        ]
        if rows:
            self._record(rows)

    def _memory(self) -> Memory:
        return Memory(
            recall=lambda asked: asyncio.to_thread(self._recall, asked),
            remember=lambda known: asyncio.to_thread(self._remember, known),
        )

    def _recall(self, asked: Collection[str]) -> dict[str, crm_contacts.Known]:
        with self.lake.read() as connection:
            return crm_contacts.recall(connection, self.crm.id, asked)

    def _remember(self, known: list[crm_contacts.Known]) -> None:
        with self.lake.write() as connection:
            crm_contacts.remember(connection, known)

    def _record(self, rows: list[Activity]) -> None:
        with self.lake.write() as connection:
            activities.record(connection, rows)
