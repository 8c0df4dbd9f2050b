"""What every CRM has in common: contacts first, then mark, send, mark; a batch at a time (contract §5.4, §5.5)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from itertools import groupby
from typing import Any

from trunkline import delivery
from trunkline.adapters.crm.base import CrmAdapter, DeletedThere, Refused
from trunkline.adapters.crm.contacts import Contacts
from trunkline.adapters.crm.steps import Step, Stored, send
from trunkline.delivery import Activity, Kind
from trunkline.errors import Forbidden, RemoteError
from trunkline.tasks.deliver_job import Job
from trunkline.tasks.deliver_outcome import Course

AT_ONCE = 4


class Engine:
    """One run for one CRM. `record` writes rows to the ledger and returns when they are on disk."""

    def __init__(
        self,
        adapter: CrmAdapter,
        contacts: Contacts,
        course: Course,
        *,
        own_numbers: Collection[str],
        stored: Stored,
        record: Callable[[list[Activity]], Coroutine[Any, Any, None]],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.adapter, self.contacts, self.course = adapter, contacts, course
        self.own_numbers, self.stored, self.record, self.clock = own_numbers, stored, record, clock

    async def batch(self, jobs: Sequence[Job]) -> None:
        """Settles what needs no CRM, finds the contacts, marks the rest, sends it, marks it again."""
        for job in jobs:
            if job.is_new and (reason := delivery.skip_reason(job.call, self.own_numbers)):
                job.settle("call", "skipped", reason)
        if self.adapter.takes.contacts:
            asking = [job for job in jobs if job.needs_contact and not job.after]
            await self.contacts.recall({job.number for job in asking})
            await self._each(by_number(asking), self._resolve)
        closed = [job for job in jobs if job.after]
        sending = [] if self.course.stopped else [job for job in jobs if not job.after]
        now = self.clock()
        await self._write([job.outcome() for job in closed], [job.mark(now) for job in sending])
        self.course.count(row for job in closed for row in job.outcome())
        try:
            await self._send_all(sending)
        finally:  # also when interrupted: what was sent is known, what was not begun is taken back
            await asyncio.shield(self._write([job.outcome() for job in sending]))
            self.course.count(row for job in sending for row in job.outcome())
        await self.contacts.remember()

    async def _send_all(self, jobs: Sequence[Job]) -> None:
        """The calls first, many in a request where the CRM takes that; then what hangs on them."""
        at_once = self.adapter.takes.calls_at_once
        if at_once == 1:
            await self._each(by_number(jobs), self._send_in_turn)
            return
        await self._each(in_pieces([job for job in jobs if job.is_new], at_once), self._log)
        await self._each([[job] for job in jobs], self._send_in_turn)

    async def _send_in_turn(self, jobs: list[Job]) -> None:
        for job in jobs:
            for kind in job.due:
                if self.course.stopped:
                    return
                if kind in job.after:
                    continue
                if kind == "call" and job.is_new:
                    await self._log([job])
                elif kind == "call" or "call" not in job.due or job.after["call"].state == "delivered":
                    await self._send(job, kind)

    async def _write(self, *groups: list[list[Activity]]) -> None:
        rows = [row for group in groups for rows in group for row in rows]
        if rows:
            await self.record(rows)

    async def _each(self, groups: list[list[Job]], handle: Callable[[list[Job]], Awaitable[None]]) -> None:
        """A few groups at once, the oldest first."""
        waiting = sorted(groups, key=lambda group: group[0].call.started_at, reverse=True)

        async def worker() -> None:
            while waiting and not self.course.stopped:
                await handle(waiting.pop())

        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(worker())

    async def _resolve(self, jobs: list[Job]) -> None:
        """Finds one number's contact; settles calls whose caller is unknown or cannot be looked up."""
        calls = [job.call for job in jobs]
        try:
            found, why = await self.course.tracked(self.contacts.resolve(jobs[0].number, calls))
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
            self._close([job for job in jobs if job.is_new], "skipped", why)

    def _close(self, jobs: list[Job], state: delivery.State, reason: str | None) -> None:
        for job in jobs:
            job.after[job.due[0]] = job.before(job.due[0]).tried(self.clock()).settled(state, reason)

    async def _log(self, jobs: list[Job]) -> None:
        """Logs calls that no run is known to have logged, and settles each by how that went."""
        for job in jobs:
            job.begun.add("call")
        doubtful = [job.entry for job in jobs if job.may_have_arrived]
        try:
            found = await self.course.tracked(self.adapter.find_calls(doubtful)) if doubtful else {}
            missing = [job for job in jobs if job.call.call_id not in found]
            entries = [job.entry for job in missing]
            sent = await self.course.tracked(self.adapter.log_calls(entries)) if missing else []
        except RemoteError as error:
            for job in jobs:
                self._not_sent(job, "call", error)
            return
        for job in jobs:
            if job.call.call_id in found:
                job.deliver("call", found[job.call.call_id], self.clock())
        for job, result in zip(missing, sent, strict=True):
            if isinstance(result, RemoteError):
                self.course.met(result)
                self._not_sent(job, "call", result)
            else:
                job.deliver("call", result, self.clock())

    async def _send(self, job: Job, kind: Kind) -> None:
        """Sends one activity of a logged call, or its changed facts, and settles it by how that went."""
        job.begun.add(kind)
        remote_id = job.call_remote_id or ""
        try:
            if kind == "call":
                job.deliver(
                    kind, await self.course.tracked(self.adapter.update_call(remote_id, job.entry)), self.clock()
                )
                return
            step = Step(kind, job.work, job.entry, remote_id, job.before(kind))
            sent = await self.course.tracked(send(self.adapter, step, self.stored))
        except RemoteError as error:
            self._not_sent(job, kind, error)
        else:
            if sent.remote_id is None:
                job.settle(kind, "skipped", sent.reason)
            else:
                job.deliver(kind, sent.remote_id, self.clock(), sent.reason)

    def _not_sent(self, job: Job, kind: Kind, error: RemoteError) -> None:
        if isinstance(error, DeletedThere):
            self.contacts.forget(job.number)
            is_ours = kind != "call" or job.before("call").remote_id is not None
            job.settle(kind, *(("skipped", delivery.DELETED_THERE) if is_ours else ("pending", error.message)))
            return
        no_right = isinstance(error, Forbidden) and kind == "recording"
        given_up = self.course.gives_up(error, job.marked[kind].attempts)
        job.settle(kind, "failed" if isinstance(error, Refused) or given_up or no_right else "pending", error.message)


def by_number(jobs: Sequence[Job]) -> list[list[Job]]:
    """The calls of one number in a row: so none gets two contacts or conversations."""
    return [list(group) for _, group in groupby(sorted(jobs, key=lambda job: job.number), key=lambda job: job.number)]


def in_pieces(jobs: Sequence[Job], most: int) -> list[list[Job]]:
    """At most so many together."""

    def pieces() -> Iterator[list[Job]]:
        for start in range(0, len(jobs), most):
            yield list(jobs[start : start + most])

    return list(pieces())
