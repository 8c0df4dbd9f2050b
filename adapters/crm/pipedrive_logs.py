"""Pipedrive's call logs: made, listed, and made anew, for they cannot be changed and have no key (CRM reference §2.5).

Each stands on an activity of its contact's, and that is what people see and edit. What is made is found again by the
marker in its note.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

from trunkline.adapters.crm import pipedrive_fields as fields
from trunkline.adapters.crm.base import DeletedThere, Recording, Refused
from trunkline.adapters.crm.pipedrive_client import PAGE_SIZE, Client, Json
from trunkline.crms import Pipedrive
from trunkline.delivery import Listed
from trunkline.entries import Entry

LOGS, ACTIVITIES = "/v1/callLogs", "/api/v2/activities"


class Logs:
    """The call logs of the token's own user: no others are listed."""

    def __init__(self, client: Client, crm: Pipedrive) -> None:
        self._client, self._crm = client, crm
        self._reading = asyncio.Lock()
        self._read: list[Json] | None = None
        self._is_mine: bool | None = None

    async def are_listed(self) -> bool:
        """Whether the logs made by this config are in the list: those for another user are not."""
        if self._is_mine is None:
            me = await self._client.data("GET", "/v1/users/me") if self._crm.user_id else None
            self._is_mine = me is None or me.get("id") == self._crm.user_id
        return self._is_mine

    async def all(self) -> list[Json]:
        """Every one, read once in a run: the list takes no filter and tells no order.

        Raises:
            Refused: They are not listed.
        """
        async with self._reading:
            if not await self.are_listed():
                mend = "put the API token of the user with this user_id in token, then deliver --retry-failed"
                words = "its list has no call logs of another user than the token's own"
                raise Refused(words, where=self._client.where, mend=mend)
            if self._read is None:
                pages = self._client.pages(LOGS, start=0, limit=PAGE_SIZE)
                self._read = [log async for page in pages for log in page]
        return self._read

    async def find(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Call id → id of the log that has its marker."""
        found = {key: str(log["id"]) for log in await self.all() for key in fields.keys_in(log.get("note"))}
        asked = {entry.call.call_id for entry in entries}
        return {key: log_id for key, log_id in found.items() if key in asked}

    async def log(self, entry: Entry) -> str:
        """Logs a call; Pipedrive makes the activity that it stands on."""
        return str((await self._made(fields.call_log(entry, self._crm.user_id)))["id"])

    async def log_anew(self, log_id: str, entry: Entry) -> str:
        """Replaces a log by one that tells the call's facts as they are now; the new one's id.

        The new one comes first, so that at no moment there is none; an earlier run's, whose answer was lost, is kept.
        Where people took our part out of the note, all of it is theirs, and the log stays.

        Raises:
            DeletedThere: Somebody deleted it, or its activity.
        """
        others = [
            log
            for log in await self.all()
            if str(log["id"]) != log_id and entry.call.call_id in fields.keys_in(log.get("note"))
        ]
        old = await self._there(f"{LOGS}/{log_id}")
        there = [log for log in (old, *others) if log]
        newest = there[-1] if there else None
        activity = await self._there(f"{ACTIVITIES}/{newest.get('activity_id')}") if newest else None
        if newest is None or activity is None:
            raise DeletedThere("the call log is not there", where=self._client.where, mend="nothing: it stays deleted")
        body = fields.changed(entry, self._crm.user_id, activity, newest)
        is_theirs = "note" not in body
        kept = newest if is_theirs or fields.says(newest, activity, body) else await self._made_on(activity, body)
        for log in there:
            if log["id"] != kept["id"]:
                await self._remove(log, kept)
        return str(kept["id"])

    async def record(self, log_id: str, recording: Recording) -> None:
        """Adds the recording; 409 says that there is one (official document)."""
        part = {"file": (recording.name, recording.content, recording.media_type)}
        answer = await self._client.send("POST", f"{LOGS}/{log_id}/recordings", files=part, idempotent=True)
        if not answer.is_success and answer.status_code != 409:
            raise self._client.error_of(answer)

    async def listed(self, since: dt.datetime, until: dt.datetime) -> list[Listed] | None:
        """Those of a span that have our marker; null where they are not listed."""
        if not await self.are_listed():
            return None
        logs = [
            (log, fields.keys_in(log.get("note")), fields.moment(log.get("start_time"))) for log in await self.all()
        ]
        return [Listed(str(log["id"]), keys[0]) for log, keys, at in logs if keys and at and since <= at < until]

    async def _made_on(self, activity: Json, body: Json) -> Json:
        """A new log on the same activity, which so keeps all that people made of it.

        Whether an activity can hold a log twice is not documented: where it cannot, the new log gets its own.
        """
        try:
            return await self._made({**body, "activity_id": activity["id"]})
        except DeletedThere:
            raise
        except Refused:
            return await self._made(body)

    async def _made(self, body: Json) -> Json:
        log = await self._client.made(LOGS, body)
        if self._read is not None:
            self._read.append({**body, **log})
        return log

    async def _remove(self, log: Json, kept: Json) -> None:
        """Deletes a log that another one stands for; last of all the log, by which an interrupted run goes on."""
        if log.get("activity_id") not in {None, kept.get("activity_id")}:
            await self._delete(f"{ACTIVITIES}/{log['activity_id']}")
        await self._delete(f"{LOGS}/{log['id']}")
        self._read = [one for one in await self.all() if one["id"] != log["id"]]

    async def _delete(self, path: str) -> None:
        try:
            await self._client.ask("DELETE", path)
        except DeletedThere:
            return

    async def _there(self, path: str) -> Json | None:
        """What the path names; null if it is deleted, which activities tell by a flag."""
        try:
            found: Any = await self._client.data("GET", path)
        except DeletedThere:
            return None
        return found if isinstance(found, dict) and not found.get("is_deleted") else None
