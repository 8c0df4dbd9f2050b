"""Dynamics 365: what differs from other CRMs (CRM reference §2.6).

A call is made with our id in a column that has an alternate key. Microsoft's "Work with alternate keys" says that a
row whose key holds `:` (as our ids do) cannot be addressed by it, but that it stays unique: so a call is made by POST,
refused (412) where it is there already, and found by a filter. It is open when it is made and closed afterwards, and
each of the two may be all that an earlier run got done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from trunkline.adapters.crm import dynamics_fields as fields
from trunkline.adapters.crm.base import (
    AnswerLost,
    Contact,
    CrmAdapter,
    DeletedThere,
    Files,
    Finding,
    Listed,
    Recording,
    Takes,
    Task,
)
from trunkline.adapters.crm.dynamics_check import findings
from trunkline.adapters.crm.dynamics_notes import Notes
from trunkline.adapters.crm.dynamics_web import Json, Web, instant, text_of
from trunkline.crms import Dynamics
from trunkline.entries import Entry, marker
from trunkline.errors import Forbidden, RemoteError

# Files of up to 5 MB by default (Microsoft's "Use file data with Attachment and Note records"). Whether that counts the
# file or its base64 text is not said, so the text must fit.
FILES = Files(5 * 1024 * 1024 * 3 // 4)


class Adapter(CrmAdapter):
    """One environment."""

    name = "Dynamics 365"
    takes = Takes(files=FILES)

    def __init__(self, crm: Dynamics, state: Path) -> None:
        self._crm, self._key = crm, crm.key_column
        self._web = Web(crm, state)
        self._notes = Notes(self._web)
        self._has_leads = True

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._web.client.aclose()

    async def check(self) -> list[Finding]:
        """The app's user, its rights, the key column with its key, and the requests left."""
        return await findings(self._web, self._crm)

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Active contacts with this number in one of the usual spellings; where there is none, open leads."""
        return await self._people("contact", number) or await self._leads(number)

    async def create_contact(self, number: str, name: str | None) -> str:
        """A contact whose description says that trunkline made it."""
        made = await self._web.create("contacts", "contactid", fields.new_contact(number, name))
        return self._made(made, "contact")

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        """Those with our id in the key column. One that was made but not closed is closed."""
        wanted = {entry.call.call_id: entry for entry in entries}
        condition = " or ".join(f"{self._key} eq {text_of(call_id)}" for call_id in wanted)
        found = await self._web.rows("phonecalls", filter=condition, select=f"activityid,statecode,{self._key}")
        ours = {str(row[self._key]): row for row in found if row.get(self._key) in wanted}
        for call_id, row in ours.items():
            if row.get("statecode") == fields.OPEN:
                await self._web.change("phonecalls", str(row["activityid"]), fields.closed(wanted[call_id]))
        return {call_id: str(row["activityid"]) for call_id, row in ours.items()}

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Makes each call and closes it."""
        return [await self._log(entry) for entry in entries]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """A completed phone call is read-only (table reference for phonecall): it is reopened, changed and closed."""
        there = await self._web.get(f"phonecalls({remote_id})", select="subject,description,statecode")
        if there.get("statecode") != fields.OPEN:
            await self._web.change("phonecalls", remote_id, fields.REOPENED)
        await self._web.change("phonecalls", remote_id, fields.changed(entry, there))
        await self._web.change("phonecalls", remote_id, fields.closed(entry))
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:  # noqa: ARG002
        """Notes of the phone call, one for each."""
        await self._notes.put(remote_id, list(recordings))

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """A note: a description takes no more than 2,000 characters."""
        await self._notes.say(remote_id, text, marker(f"{entry.call.call_id} transcript"))

    async def find_task(self, task: Task) -> str | None:
        """The contact's task with our marker. It is looked for here: in a filter `[…]` and `_` are wildcards."""
        whom = fields.row_of(task.contact_id or "")
        rows = await self._web.rows(
            "tasks", filter=f"_regardingobjectid_value eq {whom}", select="activityid,description"
        )
        ours = marker(task.key)
        return next((str(row["activityid"]) for row in rows if ours in str(row.get("description"))), None)

    async def write_task(self, task: Task) -> str:
        """A task on the contact."""
        return self._made(await self._web.create("tasks", "activityid", fields.new_task(task)), "task")

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002
        """Completes it, unless a person has closed it."""
        there = await self._web.get(f"tasks({remote_id})", select="statecode")
        if there.get("statecode") == fields.OPEN:
            await self._web.change("tasks", remote_id, fields.TASK_DONE)

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """The phone calls with our key that began in this span."""
        span = f"actualstart ge {instant(since)} and actualstart lt {instant(until)}"
        rows = await self._web.rows(
            "phonecalls", filter=f"{self._key} ne null and {span}", select=f"activityid,{self._key}"
        )
        return [Listed(str(row["activityid"]), row.get(self._key)) for row in rows]

    async def _log(self, entry: Entry) -> str:
        made = await self._web.create("phonecalls", "activityid", fields.new_call(entry, self._key))
        if made:
            await self._web.change("phonecalls", made, fields.closed(entry))
            return made
        return self._made((await self.find_calls([entry])).get(entry.call.call_id), "phone call")

    async def _leads(self, number: str) -> list[Contact]:
        """Leads are of Dynamics 365 Sales: a Dataverse without it has none, and many an app no right to them."""
        if not self._has_leads:
            return []
        try:
            return await self._people("lead", number)
        except (DeletedThere, Forbidden):
            self._has_leads = False
            return []

    async def _people(self, table: str, number: str) -> list[Contact]:
        spelt = [f"{column} eq {text_of(form)}" for column in fields.PHONES for form in fields.written(number)]
        rows = await self._web.rows(
            f"{table}s",
            filter=f"statecode eq {fields.OPEN} and ({' or '.join(spelt)})",
            select=",".join((f"{table}id", "createdon", *fields.PHONES)),
            orderby="createdon",
        )
        return [_contact(table, row) for row in rows]

    def _made(self, row_id: str | None, what: str) -> str:
        if row_id is None:
            mend = "the next run looks again"
            raise AnswerLost(
                f"said the {what} is there already, and does not show it", where=self._web.where, mend=mend
            )
        return row_id


def _contact(table: str, row: Json) -> Contact:
    row_id = str(row[f"{table}id"])
    phones = tuple(str(row[column]) for column in fields.PHONES if row.get(column))
    return Contact(fields.lead(row_id) if table == "lead" else row_id, phones, str(row.get("createdon") or ""))
