"""A receiver of signed events: verifies them as Standard Webhooks says, and takes each id once."""

from __future__ import annotations

import datetime as dt
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import webhook_rules as rules
from trunkline.simulator.crm.front import Front
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere

PATH, QUERY = "/hooks/calls", "client=acme%20dental"


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {} if self.limit.remaining else {"Retry-After": "1"}


class Webhook(CrmSite):
    """One receiver.

    `secret`: `whsec_` and base64, or any text. `repeats`: the status for an event that it has. `is_off`: it answers
    410. `events`: id → event, in the order in which they came.
    """

    kind = "webhook"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,  # noqa: ARG002 - it has none
        rate_limit: tuple[int, float] = (1000, 1.0),
        secret: str = "whsec_c2ltdWxhdGVkLXNlY3JldC1vZi0zMi1ieXRlcyE=",  # noqa: S107 - opens nothing but this simulator
        repeats: int = 409,
        is_off: bool = False,
    ) -> None:
        super().__init__(rate_limit)
        self.secret, self.repeats, self.is_off = secret, repeats, is_off
        self.events: dict[str, Json] = {}
        routes = Router([Route(PATH, self._receive, methods=["POST"])], redirect_slashes=False)
        self.app = _Limited(routes, self.faults, self.limit, self.requests)

    def settings(self, url: str) -> Json:
        """Its address, with a path and a query, and the secret."""
        return {"url": f"{url}{PATH}?{QUERY}", "secret": Secret(self.secret)}

    def of(self, *kinds: str) -> list[Json]:
        """The data of every event of these kinds, in the order in which they came."""
        return [event["data"] for event in self.events.values() if event["type"] in kinds]

    def logged(self) -> list[LoggedCall]:
        """Calls as their newest event tells them."""
        newest = {call["call_id"]: call for call in self.of("call.logged", "call.updated")}
        first: dict[str, str] = {}
        for event_id, event in self.events.items():
            if event["type"] == "call.logged":
                first.setdefault(event["data"]["call_id"], event_id)
        return [self._logged(first.get(call_id, ""), call) for call_id, call in newest.items()]

    def _logged(self, remote_id: str, call: Json) -> LoggedCall:
        recordings = {one["call_id"]: one["recordings"] for one in self.of("call.recordings")}
        return LoggedCall(
            remote_id=remote_id,
            key=call["call_id"],
            number=call["external_number"],
            direction=call["direction"],
            is_spoken=call["outcome"] in {"answered", "connected"},
            started=dt.datetime.fromisoformat(call["started_at"]).replace(microsecond=0),
            seconds=round(call["talk_seconds"] or 0),
            text=call["text"],
            recordings=len(recordings.get(call["call_id"], ())),
        )

    def numbers(self) -> list[str]:
        """It has no contacts."""
        return []

    def tasks_there(self) -> list[TaskThere]:
        """Missed callers, each as the newest event of its episode tells."""
        newest = {one["episode_id"]: one for one in self.of("missed_call.open", "missed_call.closed")}
        return [
            TaskThere(one["external_number"], one["title"], one["text"], one["closed_at"] is not None)
            for one in newest.values()
        ]

    async def _receive(self, request: Request) -> Response:
        body, headers = await request.body(), request.headers
        if self.is_off:
            return Response(status_code=410)
        if request.url.query != QUERY or headers.get("content-type") != "application/json":
            return PlainTextResponse("events are JSON, and come to the whole address", 400)
        if wrong := rules.not_signed(headers, body, self.secret):
            return PlainTextResponse(wrong, 401)
        event_id = headers["webhook-id"]
        if headers.get("idempotency-key") != event_id:
            return PlainTextResponse("Idempotency-Key is not webhook-id", 400)
        if wrong := rules.not_valid(body):
            return JSONResponse({"error": wrong}, 422)
        event = json.loads(body)
        if event_id in self.events:
            is_same = rules.without_links(self.events[event_id]) == rules.without_links(event)
            return Response(status_code=self.repeats) if is_same else PlainTextResponse("another event's id", 400)
        self.events[event_id] = event
        return PlainTextResponse("taken")
