"""A receiver of signed events: verifies them as Standard Webhooks says, and keeps each id once."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm.front import Front
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere

TOLERANCE_SECONDS = 300
PATH = "/hooks/calls"
Fields = dict[str, tuple[type, ...]]
TEXT: tuple[type, ...] = (str,)
NUMBER: tuple[type, ...] = (int, float)
LIST: tuple[type, ...] = (list,)
NULL: tuple[type, ...] = (type(None),)
_CALL: Fields = {
    **dict.fromkeys(("call_id", "started_at", "ended_at", "direction", "outcome", "text"), TEXT),
    **dict.fromkeys(("miss_reason", "external_number", "external_name", "did", "agent", "queue"), (*TEXT, *NULL)),
    **dict.fromkeys(("wait_seconds", "talk_seconds"), (*NUMBER, *NULL)),
}
_TASK: Fields = dict.fromkeys(("episode_id", "external_number", "title", "text", "due_at"), TEXT)
FIELDS: dict[str, Fields] = {
    "call.logged": _CALL,
    "call.updated": _CALL,
    "call.recordings": {"call_id": TEXT, "recordings": LIST},
    "call.transcript": {"call_id": TEXT, "text": TEXT},
    "missed_call.open": _TASK,
    "missed_call.closed": _TASK,
}
"""What each kind of event holds, no less and no more (docs/webhook.md)."""


class Webhook(CrmSite):
    """One receiver. `repeats`: the status of an event that it has. `is_off`: it answers 410. `events`: id → body."""

    kind = "webhook"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,  # noqa: ARG002 - it has none
        rate_limit: tuple[int, float] = (1000, 1.0),
        secret: str = "whsec_c2ltdWxhdGVkLXNlY3JldC1vZi0zMi1ieXRlcyE=",  # noqa: S107 - opens nothing but this simulator
        repeats: int = 409,
    ) -> None:
        super().__init__(rate_limit)
        self.secret, self.repeats = secret, repeats
        self.is_off = False
        self.events: dict[str, Json] = {}
        self.app = Front(Router([Route(PATH, self._receive, methods=["POST"])]), self.faults, self.limit, self.requests)

    def settings(self, url: str) -> Json:
        """Its address, with a path, and the secret."""
        return {"url": url + PATH, "secret": Secret(self.secret)}

    def of(self, *kinds: str) -> list[Json]:
        """The data of every event of these kinds, in the order in which they came."""
        return [event["data"] for event in self.events.values() if event["type"] in kinds]

    def logged(self) -> list[LoggedCall]:
        """Calls as their newest event tells them."""
        newest = {call["call_id"]: call for call in self.of("call.logged", "call.updated")}
        first = [call["call_id"] for call in self.of("call.logged")]
        return [self._logged(newest[call_id]) for call_id in first]

    def _logged(self, call: Json) -> LoggedCall:
        recordings = [one for one in self.of("call.recordings") if one["call_id"] == call["call_id"]]
        return LoggedCall(
            remote_id=call["call_id"],
            key=call["call_id"],
            number=call["external_number"],
            direction=call["direction"],
            is_spoken=call["outcome"] in {"answered", "connected"},
            started=dt.datetime.fromisoformat(call["started_at"]),
            seconds=round(call["talk_seconds"] or 0),
            text=call["text"],
            recordings=sum(len(one["recordings"]) for one in recordings),
        )

    def numbers(self) -> list[str]:
        """It has no contacts."""
        return []

    def tasks_there(self) -> list[TaskThere]:
        """Missed callers, done when their `missed_call.closed` came."""
        closed = {one["episode_id"] for one in self.of("missed_call.closed")}
        return [
            TaskThere(one["external_number"], one["title"], one["text"], one["episode_id"] in closed)
            for one in self.of("missed_call.open")
        ]

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        if self.is_off:
            return Response(status_code=410)
        if wrong := self._not_signed(request, body):
            return Response(wrong, 401)
        event: Any = json.loads(body)
        if wrong := _not_valid(event):
            return JSONResponse({"error": wrong}, 422)
        event_id = request.headers["webhook-id"]
        if event_id in self.events:
            same = self.events[event_id] == event or event["type"] == "call.recordings"  # links differ in their expiry
            return Response(status_code=self.repeats if same else 400)
        self.events[event_id] = event
        return Response("taken", 200)

    def _not_signed(self, request: Request, body: bytes) -> str | None:
        headers = request.headers
        event_id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not event_id or headers.get("idempotency-key") != event_id or not moment.isdigit():
            return "headers are missing"
        if abs(time.time() - int(moment)) > TOLERANCE_SECONDS:
            return "too old"
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{event_id}.{moment}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        return None if hmac.compare_digest(expected, headers.get("webhook-signature", "")) else "bad signature"


def _not_valid(event: Any) -> str | None:
    if not isinstance(event, dict) or event.keys() != {"type", "timestamp", "schema", "data"}:
        return "an event has type, timestamp, schema and data"
    fields = FIELDS.get(event["type"])
    if fields is None or event["schema"] != "trunkline.call.1" or not isinstance(event["data"], dict):
        return "no such event"
    data = event["data"]
    if data.keys() != fields.keys():
        return f"fields differ: {sorted(data.keys() ^ fields.keys())}"
    wrong = [name for name, kinds in fields.items() if not isinstance(data[name], kinds)]
    moments = [event["timestamp"], *(value for name, value in data.items() if name.endswith("_at"))]
    if any(dt.datetime.fromisoformat(one).utcoffset() != dt.timedelta() for one in moments):
        return "times are in UTC"
    return f"wrong type: {wrong}" if wrong else None
