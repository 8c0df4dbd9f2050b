"""HubSpot's searches, which have a rate limit of their own and show late what was made or changed a moment ago."""

from __future__ import annotations

import datetime as dt
from typing import Any

import phonenumbers

from trunkline.adapters.crm.base import Contact, Listed
from trunkline.adapters.crm.hubspot_batches import results_in
from trunkline.adapters.crm.hubspot_client import Client
from trunkline.adapters.crm.hubspot_fields import epoch_milliseconds
from trunkline.adapters.crm.hubspot_records import MAX_PAGES, OBJECTS, next_page, properties_of
from trunkline.errors import BadAnswer

CONTACTS_PAGE = 100
SEARCH_PAGE = 200
MAX_FOUND = 10_000  # of one search, however it is paged


class Searches:
    """Searches of one account. `client`: within the limit that searches have for themselves."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def contacts(self, number: str) -> list[Contact]:
        """Those with this E.164 number, the oldest first; HubSpot finds numbers without their country code (§3.3)."""
        national = phonenumbers.national_significant_number(phonenumbers.parse(number))
        asked = {
            "phone": number,
            "mobilephone": number,
            "hs_searchable_calculated_phone_number": national,
            "hs_searchable_calculated_mobile_number": national,
        }
        body = {
            "filterGroups": [
                {"filters": [{"propertyName": name, "operator": "EQ", "value": value}]} for name, value in asked.items()
            ],
            "sorts": [{"propertyName": "createdate", "direction": "ASCENDING"}],
            "properties": ["phone", "mobilephone", "createdate"],
            "limit": CONTACTS_PAGE,
        }
        return [_contact(row) for row in results_in(await self._page("contacts", body))]

    async def _page(self, kind: str, body: dict[str, Any]) -> Any:
        return await self._client.ask("POST", f"{OBJECTS}/{kind}/search", json=body, idempotent=True)

    async def calls(self, key: str, since: dt.datetime, until: dt.datetime) -> list[Listed]:
        """The calls of a span that have our key; a new search begins where one has told all it may."""
        found: dict[str, Listed] = {}
        start, after = epoch_milliseconds(since), None
        for _page in range(MAX_PAGES):
            body = _calls_between(key, start, epoch_milliseconds(until))
            answer = await self._page("calls", {**body, **({"after": after} if after else {})})
            rows = results_in(answer)
            found |= {str(row["id"]): Listed(str(row["id"]), properties_of(row).get(key)) for row in rows}
            after = next_page(answer)
            if after is None or not rows:
                return list(found.values())
            if int(after) + SEARCH_PAGE > MAX_FOUND:
                last = dt.datetime.fromisoformat(str(properties_of(rows[-1])["hs_timestamp"]))
                start, after = epoch_milliseconds(last), None
        raise BadAnswer("a list of calls without an end", where=self._client.where, mend="narrow the span")


def _calls_between(key: str, start: int, end: int) -> dict[str, Any]:
    filters = [
        {"propertyName": key, "operator": "HAS_PROPERTY"},
        {"propertyName": "hs_timestamp", "operator": "GTE", "value": str(start)},
        {"propertyName": "hs_timestamp", "operator": "LT", "value": str(end)},
    ]
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_timestamp", "direction": "ASCENDING"}],
        "properties": [key, "hs_timestamp"],
        "limit": SEARCH_PAGE,
    }


def _contact(row: dict[str, Any]) -> Contact:
    found = row.get("properties") or {}
    phones = tuple(str(found[name]) for name in ("phone", "mobilephone") if found.get(name))
    return Contact(str(row["id"]), phones, str(found.get("createdate") or row.get("createdAt") or ""))
