"""Who a number is in one CRM: looked up once per run, each hit checked here, created only where the policy says so."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline import numbers
from trunkline.adapters.crm.base import Contact, CrmAdapter
from trunkline.config import UnknownCallers
from trunkline.delivery import CallFacts, may_create


class Contacts:
    """The numbers asked for so far. Not found is remembered as well; a contact we made is used at once, for a CRM's
    search may not show it yet (CRM reference §3.6)."""

    def __init__(self, adapter: CrmAdapter, country: str, policy: UnknownCallers) -> None:
        self._adapter, self._country, self._policy = adapter, country, policy
        self._known: dict[str, str | None] = {}

    async def resolve(self, number: str, calls: Sequence[CallFacts]) -> str | None:
        """The one contact these calls are logged to; null for an unknown caller who is to stay unknown.

        One number is resolved by one task at a time: the engine sends a number's calls in a row.
        """
        if number not in self._known:
            self._known[number] = first_match(await self._adapter.find_contacts(number), number, self._country)
        if self._known[number] is None:
            maker = next((call for call in calls if may_create(self._policy, call.direction)), None)
            if maker is not None:
                self._known[number] = await self._adapter.create_contact(number, maker.external_name)
        return self._known[number]


def first_match(found: Sequence[Contact], number: str, country: str) -> str | None:
    """The first hit that really has this number: searches match parts of numbers (CRM reference §3.3).

    Several hits: the CRM's first, and no other; a call logged to all is what users call doubling (§6).
    """
    for contact in found:
        if any(numbers.e164(phone, country) == number for phone in contact.phones):
            return contact.contact_id
    return None
