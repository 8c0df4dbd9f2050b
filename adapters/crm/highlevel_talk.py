"""HighLevel's conversations: where calls are logged, one conversation for each contact (CRM reference §2.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from trunkline.adapters.crm.base import AnswerLost, Recording
from trunkline.adapters.crm.client import CrmClient
from trunkline.crms import HighLevel
from trunkline.delivery import Listed
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadAnswer

CONVERSATIONS_VERSION = "2021-04-15"
PAGE_SIZE = 100
MAX_PAGES = 100
EXPORT_PAGE_SIZE = 500
_MISSED = {"voicemail": "voicemail", "busy": "busy"}
_PROVIDER = "check that provider_id is a conversation provider of type Call of the token's app"


class Conversations:
    """The sub-account's conversations, remembered for one run."""

    def __init__(self, client: CrmClient, crm: HighLevel) -> None:
        self._client, self._crm = client, crm
        self._of_contact: dict[str, str] = {}
        self._placed: dict[str, tuple[str, str]] = {}

    async def search(self, contact_id: str) -> str | None:
        """The contact's conversation, if there is one."""
        query = {"locationId": self._crm.location_id, "contactId": contact_id}
        answer = await self._ask("GET", "/conversations/search", params=query)
        found = answer.get("conversations") if isinstance(answer, dict) else None
        for conversation in found or []:
            if conversation.get("contactId") == contact_id:
                self._of_contact[contact_id] = str(conversation["id"])
                return self._of_contact[contact_id]
        return None

    async def find(self, entry: Entry) -> str | None:
        """The message with the call's id as its `altId`."""
        contact_id = entry.contact_id or ""
        conversation_id = await self.search(contact_id)
        if conversation_id is None:
            return None
        query: dict[str, Any] = {"limit": PAGE_SIZE}
        for _page in range(MAX_PAGES):
            answer = await self._ask("GET", f"/conversations/{conversation_id}/messages", params=query)
            page = answer.get("messages") if isinstance(answer, dict) else None
            page = page if isinstance(page, dict) else {"messages": page or []}
            for message in page.get("messages", []):
                if message.get("altId") == entry.call.call_id:
                    self._placed[message["id"]] = (contact_id, conversation_id)
                    return str(message["id"])
            if not page.get("nextPage"):
                return None
            query["lastMessageId"] = page["lastMessageId"]
        raise BadAnswer(
            "a conversation too long to look through", where=self._client.where, mend="look for the call there"
        )

    async def log(self, entry: Entry) -> str:
        """Logs a call; inbound or outbound is said by the path alone."""
        call, contact_id = entry.call, entry.contact_id or ""
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
        answer = await self._ask("POST", f"/conversations/messages/{call.direction}", json=body)
        message_id = answer.get("messageId") if isinstance(answer, dict) else None
        if not message_id:  # 201 with an empty body and nothing stored (issue #70)
            raise AnswerLost("answered without a message id", where=self._client.where, mend=_PROVIDER)
        self._placed[message_id] = (contact_id, conversation_id)
        return str(message_id)

    async def attach(self, message_id: str, recordings: Sequence[Recording]) -> None:
        """Makes these the message's attachments; a file that an earlier try uploaded is linked by nobody: harmless."""
        urls = [one.url or await self._upload(message_id, one) for one in recordings]
        await self._ask("PUT", f"/conversations/messages/{message_id}/attachments", json={"attachments": urls})

    async def listed(self, since: dt.datetime, until: dt.datetime) -> list[Listed]:
        """The calls of the span that came through our provider."""
        query: dict[str, Any] = {
            "locationId": self._crm.location_id,
            "channel": "Call",
            "limit": EXPORT_PAGE_SIZE,
            "startDate": since.isoformat(),
            "endDate": until.isoformat(),
        }
        found: list[Listed] = []
        for _page in range(MAX_PAGES):
            answer = await self._ask("GET", "/conversations/messages/export", params=query)
            messages = answer.get("messages", []) if isinstance(answer, dict) else []
            found += [
                Listed(str(one["id"]), one.get("altId"))
                for one in messages
                if one.get("conversationProviderId") in {None, self._crm.provider_id} and one.get("altId")
            ]
            if not messages or not answer.get("nextCursor"):
                return found
            query["cursor"] = answer["nextCursor"]
        raise BadAnswer("a list of calls without an end", where=self._client.where, mend="narrow the span")

    async def _upload(self, message_id: str, recording: Recording) -> str:
        contact_id, conversation_id = self._placed.get(message_id) or await self._place_of(message_id)
        form = {"conversationId": conversation_id, "contactId": contact_id, "locationId": self._crm.location_id}
        part = {"fileAttachment": (recording.name, recording.content, recording.media_type)}
        path = "/conversations/messages/upload"
        answer = await self._ask("POST", path, data=form, files=part, idempotent=True)
        uploaded = answer.get("uploadedFiles") if isinstance(answer, dict) else None
        if not isinstance(uploaded, dict) or not uploaded:
            raise AnswerLost("answered an upload without an address", where=self._client.where)
        return str(next(iter(uploaded.values())))

    async def _conversation(self, contact_id: str) -> str:
        """The contact's one conversation, made if there is none."""
        found = self._of_contact.get(contact_id) or await self.search(contact_id)
        if found is None:
            body = {"locationId": self._crm.location_id, "contactId": contact_id}
            answer = await self._ask("POST", "/conversations/", json=body)
            made = answer.get("conversation") if isinstance(answer, dict) else None
            if not isinstance(made, dict) or not made.get("id"):
                raise AnswerLost("answered without the conversation's id", where=self._client.where)
            found = self._of_contact[contact_id] = str(made["id"])
        return found

    async def _place_of(self, message_id: str) -> tuple[str, str]:
        answer = await self._ask("GET", f"/conversations/messages/{message_id}")
        message = answer.get("message", answer) if isinstance(answer, dict) else None
        if not isinstance(message, dict) or not message.get("conversationId"):
            raise BadAnswer("answered a message without its conversation", where=self._client.where, mend="try again")
        self._placed[message_id] = str(message.get("contactId")), str(message["conversationId"])
        return self._placed[message_id]

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        return await self._client.ask(method, path, headers={"Version": CONVERSATIONS_VERSION}, **options)


def _parties(call: CallFacts) -> dict[str, str]:
    """Who called whom, and how it went."""
    ours, theirs = ("to", "from") if call.direction == "inbound" else ("from", "to")
    status = "completed" if call.is_spoken else _MISSED.get(call.miss_reason or "", "no-answer")
    named = {theirs: call.external_number, ours: call.did, "status": status}
    return {key: value for key, value in named.items() if value}
