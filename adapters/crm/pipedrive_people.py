"""Pipedrive's persons, with their notes and tasks (CRM reference §2.5)."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import phonenumbers

from trunkline.adapters.crm import pipedrive_fields as fields
from trunkline.adapters.crm.base import Contact, Task
from trunkline.adapters.crm.pipedrive_client import Client, Json
from trunkline.adapters.crm.pipedrive_logs import ACTIVITIES
from trunkline.crms import Pipedrive
from trunkline.entries import marker
from trunkline.errors import RemoteError

PERSONS, NOTES = "/api/v2/persons", "/v1/notes"
MOST_FOUND, NOTES_AT_ONCE, ACTIVITIES_AT_ONCE = 100, 100, 500
MADE_BY = "Added by trunkline, for a call with this number."
TASK_TYPE = "call"
logger = logging.getLogger(__name__)


class People:
    """The company's persons. `searching`: a client for searches, which have a limit of their own."""

    def __init__(self, client: Client, searching: Client, crm: Pipedrive) -> None:
        self._client, self._searching, self._crm = client, searching, crm

    async def find(self, number: str) -> list[Contact]:
        """Persons with a phone in which the national number is found: stored ones are seldom E.164 (§2.5)."""
        query = {"term": national(number), "fields": "phone", "limit": MOST_FOUND}
        data = await self._searching.data("GET", f"{PERSONS}/search", params=query)
        items = [row["item"] for row in (data or {}).get("items") or [] if isinstance(row.get("item"), dict)]
        by_age = self._crm.several_contacts in {"newest", "oldest"} and len(items) > 1
        made_at = await self._made_at([item["id"] for item in items]) if by_age else {}
        return [
            Contact(str(item["id"]), tuple(map(str, item.get("phones") or ())), made_at.get(item["id"], ""))
            for item in items
        ]

    async def create(self, number: str, name: str | None) -> str:
        """A new person, and a note that says who made it: persons have no field for that.

        The note may be missing: the person is there without it, and to make it once more would be worse.
        """
        is_name = name and any(character.isalpha() for character in name)
        phones = [{"value": number, "primary": True, "label": "work"}]
        body: Json = {"name": name if is_name else number, "phones": phones}
        person = await self._client.made(PERSONS, body | ({"owner_id": self._crm.user_id} if self._crm.user_id else {}))
        try:
            await self._client.made(NOTES, {"content": fields.as_html(MADE_BY), "person_id": person["id"]})
        except RemoteError as error:
            logger.warning("a person was added without the note that says so: %s", error.message)
        return str(person["id"])

    async def note_once(self, person_id: str | None, title: str, text: str, ours: str) -> None:
        """Writes a note unless one with this marker is there."""
        query = {"person_id": person_id, "sort": "add_time DESC", "start": 0, "limit": NOTES_AT_ONCE}
        async for page in self._client.pages(NOTES, **query):
            if any(ours in fields.plain(note.get("content")) for note in page):
                return
        content = fields.as_html(f"{title}\n{text}\n{ours}")
        await self._client.made(NOTES, {"content": content, "person_id": int(person_id or 0)})

    async def find_task(self, task: Task) -> str | None:
        """The person's activity that has our marker; also a done one: what somebody did is not to be done again."""
        query: Json = {"person_id": task.contact_id, "sort_by": "add_time", "sort_direction": "desc"}
        async for page in self._client.pages(ACTIVITIES, **query, limit=ACTIVITIES_AT_ONCE):
            for activity in page:
                if task.key in fields.keys_in(activity.get("note")):
                    return str(activity["id"])
        return None

    async def write_task(self, task: Task) -> str:
        """An activity to do; its due time is in UTC. `person_id` would be refused: it is read from the participants."""
        due = task.due_at.astimezone(dt.UTC)
        body: Json = {
            "subject": task.title,
            "type": TASK_TYPE,
            "due_date": f"{due:%Y-%m-%d}",
            "due_time": f"{due:%H:%M}",
            "done": False,
            "participants": [{"person_id": int(task.contact_id or 0), "primary": True}],
            "note": fields.as_html(f"{task.text}\n{marker(task.key)}"),
        }
        body |= {"owner_id": self._crm.user_id} if self._crm.user_id else {}
        return str((await self._client.made(ACTIVITIES, body))["id"])

    async def close_task(self, activity_id: str) -> None:
        """Marks it as done."""
        await self._client.ask("PATCH", f"{ACTIVITIES}/{activity_id}", json={"done": True})

    async def _made_at(self, ids: list[Any]) -> dict[Any, str]:
        """When these persons were made; a search does not tell."""
        query = {"ids": ",".join(map(str, ids)), "limit": MOST_FOUND}
        rows = await self._client.data("GET", PERSONS, params=query)
        return {row["id"]: str(row.get("add_time") or "") for row in rows or []}


def national(number: str) -> str:
    """`412345678` of `+61412345678`: the digits that every way of writing it has."""
    return phonenumbers.national_significant_number(phonenumbers.parse(number))
