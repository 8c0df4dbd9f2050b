"""HighLevel: what differs from other CRMs (CRM reference §2.1). Its call log has no duration, agent or queue: a note
on the contact has them. Without a conversation provider calls are notes alone."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from trunkline.adapters.crm import highlevel_sign_in as sign_in
from trunkline.adapters.crm.base import (
    AnswerLost,
    Contact,
    CrmAdapter,
    DeletedThere,
    Files,
    Finding,
    Recording,
    Refused,
    Takes,
    Task,
)
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.highlevel_talk import Conversations
from trunkline.adapters.crm.pace import Pace
from trunkline.crms import HighLevel
from trunkline.delivery import Kind, Listed
from trunkline.entries import Entry, marker
from trunkline.errors import Forbidden, RemoteError

# Each API has its own version; a wrong one is a validation error (CRM reference §2.1, official documents 2026-06-19).
CONTACTS_VERSION = "2021-07-28"
# 100 requests in 10 s per app and location, told in every answer (CRM reference §2.1).
MAX_REQUESTS, INTERVAL_SECONDS = 100, 10.0
# "5 MB" for uploads other than WhatsApp, five attachments; of audio MP3 and WAV (official document, 2026-06-19).
FILES = Files(5 * 1024 * 1024, 5, frozenset({"audio/wav", "audio/x-wav", "audio/mpeg"}))
SOURCE = "trunkline"
_NOTE: frozenset[Kind] = frozenset({"note"})
_NOBODY = "+10000000000"
_NO_BUDGET: Final = ("rate budget", "unknown")


class Adapter(CrmAdapter):
    """One HighLevel sub-account."""

    name = "HighLevel"

    def __init__(self, crm: HighLevel, state: Path) -> None:
        self._crm = crm
        self._client = CrmClient(
            crm.base_url,
            where=f"CRM {crm.id}",
            auth=sign_in.auth(crm, state),
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            learn=_learn,
            mend=sign_in.mend(crm),
            deleted=frozenset({404}),
        )
        self._talk = Conversations(self._client, crm)
        self._logs_calls = crm.provider_id is not None
        self.takes = (
            Takes(("call", "note", "recording", "transcript"), _NOTE, files=FILES)
            if self._logs_calls
            else Takes(("call", "transcript"), links=False)
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def check(self) -> list[Finding]:
        """Reads the sub-account, a contact and a conversation that are not there: what is refused lacks a scope."""
        location = self._crm.location_id
        await self._people("GET", f"/locations/{location}")
        found = [Finding("reachable and signed in", "ok")]
        nobody = self._people("GET", "/contacts/search/duplicate", params={"locationId": location, "number": _NOBODY})
        found.append(await self._scope("contacts.readonly", nobody))
        found.append(await self._scope("conversations.readonly", self._talk.search("none")))
        found.append(Finding(*_NOT_SEEN) if self._logs_calls else Finding(*_NOTES_ONLY))
        found.append(Finding(*_WRITING))
        left = self._client.last_headers.get("x-ratelimit-daily-remaining")
        return [*found, Finding("rate budget", "ok", f"{left} requests left today") if left else Finding(*_NO_BUDGET)]

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """The contact whose primary phone this is; other numbers of a contact cannot be searched (§0.5)."""
        query = {"locationId": self._crm.location_id, "number": number}
        answer = await self._people("GET", "/contacts/search/duplicate", params=query)
        found = answer.get("contact") if isinstance(answer, dict) else None
        return [Contact(str(found["id"]), (str(found.get("phone") or ""),))] if found and found.get("id") else []

    async def create_contact(self, number: str, name: str | None) -> str:
        """Upserts by phone, with no field that could overwrite what a person wrote but the name of a new contact."""
        body = {"locationId": self._crm.location_id, "phone": number, "source": SOURCE}
        if name and any(character.isalpha() for character in name):
            body["name"] = name
        answer = await self._people("POST", "/contacts/upsert", json=body, idempotent=True)
        return self._id_in(answer, "contact", "id")

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        """Looks for our `altId` in the contacts' conversations: the server refuses no repeat (§0.3)."""
        find = self._talk.find if self._logs_calls else self.find_note
        found = [(entry.call.call_id, await find(entry)) for entry in entries]
        return {call_id: remote_id for call_id, remote_id in found if remote_id}

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Logs each call."""
        log = self._talk.log if self._logs_calls else self.write_note
        return [await log(entry) for entry in entries]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Of notes alone: a call log cannot be changed."""
        await self.update_note(remote_id, entry)
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:  # noqa: ARG002
        """Sets the message's attachments, replacing what was there (§2.1); files are uploaded first."""
        await self._talk.attach(remote_id, recordings)

    async def find_note(self, entry: Entry) -> str | None:
        """The note that holds our marker."""
        return await self._note_with(entry.contact_id, entry.marker)

    async def write_note(self, entry: Entry) -> str:
        """Writes a note on the contact: calls themselves take none."""
        return await self._add_note(entry.contact_id, entry.title, entry.text)

    async def update_note(self, remote_id: str, entry: Entry) -> None:
        """Writes our own note anew."""
        body = self._note(entry.title, entry.text)
        await self._people("PUT", f"{self._notes_of(entry.contact_id)}/{remote_id}", json=body)

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:  # noqa: ARG002
        """A note of its own."""
        ours = marker(f"{entry.call.call_id} transcript")
        if not await self._note_with(entry.contact_id, ours):
            await self._add_note(entry.contact_id, "What was said", f"{text}\n{ours}")

    async def find_task(self, task: Task) -> str | None:
        """The contact's task whose text holds our marker."""
        answer = await self._people("GET", f"/contacts/{task.contact_id}/tasks")
        return _holding(answer, "tasks", marker(task.key))

    async def write_task(self, task: Task) -> str:
        """A task on the contact."""
        due = task.due_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        body = {"title": task.title, "body": f"{task.text}\n{marker(task.key)}", "dueDate": due, "completed": False}
        if self._crm.user_id:
            body["assignedTo"] = self._crm.user_id
        answer = await self._people("POST", f"/contacts/{task.contact_id}/tasks", json=body)
        return self._id_in(answer, "task", "id")

    async def close_task(self, remote_id: str, task: Task) -> None:
        """Marks it as completed."""
        await self._people("PUT", f"/contacts/{task.contact_id}/tasks/{remote_id}/completed", json={"completed": True})

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """The sub-account's calls of our provider; of notes there is no list."""
        return await self._talk.listed(since, until) if self._logs_calls else None

    def _note(self, title: str, text: str) -> dict[str, str]:
        return {"title": title, "body": text} | ({"userId": self._crm.user_id} if self._crm.user_id else {})

    async def _add_note(self, contact_id: str | None, title: str, text: str) -> str:
        answer = await self._people("POST", self._notes_of(contact_id), json=self._note(title, text))
        return self._id_in(answer, "note", "id")

    async def _note_with(self, contact_id: str | None, ours: str) -> str | None:
        return _holding(await self._people("GET", self._notes_of(contact_id)), "notes", ours)

    def _notes_of(self, contact_id: str | None) -> str:
        if contact_id is None:
            raise Refused("no contact has this number any more", where=self._client.where)
        return f"/contacts/{contact_id}/notes"

    async def _scope(self, scope: str, asking: Any) -> Finding:
        try:
            await asking
        except DeletedThere:
            pass
        except Forbidden as error:
            return Finding(scope, "fail", error.message, f"give the token the scope {scope}")
        return Finding(scope, "ok")

    def _id_in(self, answer: Any, table: str, key: str) -> str:
        found = answer.get(table) if isinstance(answer, dict) else None
        value = found.get(key) if isinstance(found, dict) else None
        if not value:
            raise AnswerLost(f"answered without the {table}'s id", where=self._client.where)
        return str(value)

    async def _people(self, method: str, path: str, **options: Any) -> Any:
        return await self._client.ask(method, path, headers={"Version": CONTACTS_VERSION}, **options)


_PROVIDER = "make a conversation provider of type Call in the app and put its id in provider_id"
_NOT_SEEN: Final = (
    "conversation provider",
    "unknown",
    "whether provider_id is right shows with the first call",
    _PROVIDER,
)
_NOTES_ONLY: Final = ("conversation provider", "warn", "none: calls are written as notes on contacts", _PROVIDER)
_WRITING: Final = (
    "contacts.write, conversations.write, conversations/message.write",
    "unknown",
    "cannot be seen without writing",
    "give the token these scopes",
)


def _holding(answer: Any, table: str, ours: str) -> str | None:
    """The id of the row that holds our marker; HighLevel may give text back as HTML."""
    rows = answer.get(table, []) if isinstance(answer, dict) else []
    return next((str(row["id"]) for row in rows if ours in html.unescape(row.get("body") or "")), None)


def _learn(headers: Mapping[str, str], pace: Pace) -> None:
    """`X-RateLimit-Max` in `X-RateLimit-Interval-Milliseconds` (CRM reference §2.1)."""
    most, interval = headers.get("x-ratelimit-max", ""), headers.get("x-ratelimit-interval-milliseconds", "")
    if most.isdigit() and interval.isdigit():
        pace.learn(int(most), int(interval) / 1000)
