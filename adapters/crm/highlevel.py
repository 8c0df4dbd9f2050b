"""HighLevel: what differs from other CRMs (CRM reference §2.1). Its call log has no duration, agent or queue."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from trunkline import config
from trunkline.adapters.crm.base import AnswerLost, Contact, RecordingFile
from trunkline.adapters.crm.client import CrmClient, Pace
from trunkline.delivery import CallFacts, Kind
from trunkline.errors import BadAnswer

# Each API has its own version; a wrong one is a validation error (CRM reference §2.1, official documents 2026-06-19).
CONVERSATIONS_VERSION = "2021-04-15"
CONTACTS_VERSION = "2021-07-28"
# 100 requests in 10 s per app and location, told in every answer (CRM reference §2.1).
MAX_REQUESTS, INTERVAL_SECONDS = 100, 10.0
# "5 MB" for uploads other than WhatsApp, five attachments (official document, 2026-06-19).
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_ATTACHMENTS = 5
PAGE_SIZE = 100
MAX_PAGES = 100
SOURCE = "trunkline"

_MISSED = {"voicemail": "voicemail", "busy": "busy"}


class HighLevel:
    """One HighLevel sub-account, with a private integration token."""

    name = "HighLevel"
    kinds: tuple[Kind, ...] = ("call", "note", "recording")
    max_recording_bytes = MAX_UPLOAD_BYTES
    max_recordings = MAX_ATTACHMENTS

    def __init__(self, crm: config.HighLevel) -> None:
        self._crm = crm
        self._token = crm.secret()
        self._client = CrmClient(
            crm.base_url,
            where=f"CRM {crm.id}",
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            learn=_learn,
            mend="make a private integration token with the scopes for contacts and conversations, and put it in token",
        )
        self._conversations: dict[str, str] = {}
        self._placed: dict[str, tuple[str, str]] = {}

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def check(self) -> None:
        """Reads the sub-account's own record."""
        await self._people("GET", f"/locations/{self._crm.location_id}")

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

    async def find_call(self, contact_id: str, call: CallFacts) -> str | None:
        """Looks for our `altId` in the contact's conversation: the server refuses no repeat (§0.3)."""
        conversation_id = await self._find_conversation(contact_id)
        if conversation_id is None:
            return None
        query: dict[str, Any] = {"limit": PAGE_SIZE}
        for _page in range(MAX_PAGES):
            answer = await self._talk("GET", f"/conversations/{conversation_id}/messages", params=query)
            page = answer.get("messages") if isinstance(answer, dict) else None
            page = page if isinstance(page, dict) else {"messages": page or []}
            for message in page.get("messages", []):
                if message.get("altId") == call.call_id:
                    self._placed[message["id"]] = (contact_id, conversation_id)
                    return str(message["id"])
            if not page.get("nextPage"):
                return None
            query["lastMessageId"] = page["lastMessageId"]
        raise BadAnswer(
            "a conversation too long to look through", where=self._client.where, mend="look for the call there"
        )

    async def log_call(self, contact_id: str, call: CallFacts) -> str:
        """Logs a call; inbound or outbound is said by the path alone (§2.1)."""
        conversation_id = await self._conversation(contact_id)
        body = {
            "type": "Call",
            "conversationId": conversation_id,
            "conversationProviderId": self._crm.provider_id,
            "altId": call.call_id,
            "date": call.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "call": _parties(call),
        }
        if call.direction == "inbound":
            body["contactId"] = contact_id
        answer = await self._talk("POST", f"/conversations/messages/{call.direction}", json=body)
        message_id = answer.get("messageId") if isinstance(answer, dict) else None
        if not message_id:  # 201 with an empty body and nothing stored (issue #70)
            raise AnswerLost(
                "answered without a message id",
                where=self._client.where,
                mend="check that provider_id is a conversation provider of type Call of the token's app",
            )
        self._placed[message_id] = (contact_id, conversation_id)
        return str(message_id)

    async def find_note(self, contact_id: str, marker: str) -> str | None:
        """The note that holds our marker; HighLevel may give the text back as HTML."""
        answer = await self._people("GET", f"/contacts/{contact_id}/notes")
        notes = answer.get("notes", []) if isinstance(answer, dict) else []
        return next((str(note["id"]) for note in notes if marker in html.unescape(note.get("body") or "")), None)

    async def write_note(self, contact_id: str, title: str, text: str) -> str:
        """Writes a note on the contact: calls themselves take none."""
        body = {"title": title, "body": text} | ({"userId": self._crm.user_id} if self._crm.user_id else {})
        answer = await self._people("POST", f"/contacts/{contact_id}/notes", json=body)
        return self._id_in(answer, "note", "id")

    async def attach_recordings(self, call_remote_id: str, files: Sequence[RecordingFile]) -> None:
        """Uploads the files and sets them as the message's attachments, replacing what was there (§2.1)."""
        contact_id, conversation_id = self._placed.get(call_remote_id) or await self._place_of(call_remote_id)
        form = {"conversationId": conversation_id, "contactId": contact_id, "locationId": self._crm.location_id}
        urls: list[str] = []
        for file in files:
            part = {"fileAttachment": (file.name, file.content, file.media_type)}
            path = "/conversations/messages/upload"  # a second upload leaves a file nobody links: harmless
            answer = await self._talk("POST", path, data=form, files=part, idempotent=True)
            uploaded = answer.get("uploadedFiles") if isinstance(answer, dict) else None
            if not isinstance(uploaded, dict) or not uploaded:
                raise AnswerLost("answered an upload without an address", where=self._client.where)
            urls.append(str(next(iter(uploaded.values()))))
        path = f"/conversations/messages/{call_remote_id}/attachments"
        await self._talk("PUT", path, json={"attachments": urls})

    async def _conversation(self, contact_id: str) -> str:
        """The contact's one conversation, made if there is none."""
        found = self._conversations.get(contact_id) or await self._find_conversation(contact_id)
        if found is None:
            body = {"locationId": self._crm.location_id, "contactId": contact_id}
            found = self._id_in(await self._talk("POST", "/conversations/", json=body), "conversation", "id")
            self._conversations[contact_id] = found
        return found

    async def _find_conversation(self, contact_id: str) -> str | None:
        query = {"locationId": self._crm.location_id, "contactId": contact_id}
        answer = await self._talk("GET", "/conversations/search", params=query)
        found = answer.get("conversations") if isinstance(answer, dict) else None
        for conversation in found or []:
            if conversation.get("contactId") == contact_id:
                self._conversations[contact_id] = str(conversation["id"])
                return self._conversations[contact_id]
        return None

    async def _place_of(self, message_id: str) -> tuple[str, str]:
        answer = await self._talk("GET", f"/conversations/messages/{message_id}")
        message = answer.get("message", answer) if isinstance(answer, dict) else None
        if not isinstance(message, dict) or not message.get("conversationId"):
            raise BadAnswer("answered a message without its conversation", where=self._client.where, mend="try again")
        return str(message.get("contactId")), str(message["conversationId"])

    def _id_in(self, answer: Any, table: str, key: str) -> str:
        found = answer.get(table) if isinstance(answer, dict) else None
        value = found.get(key) if isinstance(found, dict) else None
        if not value:
            raise AnswerLost(f"answered without the {table}'s id", where=self._client.where)
        return str(value)

    async def _talk(self, method: str, path: str, **options: Any) -> Any:
        return await self._client.ask(method, path, headers=self._headers(CONVERSATIONS_VERSION), **options)

    async def _people(self, method: str, path: str, **options: Any) -> Any:
        return await self._client.ask(method, path, headers=self._headers(CONTACTS_VERSION), **options)

    def _headers(self, version: str) -> dict[str, str]:
        bearer = f"Bearer {self._token.get_secret_value()}"
        return {"Authorization": bearer, "Version": version, "Accept": "application/json"}


def _parties(call: CallFacts) -> dict[str, str]:
    """Who called whom, and how it went."""
    ours, theirs = ("to", "from") if call.direction == "inbound" else ("from", "to")
    spoken = call.outcome in {"answered", "connected"}
    status = "completed" if spoken else _MISSED.get(call.miss_reason or "", "no-answer")
    named = {theirs: call.external_number, ours: call.did, "status": status}
    return {key: value for key, value in named.items() if value}


def _learn(headers: Mapping[str, str], pace: Pace) -> None:
    """`X-RateLimit-Max` in `X-RateLimit-Interval-Milliseconds` (CRM reference §2.1)."""
    most, interval = headers.get("x-ratelimit-max", ""), headers.get("x-ratelimit-interval-milliseconds", "")
    if most.isdigit() and interval.isdigit():
        pace.learn(int(most), int(interval) / 1000)
