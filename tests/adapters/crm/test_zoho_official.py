"""Every request of the Zoho adapter is held against Zoho's own OpenAPI documents, as far as they go.

Of records they say no more than that there are some, of files and queries nothing: the simulated organisation is the
strict model of those (`trunkline.simulator.crm.zoho_rules`, with the sources).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from official import NEEDS_SPECS, Sent
from official_documents import SPECS
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError

from trunkline.adapters.crm.base import Recording, Task
from trunkline.adapters.crm.zoho import Adapter
from trunkline.crms import Zoho as Table
from trunkline.entries import CallFacts, Entry
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.crm.zoho import Zoho
from trunkline.simulator.serve import Server

HOST = "https://zohoapis.com"  # as the documents name it; every organisation has its region's
JANE, ZONE = "+61412345678", "Australia/Adelaide"
CALL = CallFacts(
    call_id="pbx:1",
    started_at=dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC),
    direction="inbound",
    outcome="answered",
    external_number=JANE,
)
NOT_DOCUMENTED = {"coql", "token"}

pytestmark = NEEDS_SPECS


@pytest.fixture(scope="module")
def documents() -> dict[str, OpenAPI]:
    found = {}
    for name in ("record", "attachments", "fields"):
        path = SPECS / f"zoho-{name}.json"
        spec = json.loads(path.read_text())
        spec.pop("security", None)  # openapi-core does not know `Zoho-oauthtoken`; the simulated organisation does
        if name == "attachments":  # one parameter for two: needed to delete, not to list all of a record's
            spec["components"]["parameters"]["ids"]["required"] = False
        found[name] = OpenAPI.from_dict(spec, base_uri=path.as_uri(), config=Config(spec_validator_cls=None))
    return found


def document_of(seen: Seen) -> str | None:
    """Which document has the address; null for files, of which only links are documented."""
    last = seen.path.split("/")[-1]
    if last == "Attachments":
        return "attachments" if seen.method == "GET" or seen.query else None
    return None if last in NOT_DOCUMENTED else "fields" if last == "fields" else "record"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Seen]:
    """All that the adapter ever sends."""
    crm = Zoho({JANE: "Jane"})
    with Server(crm.app) as server:
        settings: dict[str, Any] = {"id": "zoho", "kind": "zoho", **crm.settings(server.url)}
        for key in ("client_secret", "refresh_token"):
            monkeypatch.setenv(f"ZOHO_{key}", settings[key])
            settings[key] = f"env:ZOHO_{key}"
        asyncio.run(everything(Adapter(Table.model_validate(settings), tmp_path)))
    return crm.requests


async def everything(adapter: Adapter) -> None:
    assert "fail" not in {one.state for one in await adapter.check()}
    (person,) = await adapter.find_contacts(JANE)
    await adapter.create_contact("+61434567890", "Sam Stranger")
    entry = Entry(CALL, ZONE, person.contact_id)
    [call] = [str(one) for one in await adapter.log_calls([entry])]
    assert await adapter.find_calls([entry]) == {"pbx:1": call}
    longer = Entry(CallFacts("pbx:1", CALL.started_at, "inbound", "answered", talk_seconds=60), ZONE)
    await adapter.update_call(call, longer)
    await adapter.add_recordings(call, entry, [Recording("call-1.wav", "audio/wav", b"RIFF\r\n\x00")])
    await adapter.add_recordings(call, entry, [Recording("call-2.wav", "audio/wav", url="https://play.example/r/2")])
    await adapter.add_transcript(call, entry, "Hello")
    task = Task("acme/pbx:1", person.contact_id, f"Call back {JANE}", "Twice", CALL.started_at, JANE, ZONE)
    made = await adapter.write_task(task)
    assert await adapter.find_task(task) == made
    await adapter.close_task(made, task)
    assert len(await adapter.list_calls(CALL.started_at, CALL.started_at + dt.timedelta(seconds=1)) or ()) == 1
    await adapter.aclose()


def test_every_request_obeys_the_official_documents(seen: list[Seen], documents: dict[str, OpenAPI]) -> None:
    for one in seen:
        assert one.status in {200, 201, 204}, one
        if name := document_of(one):
            documents[name].validate_request(Sent(one, HOST))
    kinds = {(one.method, one.path.split("/")[3] if one.path.startswith("/crm") else "token") for one in seen}
    assert {("POST", "Calls"), ("PUT", "Calls"), ("POST", "Tasks"), ("PUT", "Tasks"), ("GET", "settings")} <= kinds


def test_the_documents_would_have_caught_a_wrong_request(seen: list[Seen], documents: dict[str, OpenAPI]) -> None:
    listed = next(one for one in seen if one.method == "GET" and one.path.endswith("Attachments"))
    made = next(one for one in seen if (one.method, one.path) == ("POST", "/crm/v8/Calls"))
    fields = next(one for one in seen if one.path.endswith("fields"))
    form = {"content-type": "application/x-www-form-urlencoded"}
    for good, change in (
        (listed, {"query": ""}),
        (fields, {"query": ""}),
        (made, {"body": b'{"data": {}}'}),
        (made, {"headers": form}),
        (made, {"path": "/crm/v8/Calls/1/2"}),
    ):
        wrong = Seen(**{**vars(good), **change})
        with pytest.raises(OpenAPIError):
            documents[document_of(good) or ""].validate_request(Sent(wrong, HOST))
