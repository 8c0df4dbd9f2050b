"""Any service that takes signed events: Standard Webhooks (CRM reference §2.7). It has no contacts, and no list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from trunkline.adapters.crm import webhook_events as events
from trunkline.adapters.crm.base import Contact, CrmAdapter, Finding, Recording, Takes, Task
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.crms import Webhook
from trunkline.delivery import Kind
from trunkline.entries import Entry
from trunkline.errors import Forbidden, RemoteError

# No receiver tells a limit beforehand; one that is asked too often says so with 429.
MAX_REQUESTS, INTERVAL_SECONDS = 100, 1.0
HAS_IT, SWITCHED_OFF = 409, 410
_PREFIX = "whsec_"
_CALL: frozenset[Kind] = frozenset({"call"})


class Adapter(CrmAdapter):
    """One receiver. A repeated event has the same `webhook-id`, by which the receiver knows it."""

    name = "Webhook"
    takes = Takes(("call", "recording", "transcript"), _CALL, contacts=False)

    def __init__(self, crm: Webhook, state: Path) -> None:  # noqa: ARG002 - nothing is signed in to
        address = urlsplit(crm.address)
        self._path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        self._key = key_of(crm.revealed("secret").get_secret_value())
        self._client = CrmClient(
            f"{address.scheme}://{address.netloc}",
            where=f"CRM {crm.id}",
            auth=None,
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            mend="let the receiver verify webhook-signature with this secret",
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def check(self) -> list[Finding]:
        """Whether anything answers at the address; what it says to another address than the webhook's is no matter."""
        await self._client.is_there()
        unseen = "the first event shows whether the receiver takes the signature"
        return [Finding("reachable", "ok"), Finding("secret", "unknown", unseen)]

    async def find_contacts(self, number: str) -> Sequence[Contact]:  # noqa: ARG002
        """It has none."""
        return []

    async def create_contact(self, number: str, name: str | None) -> str:
        """It has none."""
        raise NotImplementedError

    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """`call.logged` of each."""
        return [await self._send(events.of_call("call.logged", entry), entry.call.call_id) for entry in entries]

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """`call.updated`, an event of its own for each state of the facts; the call's first event stays its id."""
        event = events.of_call("call.updated", entry)
        await self._send(event, f"{entry.call.call_id}|{event.data.model_dump_json()}")
        return remote_id

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:
        """`call.recordings`."""
        await self._send(events.of_recordings(entry, list(recordings)), remote_id)

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """`call.transcript`."""
        await self._send(events.of_transcript(entry, text), f"{remote_id}|{text}")

    async def write_task(self, task: Task) -> str:
        """`missed_call.open`."""
        return await self._send(events.of_task("missed_call.open", task), task.key)

    async def close_task(self, remote_id: str, task: Task) -> None:  # noqa: ARG002 - the episode's id is in the event
        """`missed_call.closed`."""
        await self._send(events.of_task("missed_call.closed", task), task.key)

    async def _send(self, event: events.Event, key: str) -> str:
        """Sends an event, under an id that is the same whenever the same is sent again."""
        body = event.model_dump_json(by_alias=True).encode()
        event_id = f"msg_{hashlib.sha256(f'{event.type}|{key}'.encode()).hexdigest()[:32]}"
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(self._key, event_id, moment, body),
            "Idempotency-Key": event_id,
        }
        response = await self._client.send("POST", self._path, content=body, headers=headers, idempotent=True)
        if response.is_success or response.status_code == HAS_IT:
            return event_id
        if response.status_code == SWITCHED_OFF:
            mend = "switch it on there again, or take this CRM out of the config"
            raise Forbidden("the receiver has switched this webhook off (410)", where=self._client.where, mend=mend)
        raise self._client.error_of(response)


def key_of(secret: str) -> bytes:
    """The bytes of a secret: `whsec_` and base64, as receivers give it out, or any text."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def signature(key: bytes, event_id: str, moment: int, body: bytes) -> str:
    """`v1,` and HMAC-SHA-256 over id, time and body (Standard Webhooks)."""
    signed = b".".join((event_id.encode(), str(moment).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
