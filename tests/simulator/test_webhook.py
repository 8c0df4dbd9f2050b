"""The simulated receiver takes what docs/webhook.md says, once, and refuses the rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.webhook import PATH, QUERY, Webhook
from trunkline.simulator.serve import Server

KEY = b"simulated-secret-of-32-bytes!"
CALL = {
    "call_id": "acme-main:7",
    "started_at": "2026-11-17T01:02:03Z",
    "ended_at": "2026-11-17T01:02:45.500000Z",
    "direction": "inbound",
    "outcome": "answered",
    "miss_reason": None,
    "external_number": "+61412345678",
    "external_name": None,
    "did": "+61882345678",
    "agent": "Anna (101)",
    "queue": None,
    "wait_seconds": 9.5,
    "talk_seconds": 33,
    "text": "Inbound call, answered",
}
MISSED = {"episode_id": "acme:acme-main:7", "external_number": "+61412345678", "title": "Call back", "text": "Once"}
AUDIO = {"media_type": "audio/wav", "url": "https://play.example/r/1"}


def event(kind: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"schema": "trunkline.call.1", "timestamp": "2026-11-17T01:02:45.5Z", "type": kind, "data": data, **more}


@pytest.fixture(scope="module")
def receiver() -> Iterator[tuple[Webhook, httpx.Client]]:
    """One for all tests: only what is in it differs."""
    crm = Webhook()
    with Server(crm.app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        yield crm, client


@pytest.fixture
def crm(receiver: tuple[Webhook, httpx.Client]) -> Iterator[Webhook]:
    crm, _ = receiver
    yield crm
    crm.events.clear()
    crm.repeats, crm.is_off, crm.limit.most = 409, False, 1000


@pytest.fixture
def client(receiver: tuple[Webhook, httpx.Client], crm: Webhook) -> httpx.Client:  # noqa: ARG001
    return receiver[1]


def post(client: httpx.Client, body: Any, event_id: str = "msg_1", ago_seconds: int = 0, **more: str) -> Any:
    raw, moment = json.dumps(body).encode(), str(int(time.time()) - ago_seconds)
    digest = hmac.new(KEY, f"{event_id}.{moment}.".encode() + raw, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,bm9uZQ== v1,{base64.b64encode(digest).decode()}",
        "idempotency-key": event_id,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return client.post(f"{PATH}?{QUERY}", content=raw, headers=headers)


def test_a_call_is_taken_once_and_its_newest_facts_stand(client: httpx.Client, crm: Webhook) -> None:
    logged = event("call.logged", CALL)
    assert [post(client, logged).status_code for _ in range(2)] == [200, 409]
    assert post(client, event("call.updated", CALL | {"talk_seconds": 34.0}), "msg_2").status_code == 200
    [call] = crm.logged()
    assert (call.remote_id, call.key, call.seconds) == ("msg_1", "acme-main:7", 34)
    assert post(client, event("call.logged", CALL | {"queue": "Sales"})).status_code == 400, "one id, one event"
    crm.repeats = 204
    assert post(client, logged).status_code == 204


def test_links_of_a_repeat_may_be_newer(client: httpx.Client, crm: Webhook) -> None:
    told = {"call_id": "acme-main:7", "recordings": [AUDIO]}
    newer = {**told, "recordings": [{**AUDIO, "url": "https://play.example/r/2"}]}
    assert [post(client, event("call.recordings", one)).status_code for one in (told, newer)] == [200, 409]
    assert crm.of("call.recordings") == [told]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"ago_seconds": 310}, 401),
        ({"ago_seconds": -310}, 401),
        ({"webhook_signature": "v1,bm9uZQ=="}, 401),
        ({"webhook_signature": "v1a,bm9uZQ== no-base64"}, 401),
        ({"webhook_id": "msg.1"}, 401),
        ({"webhook_timestamp": "now"}, 401),
        ({"idempotency_key": "other"}, 400),
        ({"content_type": "text/plain"}, 400),
    ],
)
def test_what_is_not_signed_in_time_is_refused(
    client: httpx.Client, crm: Webhook, more: dict[str, Any], status: int
) -> None:
    assert post(client, event("call.logged", CALL), **more).status_code == status
    assert crm.events == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (event("call.logged", CALL | {"duration": 3}), "data.duration: Extra inputs"),
        (event("call.logged", CALL | {"talk_seconds": "33"}), "data.talk_seconds"),
        (event("call.logged", CALL | {"wait_seconds": True}), "data.wait_seconds"),
        (event("call.logged", CALL | {"external_number": "0412 345 678"}), "data.external_number"),
        (event("call.logged", CALL | {"started_at": "2026-11-17T11:32:03+10:30"}), "data.started_at"),
        (event("call.logged", CALL | {"started_at": "2026-02-30T01:02:03Z"}), "data.started_at"),
        (event("call.logged", CALL | {"outcome": "connected"}), "no inbound call is connected"),
        (event("call.logged", CALL | {"miss_reason": "busy"}), "only a missed call has a reason"),
        (event("call.logged", {name: CALL[name] for name in CALL if name != "did"}), "data.did: Field required"),
        (event("call.deleted", CALL), "does not match any of the expected tags"),
        (event("call.logged", CALL, schema="trunkline.call.2"), "schema"),
        (event("call.recordings", {"call_id": "acme-main:7", "recordings": [{**AUDIO, "name": "x"}]}), "name: Extra"),
        (event("call.recordings", {"call_id": "acme-main:7", "recordings": []}), "at least 1 item"),
        (event("missed_call.closed", {**MISSED, "due_at": "2026-11-18T01:00:00Z", "closed_at": None}), "has closed_at"),
    ],
)
def test_a_body_of_another_shape_is_refused(client: httpx.Client, crm: Webhook, body: Any, words: str) -> None:
    answer = post(client, body)
    assert (answer.status_code, words in answer.json()["error"]) == (422, True), answer.text
    assert crm.events == {}


def test_it_can_be_switched_off_be_busy_and_is_at_one_address_only(client: httpx.Client, crm: Webhook) -> None:
    assert client.post(PATH, content=b"{}").status_code == 400, "the query is part of the address"
    assert (client.head(f"{PATH}?{QUERY}").status_code, client.post("/other").status_code) == (405, 404)
    crm.is_off = True
    assert post(client, event("call.logged", CALL)).status_code == 410
    crm.limit.most = 1
    busy = post(client, event("call.logged", CALL))
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")


def test_any_text_may_be_the_secret(client: httpx.Client, crm: Webhook) -> None:
    crm.secret, encoded = KEY.decode(), crm.secret
    assert post(client, event("call.logged", CALL)).status_code == 200
    crm.secret = encoded
