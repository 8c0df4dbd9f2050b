"""Any service that takes signed events: Standard Webhooks (CRM reference §2.7). It has no contacts, and no list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from trunkline.adapters.crm import webhook_events as events
from trunkline.adapters.crm.base import (
    AnswerLost,
    Contact,
    CrmAdapter,
    DeletedThere,
    Finding,
    Recording,
    Refused,
    Takes,
    Task,
)
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.webhook_signing import Signer
from trunkline.crms import Webhook
from trunkline.delivery import Kind
from trunkline.entries import Entry
from trunkline.errors import NotThere, RemoteError

# Receivers tell no limit beforehand. A well-known gateway takes 20 events in a second for long (Workato's manual,
# webhook gateway limits); one that takes fewer says so with 429, which is waited for.
MAX_REQUESTS, INTERVAL_SECONDS = 20, 1.0
HAS_IT, SWITCHED_OFF = 409, 410
_NO_RECEIVER = {404, 405}
_TOO_EARLY = {408, 425}
_CALL: frozenset[Kind] = frozenset({"call"})
_SWITCHED_OFF = "the receiver has switched this webhook off (410)"
_SWITCH_ON = "switch it on there again, or take this CRM out of the config"
_UNSEEN: Final = ("signature", "unknown", "whether the receiver takes it shows with the first event")


class SwitchedOff(RemoteError):
    """The receiver wants no more events: nothing is sent until it answers something else."""

    code = "switched_off"


class Adapter(CrmAdapter):
    """One receiver. A repeated event has the same `webhook-id`, by which the receiver knows it."""

    name = "Webhook"
    takes = Takes(("call", "recording", "transcript"), _CALL, contacts=False)

    def __init__(self, crm: Webhook, state: Path) -> None:  # noqa: ARG002 - nothing is signed in to
        origin = urlsplit(crm.address)
        self._address = crm.address
        where = f"CRM {crm.id}"
        self._signer = Signer(crm.revealed("secret").get_secret_value(), where)
        self._client = CrmClient(
            f"{origin.scheme}://{origin.netloc}",
            where=where,
            auth=None,
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            mend="let the receiver verify webhook-signature with this secret, and set both clocks",
            headers={"Accept": "*/*"},
            deleted=frozenset(),
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def check(self) -> list[Finding]:
        """Asks the address with HEAD. Receivers need take nothing but POST: a refusal of that says only "reachable"."""
        status = (await self._client.send("HEAD", self._address)).status_code
        if status == SWITCHED_OFF:
            return [Finding("reachable", "fail", _SWITCHED_OFF, _SWITCH_ON)]
        is_doubtful = 300 <= status < 400 or status == 404 or status >= 500
        mend = "check url; a redirect is not followed" if is_doubtful else ""
        return [Finding("reachable", "warn" if is_doubtful else "ok", f"answers {status}", mend), Finding(*_UNSEEN)]

    async def find_contacts(self, number: str) -> Sequence[Contact]:  # noqa: ARG002
        """It has none."""
        return []

    async def create_contact(self, number: str, name: str | None) -> str:
        """It has none."""
        raise NotImplementedError

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """`call.logged` of each."""
        return [await self._send(events.of_call("call.logged", entry)) for entry in entries]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """`call.updated`; the call's first event stays its id, for nothing that hangs on it is to be sent anew."""
        await self._send(events.of_call("call.updated", entry), entry.told_at)
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:  # noqa: ARG002
        """`call.recordings`."""
        await self._send(events.of_recordings(entry, recordings))

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:  # noqa: ARG002
        """`call.transcript`."""
        await self._send(events.of_transcript(entry, text))

    async def write_task(self, task: Task) -> str:
        """`missed_call.open`."""
        return await self._send(events.of_task("missed_call.open", task))

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002 - the episode's id is in the event
        """`missed_call.closed`."""
        await self._send(events.of_task("missed_call.closed", task))

    async def _send(self, event: events.Event, told_at: dt.datetime | None = None) -> str:
        """Sends an event, under an id that is the same whenever the same is sent again; that id.

        An answer that is waited for leaves the time of signing as it was: within the five minutes that receivers allow.
        """
        event_id, body = events.id_of(event, told_at), events.body_of(event)
        signed = self._signer.headers(event_id, dt.datetime.now(dt.UTC), body)
        headers = {"Content-Type": "application/json", **signed}
        response = await self._client.send(
            "POST", self._address, content=body.encode(), headers=headers, idempotent=True
        )
        if response.is_success or response.status_code == HAS_IT:
            return event_id
        raise self._error_of(response)

    def _error_of(self, response: httpx.Response) -> RemoteError:
        """What concerns all events stops the run; a receiver knows nothing that could be deleted there."""
        status, where = response.status_code, self._client.where
        if status == SWITCHED_OFF:
            return SwitchedOff(_SWITCHED_OFF, where=where, mend=_SWITCH_ON)
        if status in _NO_RECEIVER:
            return NotThere(f"nothing takes events at this address ({status})", where=where, mend="check url")
        if response.is_redirect:
            said = f"it redirects ({status}), and events are not sent on"
            return NotThere(said, where=where, mend="write the address that it leads to into url")
        if status in _TOO_EARLY:
            return AnswerLost(f"answered {status}", where=where, mend="the next run sends it again")
        error = self._client.error_of(response)
        return Refused(error.message, where=where, mend=error.mend) if isinstance(error, DeletedThere) else error
