"""The ledger's side of one run for one CRM: what is due, and what is written down (contract §4, activities)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from trunkline.adapters.crm.base import CrmAdapter
from trunkline.adapters.crm.contacts import Memory
from trunkline.callbacks import Callback
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.delivery import Activity, Kind, Work, due_kinds, has_changed, is_stale
from trunkline.store import activities, callbacks, crm_contacts
from trunkline.store.lake import Lake
from trunkline.tasks.deliver_job import Job

PAGE_CALLS = 1000


@dataclass
class Ledger:
    """Reads and writes the lake, in short transactions. `own_numbers`: known once calls are enqueued."""

    lake: Lake
    account: Account
    crm: Crm
    since: dt.datetime | None
    retry_failed: bool
    clock: Callable[[], dt.datetime]
    own_numbers: frozenset[str] = frozenset()

    def enqueue(self) -> None:
        """Gives every new call its row, so that what waits is counted even if the CRM cannot be reached."""
        with self.lake.read() as connection:
            new = activities.count_new(connection, self.account.id, self.crm.id, self.since)
            self.own_numbers = activities.own_numbers(connection, self.account.id, self.account.country)
        if new:
            with self.lake.write() as connection:
                activities.enqueue(connection, self.account.id, self.crm.id, self.since)

    async def page(self, adapter: CrmAdapter, after: tuple[dt.datetime, str] | None) -> list[Work]:
        """The next calls with something left to do; those that were loaded anew and say the same are noted as such."""
        page = await asyncio.to_thread(self._page, adapter, after)
        await asyncio.to_thread(self._note_unchanged, adapter, page)
        return page

    def jobs(self, adapter: CrmAdapter, page: list[Work]) -> list[Job]:
        """What is to be sent of them now."""
        kinds, updated = self._kinds(adapter), adapter.takes.updated
        now, retry = self.clock(), self.retry_failed
        due = [(work, due_kinds(work, kinds, updated=updated, now=now, retry_failed=retry)) for work in page]
        head = self.account.id, self.crm.id
        return [Job(*head, work, kinds, self.account.timezone, self.crm.leave_out) for work, kinds in due if kinds]

    async def callbacks(self) -> list[Callback]:
        """Whose task is to be made or closed; none where the config wants no tasks."""
        return await asyncio.to_thread(self._callbacks) if self.crm.missed_call_task else []

    async def record(self, rows: list[Activity]) -> None:
        """Writes rows; they are on disk when it returns."""
        await asyncio.to_thread(self._record, rows)

    @property
    def memory(self) -> Memory:
        """Who numbers were in this CRM."""
        return Memory(
            recall=lambda asked: asyncio.to_thread(self._recall, asked),
            remember=lambda known: asyncio.to_thread(self._remember, known),
        )

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

    def _callbacks(self) -> list[Callback]:
        with self.lake.read() as connection:
            return callbacks.due(
                connection, self.account.id, self.crm.id, now=self.clock(), retry_failed=self.retry_failed
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
