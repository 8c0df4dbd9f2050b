"""Every request of the HighLevel adapter is held against HighLevel's own OpenAPI documents (CRM reference §5.2)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import official
import pytest
from openapi_core.exceptions import OpenAPIError

from trunkline.adapters.crm.base import Recording, Task
from trunkline.adapters.crm.highlevel import Adapter
from trunkline.crms import HighLevel as Table
from trunkline.entries import CallFacts, Entry
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server

JANE = "+61412345678"
CALL = CallFacts(
    call_id="pbx:1",
    started_at=dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC),
    direction="inbound",
    outcome="answered",
    external_number=JANE,
    did="+61882345678",
)

STATE = Path("a-token-that-stays-is-kept-nowhere")

pytestmark = official.NEEDS_SPECS


@pytest.fixture
def crm() -> HighLevel:
    return HighLevel("loc1", "pit-1", "prov1", {JANE: "Jane"})


@pytest.fixture
def table(crm: HighLevel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("GHL_TOKEN", "pit-1")
    with Server(crm.app) as server:
        yield Table(
            id="ghl",
            kind="highlevel",
            base_url=server.url,
            location_id="loc1",
            provider_id="prov1",
            token="env:GHL_TOKEN",
            user_id="user1",
        )


async def everything(table: Table) -> None:
    adapter = Adapter(table, STATE)
    assert "fail" not in {one.state for one in await adapter.check()}
    contact = (await adapter.find_contacts(JANE))[0].contact_id
    await adapter.create_contact("+61434567890", "Sam Stranger")
    entry = Entry(CALL, "Australia/Adelaide", contact)
    assert await adapter.find_calls([entry]) == {}
    [message] = [str(one) for one in await adapter.log_calls([entry])]
    assert await adapter.find_calls([entry]) == {"pbx:1": message}
    outbound = CallFacts("pbx:11", CALL.started_at, "outbound", "not_connected", external_number=JANE)
    other = Entry(outbound, "Australia/Adelaide", contact)
    await adapter.log_calls([other])
    note = await adapter.write_note(entry)
    assert await adapter.find_note(entry) == note
    assert await adapter.find_note(other) is None
    await adapter.update_note(note, entry)
    await adapter.add_transcript(message, entry, "Hello")
    await adapter.add_transcript(message, entry, "Hello")
    task = Task("acme/pbx:1", contact, "Call back", "Twice", CALL.started_at, JANE)
    assert await adapter.find_task(task) is None
    made = await adapter.write_task(task)
    assert await adapter.find_task(task) == made
    await adapter.close_task(made, task)
    listed = await adapter.list_calls(CALL.started_at, CALL.started_at + dt.timedelta(seconds=1))
    assert [one.key for one in listed or ()] == ["pbx:11", "pbx:1"]
    await adapter.add_recordings(message, entry, [Recording("call-1.wav", "audio/wav", b"RIFF\r\n\x00")])
    await adapter.aclose()
    later = Adapter(table, STATE)
    await later.add_recordings(message, entry, [Recording("call-1.wav", "audio/wav", b"RIFF")])
    await later.aclose()


def test_every_request_obeys_the_official_documents(table: Table, crm: HighLevel) -> None:
    asyncio.run(everything(table))
    for seen in crm.requests:
        assert seen.status in {200, 201}, seen
        official.check("highlevel", seen)
    asked = {(seen.method, seen.path.split("/")[-1]) for seen in crm.requests}
    assert len(crm.notes) == 2, "a transcript is there once"
    assert {
        *[("GET", "duplicate"), ("POST", "upsert"), ("GET", "search"), ("POST", ""), ("GET", "messages")],
        *[("POST", "inbound"), ("POST", "outbound"), ("POST", "upload"), ("PUT", "attachments")],
        *[("GET", "notes"), ("POST", "notes")],
    } <= asked


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"duration": 3}, {}),
        ({"call": {"duration": 3}}, {}),
        ({"call": {"status": "missed"}}, {}),
        ({"contactId": None}, {}),
        ({"date": "2026-11-17 01:02:03"}, {}),
        ({}, {"version": "2021-07-28"}),
        ({}, {"authorization": ""}),
    ],
)
def test_the_documents_would_have_caught_a_wrong_request(
    table: Table, crm: HighLevel, change: dict[str, Any], headers: dict[str, str]
) -> None:
    asyncio.run(everything(table))
    good = next(seen for seen in crm.requests if seen.path.endswith("inbound"))
    body = {key: value for key, value in {**good.json, **change}.items() if value is not None}
    sent = {key: value for key, value in {**good.headers, **headers}.items() if value}
    wrong = Seen(good.method, good.path, good.query, sent, json.dumps(body).encode(), 0)
    with pytest.raises(OpenAPIError):
        official.check("highlevel", wrong)
