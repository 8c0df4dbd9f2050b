"""Salesforce: what differs from other CRMs (CRM reference §2.3). A call is a completed task with a key of ours, which
the org keeps unique; recordings are files on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trunkline.adapters.crm import salesforce_words as words
from trunkline.adapters.crm.base import Contact, CrmAdapter, Files, Finding, Recording, Takes, Task
from trunkline.adapters.crm.salesforce_check import findings
from trunkline.adapters.crm.salesforce_contacts import found_by, new_contact, search_for
from trunkline.adapters.crm.salesforce_files import attach
from trunkline.adapters.crm.salesforce_rest import UPSERT_MOST, Rest, id_in, quoted, select
from trunkline.crms import Salesforce
from trunkline.delivery import Listed
from trunkline.entries import Entry
from trunkline.errors import RemoteError

# "2 GB" by multipart (CRM reference §2.3).
FILES = Files(2_000_000_000)
KEYS_AT_ONCE = 100  # a query travels in the address, which may have 16 KB
_TASK_KEY = "task "  # no call id begins so


class Adapter(CrmAdapter):
    """One Salesforce org."""

    name = "Salesforce"
    takes = Takes(calls_at_once=UPSERT_MOST, files=FILES)

    def __init__(self, crm: Salesforce, state: Path) -> None:
        self._crm, self._key = crm, crm.key_field
        self._rest = Rest(crm, state)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._rest.aclose()

    async def check(self) -> list[Finding]:
        """Reads what the org says of tasks, contacts and files, and searches for a number that nobody has."""
        return await findings(self._rest, self._crm, self.find_contacts)

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Contacts, then leads that are not converted, by a search in all their phone fields."""
        return found_by(await self._rest.ask("GET", "/search/", params={"q": search_for(number)}))

    async def create_contact(self, number: str, name: str | None) -> str:
        """A contact; a rule that only warns of duplicates does not stop it, for the number was searched before."""
        headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
        answer = await self._rest.ask("POST", "/sobjects/Contact", json=new_contact(number, name), headers=headers)
        return id_in(answer, self._rest.where)

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        """By our key. Logging again would do no harm, but overwrite what a person wrote since."""
        return await self._with_keys([entry.call.call_id for entry in entries])

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Upserts tasks by our key."""
        return await self._rest.upsert("Task", [words.new_call(entry, self._key) for entry in entries])

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Rewrites facts, and words where they are still ours; whom the call belongs to is people's to change."""
        there = await self._read(remote_id, "Subject", "Description", "CallDisposition")
        await self._change(remote_id, words.changed_call(entry, there))
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:
        """As files on the task, which are known by their content; links in its description."""
        links = [f"{one.name}: {one.url}" for one in recordings if one.url]
        if links:
            await self._describe(remote_id, entry, "Recordings:", "\n".join(links), "recording")
        await attach(self._rest, remote_id, entry, [one for one in recordings if not one.url])

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """In the task's description; as a file where that has no room for all of it."""
        if not await self._describe(remote_id, entry, "What was said:", text, "transcript"):
            await attach(self._rest, remote_id, entry, [Recording("what-was-said.txt", "text/plain", text.encode())])

    async def find_task(self, task: Task) -> str | None:
        """By its key: written again, it would lose what a person changed since."""
        return (await self._with_keys([_TASK_KEY + task.key])).get(_TASK_KEY + task.key)

    async def write_task(self, task: Task) -> str:
        """A task with the org's own first status and priority, due on the calendar date where the account is."""
        record = {
            self._key: _TASK_KEY + task.key,
            "Subject": task.title[: words.SUBJECT_LENGTH],
            "WhoId": task.contact_id,
            "ActivityDate": task.due.date().isoformat(),
            "Description": task.text[: words.TEXT_LENGTH],
        }
        [result] = await self._rest.upsert("Task", [record])
        if isinstance(result, RemoteError):
            raise result
        return result

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002
        """Marks it as completed."""
        await self._change(remote_id, {"Status": "Completed"})

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """Tasks with our key and a call type, for tasks to call back have no type; by date, for they have no time."""
        days = f"ActivityDate >= {since.date()}", f"ActivityDate <= {until.date()}"
        wanted = select(("Id", self._key), "Task", f"{self._key} != null", "CallType != null", *days)
        rows = await self._rest.query(wanted)
        return [Listed(str(row["Id"]), row[self._key]) for row in rows]

    async def _with_keys(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            listed = ", ".join(quoted(key) for key in keys[start : start + KEYS_AT_ONCE])
            rows = await self._rest.query(select(("Id", self._key), "Task", f"{self._key} IN ({listed})"))
            found |= {str(row[self._key]): str(row["Id"]) for row in rows}
        return found

    async def _read(self, remote_id: str, *fields: str) -> Mapping[str, Any]:
        answer = await self._rest.ask("GET", f"/sobjects/Task/{remote_id}", params={"fields": ",".join(fields)})
        return answer if isinstance(answer, dict) else {}

    async def _change(self, remote_id: str, fields: Mapping[str, Any]) -> None:
        await self._rest.ask("PATCH", f"/sobjects/Task/{remote_id}", json=fields)

    async def _describe(self, remote_id: str, entry: Entry, heading: str, body: str, what: str) -> bool:
        """Whether the description has this part of ours now: there is no room for everything."""
        before = (await self._read(remote_id, "Description")).get("Description")
        changed = words.with_section(before, heading, body, words.section_marker(entry, what))
        if changed is not None and changed != before:
            await self._change(remote_id, {"Description": changed})
        return changed is not None
