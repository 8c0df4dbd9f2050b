"""Every request of the Pipedrive adapter is held against Pipedrive's own OpenAPI documents (CRM reference §5.2)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from official import NEEDS_SPECS, check, template
from official_documents import PATHS
from openapi_core.exceptions import OpenAPIError

from trunkline.adapters.crm.base import Recording, Task
from trunkline.adapters.crm.pipedrive import Adapter
from trunkline.crms import Pipedrive as Table
from trunkline.entries import CallFacts, Entry
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.crm.pipedrive import Pipedrive
from trunkline.simulator.serve import Server

pytestmark = NEEDS_SPECS

JANE, STRANGER = "+61412345678", "+61434567890"
CALL = CallFacts("pbx:1", dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC), "inbound", "answered", None, JANE)


@pytest.fixture(scope="module")
def crm() -> Pipedrive:
    crm = Pipedrive(rate_limit=(1000, 1.0))
    crm.add_person("Jane", "0412 345 678")
    crm.add_person("Jane's twin", JANE)
    return crm


@pytest.fixture(scope="module")
def requests(crm: Pipedrive) -> Iterator[list[Seen]]:
    with pytest.MonkeyPatch.context() as patch, Server(crm.app) as server:
        patch.setenv("PD_TOKEN", crm.token)
        head = {"id": "pd", "kind": "pipedrive", "base_url": server.url, "token": "env:PD_TOKEN"}
        asyncio.run(
            everything(Table.model_validate({**head, "user_id": crm.user_id, "several_contacts": "oldest"}), crm)
        )
    yield crm.requests


async def everything(table: Table, crm: Pipedrive) -> None:
    adapter = Adapter(table, Path("a-token-that-stays-is-kept-nowhere"))
    assert "fail" not in {one.state for one in await adapter.check()}
    contact = (await adapter.find_contacts(JANE))[0].contact_id
    await adapter.create_contact(STRANGER, "Sam Stranger")
    entry = Entry(CALL, "Australia/Adelaide", contact)
    [log] = [str(one) for one in await adapter.log_calls([entry])]
    await adapter.add_recordings(log, entry, [Recording("call-1.wav", "audio/wav", b"RIFF\r\n\x00")])
    assert await adapter.find_calls([entry]) == {"pbx:1": log}
    task = Task("acme/pbx:1", contact, "Call back", "Twice", CALL.started_at, JANE)
    assert await adapter.find_task(task) is None
    made = await adapter.write_task(task)
    assert await adapter.find_task(task) == made
    await adapter.close_task(made, task)
    await adapter.add_transcript(log, entry, "Hello")
    for activity in crm.timeline():
        activity |= {"deal_id": 3, "lead_id": "f47ac10b-58cc-4372-a567-0e02b2c3d479"}
    for converts_twice in (True, False):
        crm.converts_twice = converts_twice
        entry = replace(entry, call=replace(entry.call, talk_seconds=9.0 if converts_twice else 8.0))
        log = await adapter.update_call(log, entry)
    assert [one.key for one in await adapter.list_calls(CALL.started_at, CALL.started_at + dt.timedelta(1)) or ()]
    await adapter.aclose()


def test_every_request_obeys_the_official_documents(requests: list[Seen]) -> None:
    asked = set()
    for seen in requests:
        assert seen.status == 200 or (seen.method, seen.path, seen.status) == ("POST", "/v1/callLogs", 400), seen
        check("pipedrive", seen)
        asked.add((seen.method, template("pipedrive", seen.path)))
    assert {("POST", path) for path in (*PATHS["v1"][2:], *PATHS["v2"][1:3]) if path != "/callLogs/{id}"} <= asked
    assert {("DELETE", "/callLogs/{id}"), ("DELETE", "/activities/{id}"), ("PATCH", "/activities/{id}")} <= asked
    assert {("GET", path) for path in (*PATHS["v1"], *PATHS["v2"]) if not path.endswith("recordings")} <= asked


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/v1/callLogs", {"direction": "inbound"}),
        ("/v1/callLogs", {"duration": 9}),
        ("/v1/callLogs", {"outcome": "missed"}),
        ("/v1/callLogs", {"to_phone_number": None}),
        ("/v1/callLogs", {"start_time": "2026-11-17T01:02:03Z"}),
        ("/v1/callLogs", {"person_id": "1"}),
        ("/v1/notes", {"body": "x"}),
        ("/v1/notes", {"content": None}),
        ("/api/v2/persons", {"phone": JANE}),
        ("/api/v2/activities", {"participants": [{"person_id": 1, "primary_flag": True}]}),
    ],
)
def test_the_documents_would_have_caught_a_wrong_request(
    requests: list[Seen], path: str, change: dict[str, Any]
) -> None:
    good = next(seen for seen in requests if (seen.method, seen.path) == ("POST", path))
    body = {key: value for key, value in {**good.json, **change}.items() if value is not None}
    wrong = replace(good, body=json.dumps(body).encode())
    with pytest.raises(OpenAPIError):
        check("pipedrive", wrong)
    headers = {key: value for key, value in good.headers.items() if key != "x-api-token"}
    with pytest.raises(OpenAPIError):
        check("pipedrive", replace(good, headers=headers))
