"""Zoho CRM: what differs from other CRMs (CRM reference §2.4, v8).

Calls have no upsert. A field of ours holds the call's id: where it allows no duplicates Zoho refuses a second call
and tells the first one's id; where it does, and always after a lost answer, a query looks for it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from trunkline.adapters.crm import zoho_check as setup
from trunkline.adapters.crm import zoho_queries as queries
from trunkline.adapters.crm import zoho_sign_in as sign_in
from trunkline.adapters.crm import zoho_words as words
from trunkline.adapters.crm.base import Contact, CrmAdapter, Files, Finding, Recording, Takes, Task
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.zoho_records import MAX_RECORDS, Json, Records
from trunkline.crms import Zoho
from trunkline.delivery import Listed
from trunkline.entries import Entry, marker
from trunkline.errors import RemoteError

# No limit per time is documented, but 5 to 25 requests at once by edition, and credits for 24 hours.
MAX_REQUESTS, INTERVAL_SECONDS = 100, 10.0
# "Maximum allowed file size: 100 MB" (upload an attachment, v2); the page of v8 names none.
FILES = Files(100 * 1024 * 1024)
RIGHTS = f"make the refresh token with the scopes {','.join(sign_in.SCOPES)}, by a user who may read and write calls"


class Adapter(CrmAdapter):
    """One Zoho organisation."""

    name = "Zoho CRM"
    # `Voice_Recording__s` is not written: whether it can be is not known, and Zoho may pass over it without a word.
    takes = Takes(calls_at_once=MAX_RECORDS, files=FILES)

    def __init__(self, crm: Zoho, state: Path) -> None:
        self._crm = crm
        self._client = CrmClient(
            crm.base_url,
            where=f"CRM {crm.id}",
            auth=sign_in.auth(crm, state),
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            mend=sign_in.MEND,
            rights=RIGHTS,
            deleted=frozenset(),  # 404 is a wrong address; what is not there is said by its code
        )
        self._records = Records(self._client, RIGHTS)
        self._has_key = False

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def check(self) -> list[Finding]:
        """Scopes, the key field, credits left."""
        return await setup.findings(self._records, self._crm)

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Contacts, and where there is none leads, that the search finds by one of the ways to write the number.

        One hit is enough where the first of several would be taken anyway.
        """
        for module, prefix in (("Contacts", ""), ("Leads", words.LEAD)):
            found: dict[str, Contact] = {}
            for form in words.written(number):
                for row in await self._records.search(module, form):
                    contact_id, phones = f"{prefix}{row['id']}", words.phones_of(row)
                    if any(words.is_alike(phone, number) for phone in phones):
                        found[contact_id] = Contact(contact_id, phones, str(row.get("Created_Time") or ""))
                if found and self._crm.several_contacts == "first":
                    break
            if found:
                return list(found.values())
        return []

    async def create_contact(self, number: str, name: str | None) -> str:
        """A contact; where the organisation allows no two with one phone, the one that has it."""
        return await self._records.insert_one("Contacts", words.new_contact(number, name), "Phone")

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        """The calls that hold these keys, by query: the search shows new ones late."""
        await self._check_key()
        key, keys = self._crm.key_field, [entry.call.call_id for entry in entries]
        rows: list[Json] = []
        for start in range(0, len(keys), queries.MAX_VALUES):
            rows += await self._records.query(queries.calls_with(key, keys[start : start + queries.MAX_VALUES]))
        return {str(row[key]): str(row["id"]) for row in reversed(rows)}  # of several the first

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Inserts completed calls, each settled by its own result."""
        await self._check_key()
        key = self._crm.key_field
        return await self._records.insert("Calls", [words.new_call(entry, key) for entry in entries], key)

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Reads the call, and changes what of it is ours and may be changed; its type may not."""
        there = await self._records.get("Calls", remote_id, words.READ_TO_CHANGE)
        changed = words.changed_call(there, entry)
        if changed:
            await self._records.update("Calls", remote_id, changed)
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:  # noqa: ARG002
        """Attaches each, as a file or a link, unless it is attached already.

        A link is known again by its title: its address is another each time it is signed.
        """
        there = await self._records.attached("Calls", remote_id)
        for one in recordings:
            digest = hashlib.sha256(one.content).hexdigest()[:8]
            name = one.name if one.url else words.file_name(one, digest)
            if name not in there:
                await self._records.attach("Calls", remote_id, one, name)

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """Below the call's description; as a file where that would be too long."""
        there = await self._records.get("Calls", remote_id, ("Description",))
        description = words.with_transcript(there.get("Description"), entry, text)
        if description is None:
            return
        if len(description) <= words.LONGEST_TEXT:
            await self._records.update("Calls", remote_id, {"Description": description})
            return
        said = Recording(words.TRANSCRIPT_NAME, "text/plain", text.encode())
        if said.name not in await self._records.attached("Calls", remote_id):
            await self._records.attach("Calls", remote_id, said, said.name)

    async def find_task(self, task: Task) -> str | None:
        """The task for this number whose description holds our marker: descriptions cannot be searched."""
        rows = await self._records.query(queries.tasks_for(task.number))
        return next((str(row["id"]) for row in rows if marker(task.key) in (row.get("Description") or "")), None)

    async def write_task(self, task: Task) -> str:
        """A task on the contact or lead."""
        return await self._records.insert_one("Tasks", words.new_task(task))

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002
        """Marks it as completed."""
        await self._records.update("Tasks", remote_id, {"Status": words.DONE})

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """The calls of the span that hold a key of ours."""
        key = self._crm.key_field
        rows = await self._records.query(queries.calls_between(key, since, until))
        return [Listed(str(row["id"]), str(row[key])) for row in rows if row.get(key)]

    async def _check_key(self) -> None:
        """Raises NotSetUp where calls have no key field: Zoho may pass over a field it does not know, and a call
        without its key would be logged again and again."""
        if self._has_key:
            return
        fields = await self._records.fields("Calls")
        field = self._crm.key_field
        bad = next((one for one in setup.key_findings(fields, field) if one.state == "fail"), None)
        if bad:
            raise setup.NotSetUp(f"{bad.what}: {bad.message}", where=self._client.where, mend=bad.mend)
        self._has_key = True
