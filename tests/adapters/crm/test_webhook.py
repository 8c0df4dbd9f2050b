"""Signed events, one by one: every fact, the same bytes when sent again; receivers that say no; the documents."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from trunkline.adapters.crm.base import AnswerLost, Busy, DeletedThere, Recording, Refused, Task
from trunkline.adapters.crm.webhook import Adapter, SwitchedOff
from trunkline.adapters.crm.webhook_events import json_schema
from trunkline.adapters.crm.webhook_signing import Signer
from trunkline.crms import Webhook as Table
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadCredentials, ConfigError, Forbidden, NotThere, Unreachable
from trunkline.simulator.crm.webhook import PATH, QUERY, Webhook
from trunkline.simulator.serve import Server

DOCS = Path(__file__).parents[3] / "docs"
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
AUDIO = [Recording("call-1.wav", "audio/wav", url="https://play.example/r/1")]
TASK = Task("acme/acme-main:7", None, "Call back +61412345678: a missed call", "Queue: Sales", STARTED, "+61412345678")
CLOSED = replace(TASK, over_at=STARTED + dt.timedelta(hours=20))

pytestmark = pytest.mark.usefixtures("impatient")


class Served:
    """One server for all tests, with a new receiver in each."""

    crm: Webhook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.crm.app(scope, receive, send)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, str]]:
    app = Served()
    with Server(app) as server:
        yield app, server.url


@pytest.fixture
def crm(served: tuple[Served, str]) -> Webhook:
    served[0].crm = Webhook()
    return served[0].crm


@pytest.fixture
def table(served: tuple[Served, str], crm: Webhook, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("HOOK_SECRET", crm.secret)
    values = crm.settings(served[1])
    return Table.model_validate({"id": "hook", "kind": "webhook", **values, "secret": "env:HOOK_SECRET"})


def sent(table: Table, *steps: tuple[str, Any]) -> list[Any]:
    """What the adapter's methods gave, one after the other."""

    async def go() -> list[Any]:
        adapter = Adapter(table, Path())
        try:
            return [await getattr(adapter, name)(*arguments) for name, arguments in steps]
        finally:
            await adapter.aclose()

    return asyncio.run(go())


def log(table: Table, *entries: Entry) -> list[Any]:
    return sent(table, *(("log_calls", [[entry]]) for entry in entries))


def send_all(table: Table, audio: list[Recording] = AUDIO) -> list[Any]:
    """One event of each type."""
    return sent(
        table,
        ("log_calls", [[ENTRY]]),
        ("update_call", ["msg_1", replace(ENTRY, told_at=STARTED)]),
        ("add_recordings", ["msg_1", ENTRY, audio]),
        ("add_transcript", ["msg_1", ENTRY, "Good morning"]),
        ("write_task", [TASK]),
        ("close_task", ["msg_2", CLOSED]),
    )


def test_a_call_is_told_with_every_fact(table: Table, crm: Webhook) -> None:
    [[event_id]] = log(table, ENTRY)
    text = crm.events[event_id]["data"].pop("text")
    assert crm.events[event_id] == {
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


def test_the_other_events(table: Table, crm: Webhook) -> None:
    send_all(table)
    _, _, audio, transcript, missed, closed = crm.events.values()
    assert audio["data"] == {
        "call_id": "acme-main:7",
        "recordings": [{"media_type": "audio/wav", "url": "https://play.example/r/1"}],
    }
    assert transcript["data"] == {"call_id": "acme-main:7", "text": "Good morning"}
    caller = {
        "episode_id": "acme/acme-main:7",
        "external_number": "+61412345678",
        "title": "Call back +61412345678: a missed call",
        "text": "Queue: Sales",
        "due_at": "2026-10-03T16:29:58Z",
    }
    assert missed["data"] == {**caller, "closed_at": None}
    assert closed["data"] == {**caller, "closed_at": "2026-10-04T12:29:58Z"}
    assert [one["timestamp"] for one in (audio, missed, closed)] == [
        *("2026-10-03T16:31:08.500000Z", "2026-10-03T16:29:58Z", "2026-10-04T12:29:58Z")
    ]
    assert [(one.number, one.is_done) for one in crm.tasks_there()] == [("+61412345678", True)]


def test_an_end_that_is_not_known_is_null(table: Table, crm: Webhook) -> None:
    log(table, Entry(replace(CALL, ended_at=None, talk_seconds=None), "UTC"))
    [event] = crm.events.values()
    assert (event["data"]["ended_at"], event["timestamp"]) == (None, "2026-10-03T16:30:07.500000Z")


@pytest.mark.parametrize("repeats", [409, 200])
def test_what_is_sent_again_has_the_same_id_and_bytes_and_is_taken_once(
    table: Table, crm: Webhook, repeats: int
) -> None:
    crm.repeats = repeats
    crm.faults.add(drop_after_commit=True)
    first = send_all(table)
    newer = [replace(AUDIO[0], url="https://play.example/r/made-later")]
    assert send_all(table, newer) == first
    assert [seen.status for seen in crm.requests] == [0, repeats, *[200] * 5, *[repeats] * 6]
    assert len(crm.events) == 6
    assert len({seen.headers["webhook-id"] for seen in crm.requests}) == 6
    assert len({seen.body for seen in crm.requests if b"call.recordings" not in seen.body}) == 5


def test_facts_that_come_back_are_news_and_an_update_keeps_the_calls_id(table: Table, crm: Webhook) -> None:
    other = Entry(CALL.without(["queue"]), ENTRY.timezone)
    told = [replace(one, told_at=STARTED + dt.timedelta(days=n)) for n, one in enumerate((other, ENTRY, other, ENTRY))]
    [[remote_id]] = log(table, ENTRY)
    updates = [("update_call", [remote_id, one]) for one in told]
    assert sent(table, *updates, *updates[-1:]) == [remote_id] * 5
    assert [event["data"]["queue"] for event in crm.events.values()] == ["Sales", None, "Sales", None, "Sales"]
    assert [seen.status for seen in crm.requests][-2:] == [200, 409]


def test_a_later_second_recording_is_another_event(table: Table, crm: Webhook) -> None:
    for audio in (AUDIO, AUDIO * 2):
        sent(table, ("add_recordings", ["msg_1", ENTRY, audio]))
    assert [len(one["recordings"]) for one in crm.of("call.recordings")] == [1, 2]


@pytest.mark.parametrize("status", [201, 202, 204, 409])
def test_any_of_these_is_done_whatever_the_body(table: Table, crm: Webhook, status: int) -> None:
    crm.faults.add(status=status, body=None if status == 204 else "<p>Thank you, not found</p>")
    assert log(table, ENTRY) == [[crm.requests[0].headers["webhook-id"]]]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (400, Refused, "refused it: 400"),
        (413, Refused, "refused it: 413"),
        (401, BadCredentials, "let the receiver verify webhook-signature with this secret"),
        (403, Forbidden, "a right is missing"),
        (404, NotThere, r"nothing takes events at this address \(404\) — check url"),
        (405, NotThere, r"\(405\)"),
        (410, SwitchedOff, r"CRM hook: the receiver has switched this webhook off \(410\) — switch it on there again"),
        (408, AnswerLost, "answered 408"),
        (429, Busy, "rate limit"),
        (500, AnswerLost, "answered 500"),
        (520, AnswerLost, "answered 520"),
    ],
)
def test_a_receiver_that_says_no(table: Table, crm: Webhook, status: int, error: type[Exception], said: str) -> None:
    crm.faults.add(status=status, times=9)
    with pytest.raises(error, match=said):
        log(table, ENTRY)


def test_what_a_receiver_does_not_find_is_a_refusal_for_nothing_was_deleted(table: Table, crm: Webhook) -> None:
    crm.faults.add(status=422, body={"message": "customer not found"})
    with pytest.raises(Refused, match="customer not found") as raised:
        log(table, ENTRY)
    assert not isinstance(raised.value, DeletedThere)


def test_busy_for_a_moment_is_waited_for(table: Table, crm: Webhook) -> None:
    crm.faults.add(status=429)
    crm.faults.add(status=503)
    log(table, ENTRY)
    assert [seen.status for seen in crm.requests] == [429, 503, 200]


def test_a_redirect_is_not_followed(table: Table, crm: Webhook, served: tuple[Served, str]) -> None:
    async def moved(scope: Scope, _receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        headers = [(b"location", f"{served[1]}/elsewhere".encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body"})

    asked: list[str] = []
    crm.app = moved
    with pytest.raises(NotThere, match="write the address that it leads to into url"):
        log(table, ENTRY)
    assert asked == [PATH]


def test_another_secret_is_refused(table: Table, crm: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "whsec_YW5vdGhlcg==")
    with pytest.raises(BadCredentials, match="the credentials were refused"):
        log(table, ENTRY)
    assert crm.events == {}


def test_doctor_says_what_can_be_known_and_sends_no_event(table: Table, crm: Webhook) -> None:
    def states() -> list[tuple[str, str]]:
        [found] = sent(table, ("check", []))
        return [(one.what, one.state) for one in found]

    assert states() == [("reachable", "ok"), ("signature", "unknown")]
    for status in (302, 404, 503):
        crm.faults.add(status=status, times=4 if status == 503 else 1)
        assert states()[0] == ("reachable", "warn"), status
    crm.faults.add(status=410)
    assert states() == [("reachable", "fail")]
    assert {(seen.method, seen.path, seen.query) for seen in crm.requests} == {("HEAD", PATH, QUERY)}
    with pytest.raises(Unreachable):
        sent(table.model_copy(update={"url": "http://127.0.0.1:9/"}), ("check", []))


def test_the_signature_is_that_of_the_standard() -> None:
    """The example in the documentation of Standard Webhooks' libraries."""
    moment = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    signer = Signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "CRM hook")
    signed = signer.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", moment, '{"test": 2432232314}')
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "Idempotency-Key": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    }


@pytest.mark.parametrize("secret", ["any text", "whsec_c2hvcnQ", f"whsec_{base64.b64encode(b'padded').decode()}"])
def test_receivers_verify_it_by_the_document_and_by_the_library(
    table: Table, crm: Webhook, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("HOOK_SECRET", secret)
    crm.secret = secret + "=" if secret.endswith("nQ") else secret
    log(table, ENTRY)
    [seen] = crm.requests
    code = re.search(r"```python\n(.*?)```", (DOCS / "webhook.md").read_text(), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102 - the document's own lines
    assert names["is_genuine"](seen.headers, seen.body, crm.secret)
    assert not names["is_genuine"](seen.headers, seen.body + b" ", crm.secret)
    assert not names["is_genuine"](seen.headers, seen.body, "another")
    late = {**seen.headers, "webhook-timestamp": str(int(time.time()) - 301)}
    assert not names["is_genuine"](late, seen.body, crm.secret)
    library = standardwebhooks.Webhook(secret if secret.startswith("whsec_") else secret.encode())
    assert library.verify(seen.body, seen.headers)["type"] == "call.logged"
    assert seen.headers["idempotency-key"] == seen.headers["webhook-id"]


@pytest.mark.parametrize("secret", ["whsec_", "whsec_abcde", "whsec_c2hv*cnR0"])
def test_half_a_secret_is_told_at_once(table: Table, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("HOOK_SECRET", secret)
    with pytest.raises(ConfigError, match="CRM hook: its secret begins with whsec_, and no base64 follows"):
        Adapter(table, Path())


def test_the_published_schema_is_the_codes_and_fits_what_is_sent(table: Table, crm: Webhook) -> None:
    published = (DOCS / "webhook-call.schema.json").read_text()
    assert published == json.dumps(json_schema(), indent=2) + "\n", "write it anew: json_schema(), indent=2"
    send_all(table)
    validator = Draft202012Validator(json.loads(published))
    first = next(iter(crm.events.values()))
    for event in crm.events.values():
        validator.validate(event)
        assert f"`{event['type']}`" in (DOCS / "webhook.md").read_text()
    assert list(validator.iter_errors({**first, "data": {**first["data"], "outcome": "lost"}}))
    assert list(validator.iter_errors({name: first[name] for name in first if name != "timestamp"}))
    assert not list(validator.iter_errors({**first, "more": 1})), "a field may be added under the same schema"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example/x", "http is allowed on loopback only"),
        ("https://user:pass@hooks.example/x", "is no address"),
        ("https://hooks.example/x#part", "has a fragment"),
        ("https://hooks.example/a path", "is no address"),
    ],
)
def test_where_it_goes_is_checked_at_load(address: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Table(id="hook", kind="webhook", url=address, secret="env:X")


def test_a_path_is_sent_as_it_is_written(table: Table, crm: Webhook, served: tuple[Served, str]) -> None:
    with pytest.raises(NotThere):
        log(table.model_copy(update={"url": f"{served[1]}//hooks/a%2Fb?to=%2B61&x=1"}), ENTRY)
    assert [(seen.path, seen.query) for seen in crm.requests] == [("//hooks/a/b", "to=%2B61&x=1")]
