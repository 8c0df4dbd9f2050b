"""HubSpot's records: read, written, associated (CRM reference §2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.adapters.crm.base import AnswerLost, DeletedThere
from trunkline.adapters.crm.hubspot_batches import Result, results_in, why_not
from trunkline.adapters.crm.hubspot_client import VERSION, Client
from trunkline.adapters.crm.hubspot_fields import Properties
from trunkline.errors import BadAnswer

OBJECTS, PROPERTIES = f"/crm/objects/{VERSION}", f"/crm/properties/{VERSION}"
AT_ONCE = 100
ASSOCIATED_PAGE = 500
MAX_PAGES = 1000


class Records:
    """One account's records, as they are at this moment: no search index is asked here."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def definition(self, kind: str, name: str) -> dict[str, Any] | None:
        """How a property is defined; null where there is none."""
        try:
            answer = await self._client.ask("GET", f"{PROPERTIES}/{kind}/{name}")
        except DeletedThere:
            return None
        return answer if isinstance(answer, dict) else None

    async def read(self, kind: str, record_id: str, names: Sequence[str]) -> Properties:
        """Some properties of a record. Raises DeletedThere."""
        query = {"properties": ",".join(names)}
        return properties_of(await self._client.ask("GET", f"{OBJECTS}/{kind}/{record_id}", params=query))

    async def read_many(
        self, kind: str, ids: Sequence[str], names: Sequence[str], id_property: str | None = None
    ) -> dict[str, Properties]:
        """Some properties of those that are there, by id or by the unique property."""
        found: dict[str, Properties] = {}
        for start in range(0, len(ids), AT_ONCE):
            body: dict[str, Any] = {
                "inputs": [{"id": one} for one in ids[start : start + AT_ONCE]],
                "properties": [*names, id_property] if id_property else list(names),
                "propertiesWithHistory": [],
                **({"idProperty": id_property} if id_property else {}),
            }
            try:
                answer = await self._client.ask("POST", f"{OBJECTS}/{kind}/batch/read", json=body, idempotent=True)
            except DeletedThere:  # none of them
                continue
            for row in results_in(answer):
                properties = properties_of(row)
                found[str(properties.get(id_property) if id_property else row.get("id"))] = properties
        return found

    async def change(self, kind: str, record_id: str, properties: dict[str, str]) -> None:
        """Sets these properties and leaves the others. Raises DeletedThere."""
        await self._client.ask("PATCH", f"{OBJECTS}/{kind}/{record_id}", json={"properties": properties})

    async def create(self, kind: str, properties: dict[str, str], associations: Sequence[Any] = ()) -> str:
        """A new record's id."""
        body = {"properties": properties, "associations": list(associations)}
        answer = await self._client.ask("POST", f"{OBJECTS}/{kind}", json=body)
        if not isinstance(answer, dict) or not answer.get("id"):
            raise AnswerLost("answered without the id of the new record", where=self._client.where)
        return str(answer["id"])

    async def upsert_calls(self, inputs: Sequence[dict[str, Any]]) -> list[Result]:
        """The id of each call, made or found by its unique property, or why there is none."""
        path, body = f"{OBJECTS}/calls/batch/upsert", {"inputs": list(inputs)}
        answer = await self._client.ask("POST", path, json=body, idempotent=True)
        keys = {one["idProperty"] for one in inputs}
        made: dict[str | None, str] = {}
        for row in results_in(answer):
            names = [row.get("objectWriteTraceId"), *(properties_of(row).get(key) for key in keys)]
            made |= dict.fromkeys(names, str(row["id"]))
        return [made.get(one["id"]) or why_not(answer, {one["id"]}, len(inputs), self._client.where) for one in inputs]

    async def associate_calls(self, pairs: Sequence[tuple[str, str]]) -> list[Result]:
        """Puts each call on the timeline of its contact; the call's id, or why not. Again does no harm."""
        path = f"/crm/associations/{VERSION}/calls/contacts/batch/associate/default"
        body = {"inputs": [{"from": {"id": call}, "to": {"id": contact}} for call, contact in pairs]}
        answer = await self._client.ask("POST", path, json=body, idempotent=True)
        told = [(_id(row, "from"), _id(row, "to")) for row in results_in(answer)]
        done = {*told, *((to, start) for start, to in told)}  # an association may be told from its other end
        return [
            pair[0] if pair in done else why_not(answer, set(pair), len(pairs), self._client.where) for pair in pairs
        ]

    async def associated(self, kind: str, record_id: str, other: str) -> list[str]:
        """The ids of the records of another kind that hang on a record. Raises DeletedThere."""
        query: dict[str, Any] = {"limit": ASSOCIATED_PAGE}
        found: list[str] = []
        for _page in range(MAX_PAGES):
            path = f"{OBJECTS}/{kind}/{record_id}/associations/{other}"
            answer = await self._client.ask("GET", path, params=query)
            found += [str(row.get("toObjectId")) for row in results_in(answer)]
            if (after := next_page(answer)) is None:
                return found
            query["after"] = after
        raise BadAnswer("a list without an end", where=self._client.where, mend="look at the contact in HubSpot")


def properties_of(row: Any) -> Properties:
    """The properties of a row; none where there are none."""
    found = row.get("properties") if isinstance(row, dict) else None
    return found if isinstance(found, dict) else {}


def _id(row: dict[str, Any], end: str) -> str:
    found = row.get(end)
    return str(found.get("id")) if isinstance(found, dict) else ""


def next_page(answer: Any) -> str | None:
    """Where the next page begins."""
    paging = answer.get("paging") if isinstance(answer, dict) else None
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following["after"]) if isinstance(following, dict) and following.get("after") else None
