"""A simulated HighLevel sub-account: contacts, conversations, call logs, notes, tasks (CRM reference §2.1).

It follows the service where the official document differs from it (§5.3): unknown properties are refused, messages
come wrapped, the upload's file has the key `fileAttachment`. A repeated `altId` is taken: nothing says the real
service refuses one. Serve `.app` with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.requests import Request

from trunkline.simulator.crm import highlevel_rules as rules
from trunkline.simulator.crm.front import Front
from trunkline.simulator.crm.highlevel_oauth import App
from trunkline.simulator.crm.highlevel_routes import router
from trunkline.simulator.crm.highlevel_rules import Refusal
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere

DAILY_LIMIT = 200_000


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit-Daily": str(DAILY_LIMIT),
            "X-RateLimit-Daily-Remaining": str(max(DAILY_LIMIT - self.limit.total, 0)),
            "X-RateLimit-Interval-Milliseconds": str(int(self.limit.interval_seconds * 1000)),
            "X-RateLimit-Max": str(self.limit.most),
            "X-RateLimit-Remaining": str(self.limit.remaining),
        }


class HighLevel(CrmSite):
    """One sub-account and what is in it."""

    kind = "highlevel"

    def __init__(
        self,
        location_id: str = "location1",
        token: str = "pit-simulated",  # noqa: S107 - opens nothing but this simulator
        provider_id: str = "provider1",
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (100, 10.0),
        installed: App | None = None,
    ) -> None:
        super().__init__(rate_limit)
        self.location_id, self.token, self.provider_id = location_id, token, provider_id
        self.installed = installed
        self.scopes = set(rules.SCOPES)
        self.timezone = "Australia/Adelaide"
        self.contacts: dict[str, Json] = {}
        self.conversations: dict[str, Json] = {}
        self.messages: list[Json] = []
        self.notes: list[Json] = []
        self.tasks: list[Json] = []
        self.uploads: dict[str, bytes] = {}
        for phone, name in (contacts or {}).items():
            self.add_contact(phone, name)
        self.app = _Limited(router(self), self.faults, self.limit, self.requests)

    def settings(self, url: str) -> Json:
        """With a private integration token, or as the app that is installed."""
        place = {"base_url": url, "location_id": self.location_id, "provider_id": self.provider_id}
        if self.installed is None:
            return {**place, "token": Secret(self.token)}
        app = self.installed
        sign_in = {"client_id": app.client_id, "client_secret": Secret(app.client_secret)}
        return {**place, **sign_in, "refresh_token": Secret(app.refresh_token), "company_id": app.company_id}

    def logged(self) -> list[LoggedCall]:
        """Call logs, each with the note that has its marker."""
        return [self._logged(message) for message in self.messages]

    def _logged(self, message: Json) -> LoggedCall:
        note = next((one["body"] for one in self.notes if f"[trunkline {message['altId']}]" in one["body"]), "")
        started = rules.instant(message["dateAdded"])
        assert started is not None  # noqa: S101 - the rules let no other in
        return LoggedCall(
            remote_id=message["id"],
            key=message["altId"],
            number=self.contacts[message["contactId"]]["phone"],
            direction=message["direction"],
            is_spoken=message["call"].get("status") == "completed",
            started=started.astimezone(dt.UTC).replace(microsecond=0),
            seconds=None,
            text=note,
            recordings=len(message["attachments"]),
        )

    def numbers(self) -> list[str]:
        """Primary phones."""
        return [one["phone"] for one in self.contacts.values() if one["phone"]]

    def tasks_there(self) -> list[TaskThere]:
        """The contacts' tasks."""
        return [
            TaskThere(self.contacts[one["contactId"]]["phone"], one["title"], one.get("body", ""), one["completed"])
            for one in self.tasks
        ]

    def add_contact(self, phone: str | None, name: str | None = None, **more: Any) -> Json:
        """Adds a contact as a person in the sub-account would."""
        contact = {"id": self.new_id("contact"), "locationId": self.location_id, "phone": phone, "name": name, **more}
        self.contacts[contact["id"]] = contact
        return contact

    def contact_of(self, phone: str | None) -> Json | None:
        """The first contact with exactly this primary phone: second numbers cannot be searched (§0.5)."""
        return next((one for one in self.contacts.values() if phone and one["phone"] == phone), None)

    def conversation_of(self, contact_id: str) -> Json | None:
        """The one conversation of a contact, if it has one."""
        return next((one for one in self.conversations.values() if one["contactId"] == contact_id), None)

    def message(self, message_id: str) -> Json:
        """A message by its id; 404 if there is none."""
        for one in self.messages:
            if one["id"] == message_id:
                return one
        raise Refusal(404, "Message not found")

    def admit(self, request: Request, version: str) -> None:
        """Checks the bearer (401) and the API's own version header (400)."""
        bearer = request.headers.get("authorization", "")
        if bearer != f"Bearer {self.token}" if self.installed is None else not self.installed.admits(bearer):
            raise Refusal(401, "Invalid JWT" if self.installed else "Invalid Private Integration token")
        if rules.scope_of(request.method, request.url.path) not in self.scopes:
            raise Refusal(401, "The token is not authorized for this scope.")
        if request.headers.get("version") != version:
            raise Refusal(400, "version header was not found or is not valid for this API")

    def at_home(self, location_id: str | None) -> None:
        """403 unless the location is the token's own."""
        if location_id != self.location_id:
            raise Refusal(403, "The token does not have access to this location.")

    def log_call(self, body: Json, direction: str) -> Json | None:
        """Stores a call log; null means "201, empty, nothing stored": a missing provider id (§2.1, issue #70)."""
        if not body.get("conversationProviderId"):
            return None
        if body["conversationProviderId"] != self.provider_id:
            raise Refusal(500, "Internal server error")
        conversation = self.conversations.get(body["conversationId"])
        contact = self.contacts.get(conversation["contactId"]) if conversation else None
        if conversation is None or contact is None or body.get("contactId", contact["id"]) != contact["id"]:
            raise Refusal(400, "Conversation or contact not found")
        external = body.get("call", {}).get("from" if direction == "inbound" else "to")
        if external and external != contact["phone"]:
            raise Refusal(400, "The phone number does not match the contact's")
        message = {
            "id": self.new_id("message"),
            "type": 34,
            "messageType": "TYPE_CUSTOM_CALL",
            "locationId": self.location_id,
            "contactId": contact["id"],
            "conversationId": conversation["id"],
            "conversationProviderId": self.provider_id,
            "dateAdded": body.get("date", "2026-01-01T00:00:00.000Z"),
            "direction": direction,
            "contentType": "text/plain",
            "altId": body.get("altId"),
            "attachments": list(body.get("attachments", [])),
            "call": body.get("call", {}),
            "body": body.get("message", ""),
        }
        self.messages.append(message)
        return message


def messages_page(crm: HighLevel, conversation_id: str, last_message_id: str | None, limit: int) -> Json:
    """One page of a conversation, newest first."""
    if conversation_id not in crm.conversations:
        raise Refusal(400, "Conversation not found")
    mine = [one for one in crm.messages if one["conversationId"] == conversation_id]
    mine.sort(key=lambda one: rules.instant(one["dateAdded"]), reverse=True)  # type: ignore[arg-type,return-value]
    ids = [one["id"] for one in mine]
    start = ids.index(last_message_id) + 1 if last_message_id in ids else 0
    page = mine[start : start + limit]
    more = start + limit < len(mine)
    return {"lastMessageId": page[-1]["id"] if page else "", "nextPage": more, "messages": page}
