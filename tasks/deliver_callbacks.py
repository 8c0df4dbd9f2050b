"""Tasks for callers whom nobody called back: one for each episode, closed when somebody does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from trunkline.adapters.crm.base import CrmAdapter, DeletedThere, Refused, Task
from trunkline.adapters.crm.contacts import Contacts
from trunkline.callbacks import RETURNED, Callback
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.delivery import DELETED_THERE, Activity, Kind, activity_id
from trunkline.errors import RemoteError
from trunkline.tasks.deliver_outcome import Course

Record = Callable[[list[Activity]], Coroutine[Any, Any, None]]


class Callbacks:
    """One run for one CRM; one task at a time, each marked before it is sent: there are few."""

    def __init__(
        self,
        adapter: CrmAdapter,
        contacts: Contacts,
        course: Course,
        *,
        account: Account,
        crm: Crm,
        record: Record,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._adapter, self._contacts, self._course = adapter, contacts, course
        self._account, self._crm, self._record, self._clock = account, crm, record, clock

    async def run(self, due: Sequence[Callback]) -> None:
        """Makes and closes what is due, until the CRM says stop."""
        if self._adapter.takes.contacts:
            await self._contacts.recall({one.number for one in due})
        for one in due:
            if self._course.stopped:
                break
            await self._one(one)
        await self._contacts.remember()

    async def _one(self, callback: Callback) -> None:
        made = self._row(callback, "task")
        if made.state != "delivered":
            if callback.is_over and made.attempts == 0:
                await self._settle(made.settled("skipped", RETURNED))
                return
            made = await self._step(callback, made, self._make)
        if made.state == "delivered" and callback.is_over:
            await self._step(callback, self._row(callback, "task_closed", made.remote_id), self._close)

    async def _step(
        self, callback: Callback, row: Activity, send: Callable[[Task, Activity], Coroutine[Any, Any, Activity]]
    ) -> Activity:
        """Marks, sends, and settles by how that went; the row as it is then."""
        marked = row.tried(self._clock())
        await self._record([marked])
        try:
            contact_id, why = await self._contact(callback)
            if contact_id is None and self._adapter.takes.contacts:
                settled = marked.settled("skipped", why)
            else:
                settled = await self._course.tracked(send(self._task(callback, contact_id), marked))
        except DeletedThere:
            settled = marked.settled("skipped", DELETED_THERE)
        except RemoteError as error:
            is_final = isinstance(error, Refused) or self._course.gives_up(error, marked.attempts)
            settled = marked.settled("failed" if is_final else "pending", error.message)
        return await self._settle(settled)

    async def _contact(self, callback: Callback) -> tuple[str | None, str | None]:
        if not self._adapter.takes.contacts:
            return None, None
        return await self._course.tracked(self._contacts.resolve(callback.number, [callback.call]))

    async def _make(self, task: Task, row: Activity) -> Activity:
        found = await self._adapter.find_task(task) if row.attempts > 1 else None
        return row.delivered(found or await self._adapter.write_task(task), self._clock())

    async def _close(self, task: Task, row: Activity) -> Activity:
        await self._adapter.close_task(row.remote_id or "", task)
        return row.delivered(row.remote_id or "", self._clock())

    def _task(self, callback: Callback, contact_id: str | None) -> Task:
        zone, due_at = self._account.timezone, callback.deadline_at
        told = replace(callback, call=callback.call.without(self._crm.leave_out))
        head = callback.episode_id, contact_id, told.title, told.text(zone)
        return Task(*head, due_at, callback.number, zone, callback.over_at)

    def _row(self, callback: Callback, kind: Kind, remote_id: str | None = None) -> Activity:
        key = activity_id(self._crm.id, callback.episode_id, kind)
        new = Activity(key, callback.call.call_id, self._account.id, self._crm.id, kind, remote_id=remote_id)
        return callback.entries.get(kind) or new

    async def _settle(self, row: Activity) -> Activity:
        await self._record([row])
        self._course.count([row])
        return row
