"""Every request of the Pipedrive adapter is held against Pipedrive's own OpenAPI documents (CRM reference §5.2)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from official import NEEDS_SPECS, SPECS, Sent, opened
from openapi_core import OpenAPI
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
PATHS = {
    "v1": ("/users/me", "/activityTypes", "/callLogs", "/callLogs/{id}", "/callLogs/{id}/recordings", "/notes"),
    "v2": ("/persons/search", "/persons", "/activities", "/activities/{id}"),
}
CALL = CallFacts("pbx:1", dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC), "inbound", "answered", None, JANE)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, in which nothing may stand that it does not name."""
    if "allOf" in schema and all(part.get("type") == "object" for part in schema["allOf"]):
        parts = schema["allOf"]
        properties = {key: value for part in parts for key, value in part.get("properties", {}).items()}
        schema = {
            "type": "object",
            "properties": properties,
            "required": [r for p in parts for r in p.get("required", [])],
        }
    if "properties" in schema:
        inner = {key: closed(value) for key, value in schema["properties"].items()}
        return {**schema, "properties": inner, "additionalProperties": False}
    return {**schema, "items": closed(schema["items"])} if "items" in schema else schema


def excerpt(text: str, paths: tuple[str, ...]) -> str:
    """The document without all other paths: to parse it whole takes seconds."""
    pieces = re.split(r"^(?=  '?/\S*:$)|^(?=components:$)", text, flags=re.MULTILINE)
    wanted = tuple(f"  {key}:\n" for path in paths for key in (path, f"'{path}'"))
    return "".join(piece for piece in pieces if not piece.startswith(("  /", "  '/")) or piece.startswith(wanted))


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """Of both documents the paths that are used, with closed bodies, and call logs' times as the prose has them."""
    found = {}
    for version, paths in PATHS.items():
        document = yaml.safe_load(excerpt((SPECS / f"pipedrive-{version}.yaml").read_text(), paths))
        assert set(document["paths"]) == set(paths)
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["security"] = [{"api_key": []}]  # of the two ways in, ours
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    content["schema"] = closed(content["schema"])
        found[version] = document
    body = found["v1"]["paths"]["/callLogs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for key in ("start_time", "end_time"):
        assert "YYYY-MM-DD HH:MM:SS" in body["properties"][key]["description"]
        body["properties"][key] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}
    return found


@pytest.fixture(scope="module")
def documents(spec: dict[str, Any]) -> dict[str, OpenAPI]:
    return {version: opened(document) for version, document in spec.items()}


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


def received(seen: Seen) -> tuple[str, Sent]:
    return ("v2" if seen.path.startswith("/api/v2/") else "v1"), Sent(seen, "https://api.pipedrive.com")


def test_every_request_obeys_the_official_documents(
    requests: list[Seen], spec: dict[str, Any], documents: dict[str, OpenAPI]
) -> None:
    asked = set()
    for seen in requests:
        assert seen.status == 200 or (seen.method, seen.path, seen.status) == ("POST", "/v1/callLogs", 400), seen
        version, sent = received(seen)
        documents[version].validate_request(sent)
        path = next(one for one in sorted(PATHS[version], key=len) if matches(one, seen.path))
        operation = spec[version]["paths"][path][seen.method.lower()]
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert {key for key, _value in parse_qsl(seen.query)} <= named
        asked.add((seen.method, path))
    assert {("POST", path) for path in (*PATHS["v1"][2:], *PATHS["v2"][1:3]) if path != "/callLogs/{id}"} <= asked
    assert {("DELETE", "/callLogs/{id}"), ("DELETE", "/activities/{id}"), ("PATCH", "/activities/{id}")} <= asked
    assert {("GET", path) for path in (*PATHS["v1"], *PATHS["v2"]) if not path.endswith("recordings")} <= asked


def matches(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.removeprefix("/api/v2").removeprefix("/v1").split("/")
    return len(parts) == len(given) and all(a in {"{id}", b} for a, b in zip(parts, given, strict=True))


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
    requests: list[Seen], documents: dict[str, OpenAPI], path: str, change: dict[str, Any]
) -> None:
    good = next(seen for seen in requests if (seen.method, seen.path) == ("POST", path))
    body = {key: value for key, value in {**good.json, **change}.items() if value is not None}
    wrong = replace(good, body=json.dumps(body).encode())
    version, sent = received(wrong)
    with pytest.raises(OpenAPIError):
        documents[version].validate_request(sent)
    headers = {key: value for key, value in good.headers.items() if key != "x-api-token"}
    with pytest.raises(OpenAPIError):
        documents[version].validate_request(received(replace(good, headers=headers))[1])
