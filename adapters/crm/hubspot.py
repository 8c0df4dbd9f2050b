"""HubSpot: what differs from other CRMs (CRM reference §2.2). Calls are upserted by a unique property that holds our
id, many at once; that they are on a contact's timeline is a second request, without which they do not count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trunkline.adapters.crm import hubspot_client as api
from trunkline.adapters.crm import hubspot_fields as fields
from trunkline.adapters.crm.base import Contact, CrmAdapter, Finding, Listed, Recording, Refused, Takes, Task
from trunkline.adapters.crm.hubspot_batches import in_halves
from trunkline.adapters.crm.hubspot_records import AT_ONCE, Records
from trunkline.adapters.crm.hubspot_search import Searches
from trunkline.adapters.crm.hubspot_setup import Setup, findings
from trunkline.adapters.crm.hubspot_tasks import Tasks
from trunkline.adapters.crm.pace import Pace
from trunkline.crms import HubSpot
from trunkline.entries import Entry, marker
from trunkline.errors import RemoteError


class Adapter(CrmAdapter):
    """One HubSpot account.

    No recording goes there as a file: what a call links to must be open to everybody who has the address, for ever;
    trunkline's own links are signed and end.
    """

    name = "HubSpot"
    takes = Takes(calls_at_once=AT_ONCE)

    def __init__(self, crm: HubSpot, state: Path) -> None:
        self._crm = crm
        auth = api.sign_in(crm, state)
        self._client = api.Client(crm, auth, Pace(api.MAX_REQUESTS, api.INTERVAL_SECONDS))
        self._searching = api.Client(crm, auth, Pace(api.MAX_SEARCHES, api.SEARCH_INTERVAL_SECONDS))
        self._records = Records(self._client)
        self._searches = Searches(self._searching)
        self._tasks = Tasks(self._records)
        self._setup = Setup(self._records, crm)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
        await self._searching.aclose()

    async def check(self) -> list[Finding]:
        """Rights, the unique property, the outcomes of calls, the rate budget."""
        return await findings(self._client, self._records, self._setup, self._crm)

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Those with this number as phone or mobile phone, the oldest first."""
        return await self._searches.contacts(number)

    async def create_contact(self, number: str, name: str | None) -> str:
        """A contact with a number and the name as it was shown, which does not tell which part is the family's.

        HubSpot itself notes what made it: "Record source" names the service key or app, which so should be called
        trunkline. It has no field of its own that a person would not use for something else.
        """
        properties = {"phone": number}
        if name and any(character.isalpha() for character in name):
            properties["firstname"] = name
        return await self._records.create("contacts", properties)

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Upserts the calls, then puts each on its contact's timeline.

        What is there already (an answer was lost, a ledger too) is read first: people may have written in it.
        """
        offered, key = await self._setup.offered(), self._crm.key_property
        there = await self._records.read_many("calls", [one.call.call_id for one in entries], fields.KEPT, key)
        inputs = [
            self._input(entry, fields.call_properties(entry, offered, there.get(entry.call.call_id)))
            for entry in entries
        ]
        made = await in_halves(inputs, self._records.upsert_calls)
        pairs = {
            index: (call, entry.contact_id)
            for index, (entry, call) in enumerate(zip(entries, made, strict=True))
            if isinstance(call, str) and entry.contact_id
        }
        placed = await in_halves(list(pairs.values()), self._records.associate_calls)
        results = dict(enumerate(made)) | dict(zip(pairs, placed, strict=True))
        return [results[index] for index in range(len(made))]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Sets the facts; of the text our part alone."""
        offered = await self._setup.offered()
        there = await self._records.read("calls", remote_id, fields.KEPT)
        await self._records.change("calls", remote_id, fields.call_properties(entry, offered, there))
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:
        """The first is the call's recording; of more than that there is no field: they are links in its text."""
        urls = {one.name: one.url or "" for one in recordings}
        if not all(url.startswith("https://") for url in urls.values()):
            mend = "let url of [links] begin with https://, then deliver --retry-failed"
            raise Refused("it takes recordings at https addresses only", where=self._client.where, mend=mend)
        (_, first), *others = urls.items()
        changed = {fields.RECORDING: first}
        if others:
            block = await self._block(remote_id, "More recordings", fields.links(dict(others)), entry, "recordings")
            changed |= block
        await self._records.change("calls", remote_id, changed)

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """Adds it to the call's text: HubSpot's own transcripts need who spoke when."""
        if block := await self._block(remote_id, "What was said", fields.escaped(text), entry, "transcript"):
            await self._records.change("calls", remote_id, block)

    async def find_task(self, task: Task) -> str | None:
        """The contact's task that holds our marker."""
        return await self._tasks.find(task)

    async def write_task(self, task: Task) -> str:
        """A task on the contact."""
        return await self._tasks.write(task)

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002
        """Marks it as completed."""
        await self._tasks.close(remote_id)

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """By a search, which shows what was logged a moment ago a little later."""
        return await self._searches.calls(self._crm.key_property, since, until)

    def _input(self, entry: Entry, properties: dict[str, str]) -> dict[str, Any]:
        """One of an upsert; with a trace of its own HubSpot tells each one's error (its page on errors)."""
        key, call_id = self._crm.key_property, entry.call.call_id
        return {
            "id": call_id,
            "idProperty": key,
            "objectWriteTraceId": call_id,
            "properties": {key: call_id, **properties},
        }

    async def _block(self, remote_id: str, heading: str, content: str, entry: Entry, what: str) -> dict[str, str]:
        """The call's text with a block after it; empty where it has it."""
        there = await self._records.read("calls", remote_id, [fields.BODY])
        ours = marker(f"{entry.call.call_id} {what}")
        body = fields.with_block(there.get(fields.BODY), heading, content, ours)
        return {} if body is None else {fields.BODY: body}
