"""Who a number is in one CRM: remembered, looked up, each hit checked here, created only where the policy says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from trunkline import numbers
from trunkline.adapters.crm.base import AnswerLost, Contact, CrmAdapter
from trunkline.crms import CrmTable, SeveralContacts
from trunkline.delivery import SEVERAL_CONTACTS, UNKNOWN_CALLER, may_create
from trunkline.entries import CallFacts
from trunkline.store.crm_contacts import Known

# Who a number is may change: a contact is merged, deleted, given another number.
BELIEVED_FOR = dt.timedelta(hours=24)
# Searches show a new contact late (CRM reference §3.6): after a lost answer no second one is made before that.
SEARCH_LAG = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Memory:
    """What is known from earlier runs, and where it is kept."""

    recall: Callable[[Collection[str]], Awaitable[dict[str, Known]]]
    remember: Callable[[list[Known]], Awaitable[None]]


class Contacts:
    """The numbers asked for so far in this run; not found is remembered as well."""

    def __init__(
        self, adapter: CrmAdapter, crm: CrmTable, country: str, memory: Memory, clock: Callable[[], dt.datetime]
    ) -> None:
        self._adapter, self._crm, self._country = adapter, crm, country
        self._memory, self._clock = memory, clock
        self._known: dict[str, str | None] = {}
        self._why: dict[str, str] = {}
        self._before: dict[str, Known] = {}
        self._found: list[Known] = []

    async def recall(self, asked: Collection[str]) -> None:
        """Reads what earlier runs found of these numbers."""
        new = {number for number in asked if number and number not in self._known}
        if not new:
            return
        self._before |= await self._memory.recall(new)
        for number, known in self._before.items():
            if number in new and known.contact_id and known.found_at and self._is_fresh(known.found_at):
                self._known[number] = known.contact_id

    async def remember(self) -> None:
        """Keeps what was found since."""
        found, self._found = self._found, []
        if found:
            await self._memory.remember(found)

    def forget(self, number: str) -> None:
        """The contact is not there any more: it is looked up again, in this run and the next."""
        self._known.pop(number, None)
        self._before.pop(number, None)
        self._found.append(Known(self._crm.id, number, None))

    async def resolve(self, number: str, calls: Sequence[CallFacts]) -> tuple[str | None, str | None]:
        """The one contact these calls are written on, or why there is none.

        One number is resolved by one task at a time: the engine sends a number's calls in a row.

        Raises:
            AnswerLost: A contact was perhaps made a moment ago; the search does not show it yet.
        """
        if number not in self._known:
            found = chosen(await self._adapter.find_contacts(number), number, self._country, self._crm.several_contacts)
            self._known[number], self._why[number] = found
            self._note(number, found[0])
        if self._known[number] is None and self._why.get(number) != SEVERAL_CONTACTS:
            policy = self._crm.unknown_callers
            maker = next((call for call in calls if may_create(policy, call.direction)), None)
            if maker is not None:
                self._known[number] = await self._create(number, maker.external_name)
        return self._known[number], self._why.get(number, UNKNOWN_CALLER)

    async def _create(self, number: str, name: str | None) -> str:
        before, now = self._before.get(number), self._clock()
        if before and before.made_at and now - before.made_at < SEARCH_LAG:
            if before.contact_id:
                return before.contact_id
            raise AnswerLost("a contact was perhaps made for this number a moment ago; it waits until that is known")
        self._before[number] = Known(self._crm.id, number, None, made_at=now)
        await self._memory.remember([self._before[number]])
        contact_id = await self._adapter.create_contact(number, name)
        self._before[number] = Known(self._crm.id, number, contact_id, found_at=now, made_at=now)
        await self._memory.remember([self._before[number]])
        return contact_id

    def _note(self, number: str, contact_id: str | None) -> None:
        if contact_id:
            made_at = self._before[number].made_at if number in self._before else None
            self._found.append(Known(self._crm.id, number, contact_id, found_at=self._clock(), made_at=made_at))

    def _is_fresh(self, found_at: dt.datetime) -> bool:
        return dt.timedelta(0) <= self._clock() - found_at < BELIEVED_FOR


def chosen(
    found: Sequence[Contact], number: str, country: str, policy: SeveralContacts = "first"
) -> tuple[str | None, str]:
    """The one hit that a call is written on, or null and why: searches match parts of numbers (CRM reference §3.3).

    Never to several: a call logged to all is what users call doubling (§6).
    """
    fitting = [one for one in found if any(numbers.e164(phone, country) == number for phone in one.phones)]
    if not fitting:
        return None, UNKNOWN_CALLER
    if len(fitting) > 1 and policy == "skip":
        return None, SEVERAL_CONTACTS
    if policy in {"newest", "oldest"}:
        fitting.sort(key=lambda one: one.created_at, reverse=policy == "newest")
    return fitting[0].contact_id, ""
