"""What every CRM has in common: contacts first, then mark, send, mark; a batch at a time (contract §5.4, §5.5)."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from typing import Any, TypeVar

from trunkline import delivery
from trunkline.adapters.crm.base import AnswerLost, CrmAdapter, Refused
from trunkline.adapters.crm.contacts import Contacts
from trunkline.adapters.crm.steps import OpenRecording, Step, send
from trunkline.config import Account, Crm
from trunkline.delivery import Activity, Kind
from trunkline.errors import BadAnswer, Forbidden, RemoteError, Unreachable
from trunkline.tasks.deliver_job import Job

NUMBERS_AT_ONCE = 4
OUTAGE_AFTER = 5  # so many requests in a row without a clear answer: the CRM is down, stop for this run
_UNCLEAR = (AnswerLost, BadAnswer, Unreachable)
T = TypeVar("T")


class Engine:
    """One run for one CRM. `record` writes rows to the ledger and returns when they are on disk."""

    def __init__(
        self,
        adapter: CrmAdapter,
        account: Account,
        crm: Crm,
        *,
        own_numbers: Collection[str],
        open_recording: OpenRecording,
        record: Callable[[list[Activity]], Coroutine[Any, Any, None]],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.adapter, self.account, self.own_numbers = adapter, account, own_numbers
        self.open_recording, self.record, self.clock = open_recording, record, clock
        self.contacts = Contacts(adapter, account.country, crm.unknown_callers)
        self.counts: Counter[str] = Counter()
        self.problems: dict[str, RemoteError] = {}
        self.stopped = False
        self._unclear_in_a_row = 0

    async def batch(self, jobs: Sequence[Job]) -> None:
        """Settles what needs no CRM, finds the contacts, marks the rest, sends it, marks it again."""
        for job in jobs:
            if "call" in job.due and (reason := delivery.skip_reason(job.call, self.own_numbers)):
                job.settle("call", "skipped", reason)
        await self._each([job for job in jobs if job.needs_contact and not job.after], self._resolve)
        closed = [job for job in jobs if job.after]
        sending = [] if self.stopped else [job for job in jobs if not job.after]
        now, zone = self.clock(), self.account.timezone
        await self._write([job.outcome() for job in closed], [job.mark(now, zone) for job in sending])
        self._count(closed)
        try:
            await self._each(sending, self._send_calls)
        finally:  # also when interrupted: what was sent is known, what was not begun is taken back
            await asyncio.shield(self._write([job.outcome() for job in sending]))
            self._count(sending)

    async def _write(self, *groups: list[list[Activity]]) -> None:
        rows = [row for group in groups for rows in group for row in rows]
        if rows:
            await self.record(rows)

    def _count(self, jobs: Sequence[Job]) -> None:
        self.counts.update(row.state for job in jobs for row in job.outcome())

    async def _each(self, jobs: Sequence[Job], handle: Callable[[list[Job]], Awaitable[None]]) -> None:
        """A few numbers at once, the calls of one number in a row: so none gets two contacts or conversations."""
        by_number = itertools.groupby(sorted(jobs, key=lambda job: job.number), key=lambda job: job.number)
        waiting = [list(group) for _number, group in by_number]
        waiting.sort(key=lambda group: group[0].call.started_at, reverse=True)

        async def worker() -> None:
            while waiting and not self.stopped:
                await handle(waiting.pop())

        async with asyncio.TaskGroup() as workers:
            for _ in range(NUMBERS_AT_ONCE):
                workers.create_task(worker())

    async def _resolve(self, jobs: list[Job]) -> None:
        """Finds one number's contact; settles calls whose caller is unknown or cannot be looked up."""
        calls = [job.call for job in jobs]
        try:
            found = await self._tracked(self.contacts.resolve(jobs[0].number, calls))
        except Refused as error:
            self._close(jobs, "failed", error.message)
            return
        except RemoteError as error:
            for job in jobs:
                job.settle(job.due[0], "pending", error.message)
            return
        for job in jobs:
            job.contact_id = found
        if found is None:
            self._close([job for job in jobs if "call" in job.due], "skipped", delivery.UNKNOWN_CALLER)

    def _close(self, jobs: list[Job], state: delivery.State, reason: str) -> None:
        for job in jobs:
            job.after[job.due[0]] = job.before(job.due[0]).tried(self.clock()).settled(state, reason)

    async def _send_calls(self, jobs: list[Job]) -> None:
        for job in jobs:
            for kind in job.due:
                if self.stopped:
                    return
                if kind == "call" or "call" not in job.due or job.after["call"].state == "delivered":
                    await self._send(job, kind)

    async def _send(self, job: Job, kind: Kind) -> None:
        """Sends one activity and settles it by how that went."""
        was_tried = job.before(kind).attempts > 0
        step = Step(kind, job.work, job.contact_id, job.call_remote_id, was_tried)
        job.begun.add(kind)
        try:
            sent = await self._tracked(send(self.adapter, step, self.open_recording, self.account.timezone))
        except Refused as error:
            job.settle(kind, "failed", error.message)
        except RemoteError as error:
            given_up = isinstance(error, AnswerLost) and job.marked[kind].attempts >= delivery.GIVE_UP_ATTEMPTS
            no_right = isinstance(error, Forbidden) and kind == "recording"
            job.settle(kind, "failed" if given_up or no_right else "pending", error.message)
        else:
            if sent.remote_id is None:
                job.settle(kind, "skipped", sent.reason)
            else:
                job.after[kind] = job.marked[kind].delivered(sent.remote_id, self.clock(), sent.reason)

    async def _tracked(self, step: Awaitable[T]) -> T:
        """Keeps what went wrong for the report, and stops the run when going on is of no use.

        Refused says nothing of other calls. An unclear answer may be bad luck, several in a row are an outage. All
        else (credentials, rights, the rate limit) is the same for every call.
        """
        try:
            result = await step
        except Refused:
            self._unclear_in_a_row = 0
            raise
        except RemoteError as error:
            self.problems.setdefault(str(error), error)
            self._unclear_in_a_row += 1
            self.stopped = self.stopped or not isinstance(error, _UNCLEAR) or self._unclear_in_a_row >= OUTAGE_AFTER
            raise
        self._unclear_in_a_row = 0
        return result
