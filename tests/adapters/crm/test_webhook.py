"""Signed events: each once, the same bytes when sent again, every fact in them; and a receiver that says no."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from trunkline.adapters.crm.base import Busy, Recording, Refused, Task
from trunkline.adapters.crm.webhook import Adapter, key_of, signature
from trunkline.adapters.crm.webhook_events import json_schema
from trunkline.crms import Webhook as Table
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadCredentials, Forbidden, Unreachable
from trunkline.simulator.crm.webhook import Webhook
from trunkline.simulator.serve import Server

PUBLISHED = Path(__file__).parents[3] / "docs" / "webhook-call.schema.json"
STARTED = dt.datetime(2026, 10, 3, 16, 29, 58, tzinfo=dt.UTC)  # two seconds before Adelaide's clocks go forward
CALL = CallFacts(
    call_id="acme-main:7",
    started_at=STARTED,
    direction="inbound",
    outcome="answered",
    external_number="+61412345678",
    did="+61882345678",
    agent="Anna (101)",
    queue="Sales",
    wait_seconds=9.5,
    talk_seconds=61.0,
    ended_at=STARTED + dt.timedelta(seconds=70.5),
)
ENTRY = Entry(CALL, "Australia/Adelaide")
TASK = Task("acme/acme-main:7", None, "Call back +61412345678: a missed call", "…", STARTED, "+61412345678")


@pytest.fixture(autouse=True)
def _impatient(impatient: None) -> None:
    """Retries do not wait here."""


@pytest.fixture
def crm() -> Webhook:
    return Webhook()


@pytest.fixture
def table(crm: Webhook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("HOOK_SECRET", crm.secret)
    with Server(crm.app) as server:
        yield Table.model_validate(
            {"id": "hook", "kind": "webhook", **crm.settings(server.url), "secret": "env:HOOK_SECRET"}
        )


def sent(table: Table, *steps: tuple[str, Any]) -> list[Any]:
    """What the adapter's methods gave, one after the other."""

    async def go() -> list[Any]:
        adapter = Adapter(table, Path())
        try:
            return [await getattr(adapter, name)(*arguments) for name, arguments in steps]
        finally:
            await adapter.aclose()

    return asyncio.run(go())


def test_a_call_is_told_with_every_fact(table: Table, crm: Webhook) -> None:
    sent(table, ("log_calls", [[ENTRY]]))
    [event] = crm.events.values()
    text = event["data"].pop("text")
    assert event == {
        "type": "call.logged",
        "timestamp": "2026-10-03T16:31:08.500000Z",
        "schema": "trunkline.call.1",
        "data": {
            "call_id": "acme-main:7",
            "started_at": "2026-10-03T16:29:58Z",
            "ended_at": "2026-10-03T16:31:08.500000Z",
            "direction": "inbound",
            "outcome": "answered",
            "miss_reason": None,
            "external_number": "+61412345678",
            "external_name": None,
            "did": "+61882345678",
            "agent": "Anna (101)",
            "queue": "Sales",
            "wait_seconds": 9.5,
            "talk_seconds": 61.0,
        },
    }
    assert "Started: Sun 04 Oct 2026, 01:59:58 (Australia/Adelaide)" in text


def test_what_is_sent_again_has_the_same_id_and_bytes_and_is_taken_once(table: Table, crm: Webhook) -> None:
    crm.faults.add(drop_after_commit=True)
    first = sent(table, ("log_calls", [[ENTRY]]))
    assert first == sent(table, ("log_calls", [[ENTRY]])), "409 is as good as 200"
    assert [seen.status for seen in crm.requests] == [0, 409, 409]
    assert len({(seen.headers["webhook-id"], seen.body) for seen in crm.requests}) == 1
    assert len(crm.events) == 1


def test_changed_facts_are_an_event_of_their_own_for_the_same_call(table: Table, crm: Webhook) -> None:
    [[remote_id]] = sent(table, ("log_calls", [[ENTRY]]))
    changed = Entry(CALL.without(["queue"]), ENTRY.timezone)
    assert sent(table, ("update_call", [remote_id, changed]), ("update_call", [remote_id, changed])) == [remote_id] * 2
    assert [event["type"] for event in crm.events.values()] == ["call.logged", "call.updated"]
    [call] = crm.logged()
    assert "Queue" not in call.text


def test_recordings_transcripts_and_missed_callers(table: Table, crm: Webhook) -> None:
    audio = [Recording("call-1.wav", "audio/wav", url="https://play.example/r/1")]
    for _ in range(2):
        sent(
            table,
            ("add_recordings", ["msg_1", ENTRY, audio]),
            ("add_transcript", ["msg_1", ENTRY, "Good morning"]),
            ("write_task", [TASK]),
        )
    assert crm.of("call.recordings") == [
        {"call_id": "acme-main:7", "recordings": [{"media_type": "audio/wav", "url": "https://play.example/r/1"}]}
    ]
    assert crm.of("call.transcript") == [{"call_id": "acme-main:7", "text": "Good morning"}]
    assert [one.is_done for one in crm.tasks_there()] == [False]
    sent(table, ("close_task", ["msg_2", TASK]))
    assert [(one.number, one.is_done) for one in crm.tasks_there()] == [("+61412345678", True)]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (400, Refused, "refused it: 400"),
        (401, BadCredentials, "let the receiver verify webhook-signature with this secret"),
        (429, Busy, "rate limit"),
    ],
)
def test_a_receiver_that_says_no(table: Table, crm: Webhook, status: int, error: type[Exception], said: str) -> None:
    crm.faults.add(status=status, times=9)
    with pytest.raises(error, match=said):
        sent(table, ("log_calls", [[ENTRY]]))


def test_one_that_is_switched_off_stops_the_run(table: Table, crm: Webhook) -> None:
    crm.is_off = True
    with pytest.raises(Forbidden, match=r"switched this webhook off \(410\) — switch it on there again"):
        sent(table, ("log_calls", [[ENTRY]]))


def test_the_receiver_refuses_another_secret_and_other_fields(
    table: Table, crm: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "whsec_YW5vdGhlcg==")
    with pytest.raises(BadCredentials):
        sent(table, ("log_calls", [[ENTRY]]))
    assert crm.events == {}


def test_doctor_says_what_can_be_known(table: Table, crm: Webhook) -> None:
    [found] = sent(table, ("check", []))
    assert [(one.what, one.state) for one in found] == [("reachable", "ok"), ("secret", "unknown")]
    assert crm.events == {}
    with pytest.raises(Unreachable):
        sent(table.model_copy(update={"url": "http://127.0.0.1:9/"}), ("check", []))


def test_the_signature_is_that_of_the_standard() -> None:
    """The example in the documentation of Standard Webhooks' libraries."""
    key, body = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), b'{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert key_of("any text") == b"any text"


def test_the_published_schema_is_the_one_of_the_code_and_fits_what_is_sent(table: Table, crm: Webhook) -> None:
    published = json.loads(PUBLISHED.read_text())
    assert published == json_schema()
    sent(table, ("log_calls", [[ENTRY]]), ("write_task", [TASK]), ("add_transcript", ["msg_1", ENTRY, "Hello"]))
    validator = Draft202012Validator(published)
    for event in crm.events.values():
        validator.validate(event)
    assert list(validator.iter_errors({**next(iter(crm.events.values())), "more": 1}))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example/x", "http is allowed on loopback only"),
        ("https://user:pass@hooks.example/x", "is no address"),
        ("https://hooks.example/x#part", "has a fragment"),
    ],
)
def test_where_it_goes_is_checked_at_load(address: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Table(id="hook", kind="webhook", url=address, secret="env:X")
