"""Pipedrive: what differs from other CRMs (CRM reference §2.5). Its call logs have no direction, no key and cannot be
changed: the marker in the note finds them again, and a changed call is logged anew on the same activity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from trunkline.adapters.crm.base import Contact, CrmAdapter, Files, Finding, Recording, Takes, Task
from trunkline.adapters.crm.pipedrive_check import findings
from trunkline.adapters.crm.pipedrive_client import Client, sign_in
from trunkline.adapters.crm.pipedrive_logs import Logs
from trunkline.adapters.crm.pipedrive_people import People
from trunkline.crms import Pipedrive
from trunkline.delivery import Listed
from trunkline.entries import Entry, marker
from trunkline.errors import RemoteError

# "Audio file supported by the HTML5 specification", one for a log (official document). How large is not documented;
# this is what other uploads there may be (unverified).
_AUDIO = ("aac", "flac", "mp4", "mpeg", "ogg", "wav", "webm", "x-wav")
FILES = Files(50 * 1024 * 1024, 1, frozenset(f"audio/{kind}" for kind in _AUDIO))


class Adapter(CrmAdapter):
    """One Pipedrive company, as the user whose token it is."""

    name = "Pipedrive"
    takes = Takes(files=FILES, links=False)

    def __init__(self, crm: Pipedrive, state: Path) -> None:  # noqa: ARG002 - a token that stays is kept nowhere
        auth = sign_in(crm)
        self._crm = crm
        self._client, self._searching = Client(crm, auth), Client(crm, auth, searches=True)
        self._logs = Logs(self._client, crm)
        self._people = People(self._client, self._searching, crm)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
        await self._searching.aclose()

    async def check(self) -> list[Finding]:
        """Whose token it is, rights, the activity type, the rate budget."""
        return await findings(self._client, self._searching, self._crm)

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Persons with this national number."""
        return await self._people.find(number)

    async def create_contact(self, number: str, name: str | None) -> str:
        """A person, with a note that says who made it."""
        return await self._people.create(number, name)

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        """By the marker in the note, in the list of all call logs (§0.2: there is no key).

        Raises:
            Refused: The logs are another user's, who alone can list them; sending again could log a call twice.
        """
        return await self._logs.find(entries)

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Logs each call."""
        return [await self._logs.log(entry) for entry in entries]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Logs it anew, with what people wrote, and deletes the log before."""
        return await self._logs.log_anew(remote_id, entry)

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:  # noqa: ARG002
        """Adds the one recording that a log can have."""
        await self._logs.record(remote_id, recordings[0])

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:  # noqa: ARG002
        """A note on the person."""
        ours = marker(f"{entry.call.call_id} transcript")
        await self._people.note_once(entry.contact_id, "What was said", text, ours)

    async def find_task(self, task: Task) -> str | None:
        """The person's activity whose note has our marker."""
        return await self._people.find_task(task)

    async def write_task(self, task: Task) -> str:
        """An activity of the person's, to be done."""
        return await self._people.write_task(task)

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002
        """Marks it as done."""
        await self._people.close_task(remote_id)

    async def list_calls(self, since: dt.datetime, until: dt.datetime) -> Sequence[Listed] | None:
        """Those of the span that have our marker; null where they are another user's."""
        return await self._logs.listed(since, until)
