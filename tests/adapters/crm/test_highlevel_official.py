"""Every request of the HighLevel adapter is held against HighLevel's own OpenAPI documents (CRM reference §5.2)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from trunkline.adapters.crm.base import RecordingFile
from trunkline.adapters.crm.highlevel import HighLevel as Adapter
from trunkline.config import HighLevel as Table
from trunkline.delivery import CallFacts, marker
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server

SPECS = Path(__file__).parents[4] / "shared" / "specs"
JANE = "+61412345678"
CLOSED = (
    *("ProcessMessageBodyDto", "ProcessOutboundMessageBodyDto", "CallDataDTO", "AddMessageAttachmentsDto"),
    *("UpsertContactDto", "CreateConversationDto", "NotesDTO", "UploadFilesDto"),
)
CALL = CallFacts(
    call_id="pbx:1",
    started_at=dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC),
    direction="inbound",
    outcome="answered",
    external_number=JANE,
    did="+61882345678",
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SPECS.is_dir(), reason="the official documents are not here (../shared/specs)"),
]


class Sent:
    """A request as the simulated server received it, in openapi-core's words."""

    host_url = "https://services.leadconnectorhq.com"

    def __init__(self, seen: Seen) -> None:
        self.method, self.path = seen.method.lower(), seen.path
        self.content_type = seen.headers.get("content-type", "")
        self.body = seen.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(seen.query)), header=Headers(seen.headers.items())
        )


def document(name: str) -> OpenAPI:
    spec = json.loads((SPECS / f"highlevel-{name}.json").read_text())
    schemas = spec["components"]["schemas"]
    for schema in CLOSED:
        if schema in schemas:
            schemas[schema]["additionalProperties"] = False
    if name == "conversations":
        schemas["ProcessMessageBodyDto"]["properties"]["direction"] = {"enum": ["inbound", "outbound"]}
        upload = schemas["UploadFilesDto"]  # its file is only in the prose, its addresses cannot be given (§5.3)
        upload["required"] = ["conversationId", "contactId", "locationId"]
        upload["properties"]["fileAttachment"] = {"type": "string", "format": "binary"}
    return OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))


@pytest.fixture(scope="module")
def documents() -> dict[str, OpenAPI]:
    return {name: document(name) for name in ("contacts", "conversations")}


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
    adapter = Adapter(table)
    contact = (await adapter.find_contacts(JANE))[0].contact_id
    await adapter.create_contact("+61434567890", "Sam Stranger")
    assert await adapter.find_call(contact, CALL) is None
    message = await adapter.log_call(contact, CALL)
    assert await adapter.find_call(contact, CALL) == message
    outbound = CallFacts("pbx:2", CALL.started_at, "outbound", "not_connected", external_number=JANE)
    await adapter.log_call(contact, outbound)
    note = await adapter.write_note(contact, "Inbound call, answered", f"Hello\n{marker('pbx:1')}")
    assert await adapter.find_note(contact, marker("pbx:1")) == note
    assert await adapter.find_note(contact, marker("pbx:11")) is None
    await adapter.attach_recordings(message, [RecordingFile("call-1.wav", "audio/wav", b"RIFF\r\n\x00")])
    await adapter.aclose()
    later = Adapter(table)
    await later.attach_recordings(message, [RecordingFile("call-1.wav", "audio/wav", b"RIFF")])
    await later.aclose()


def test_every_request_obeys_the_official_documents(
    table: Table, crm: HighLevel, documents: dict[str, OpenAPI]
) -> None:
    asyncio.run(everything(table))
    for seen in crm.requests:
        assert seen.status in {200, 201}, seen
        documents[seen.path.split("/")[1]].validate_request(Sent(seen))
    asked = {(seen.method, seen.path.split("/")[-1]) for seen in crm.requests}
    assert len(crm.requests) == 17
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
    table: Table, crm: HighLevel, documents: dict[str, OpenAPI], change: dict[str, Any], headers: dict[str, str]
) -> None:
    asyncio.run(everything(table))
    good = next(seen for seen in crm.requests if seen.path.endswith("inbound"))
    body = {key: value for key, value in {**good.json, **change}.items() if value is not None}
    sent = {key: value for key, value in {**good.headers, **headers}.items() if value}
    wrong = Seen(good.method, good.path, good.query, sent, json.dumps(body).encode(), 0)
    with pytest.raises(OpenAPIError):
        documents["conversations"].validate_request(Sent(wrong))
