"""What an account must have before calls are logged in it, and what `doctor` says of it (CRM reference §2.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from trunkline.adapters.crm.base import DeletedThere, Finding, Refused
from trunkline.adapters.crm.hubspot_client import Client
from trunkline.adapters.crm.hubspot_fields import DISPOSITION, DISPOSITIONS
from trunkline.adapters.crm.hubspot_records import OBJECTS, Records
from trunkline.crms import HubSpot
from trunkline.errors import Forbidden, RemoteError

_Request = tuple[str, str, dict[str, Any]]
# Calls and tasks are read and written with the scopes of contacts (HubSpot's guides to both). A batch of nothing is
# refused for its emptiness once the right to write is found: it tells of the right and writes nothing.
_READ: _Request = ("GET", "", {"params": {"limit": 1}})
_WRITE: _Request = ("POST", "/batch/upsert", {"json": {"inputs": []}})


class NoKey(RemoteError):
    """The property that holds our ids is not there as it must be; calls wait, lest they be logged twice."""

    code = "no_key"


class Setup:
    """The definitions of an account's properties, read once in a run."""

    def __init__(self, records: Records, crm: HubSpot) -> None:
        self._records, self._crm = records, crm
        self._reading = asyncio.Lock()
        self._offered: frozenset[str] | None = None

    async def offered(self) -> Collection[str]:
        """The outcomes that calls may have here. Raises NoKey where calls must not be logged at all."""
        async with self._reading:
            if self._offered is None:
                problem = self.key_problem(await self._records.definition("calls", self._crm.key_property))
                if problem:
                    raise NoKey(problem[0], where=f"CRM {self._crm.id}", mend=problem[1])
                self._offered = await self.outcomes()
            return self._offered

    async def outcomes(self) -> frozenset[str]:
        """The ids of the outcomes; HubSpot's own where the account does not tell."""
        definition = await self._records.definition("calls", DISPOSITION) or {}
        told = frozenset(str(one.get("value")) for one in definition.get("options") or [])
        return told or frozenset(DISPOSITIONS.values())

    def key_problem(self, definition: dict[str, Any] | None) -> tuple[str, str] | None:
        """What is wrong with the property of our ids, and the step that mends it."""
        name = self._crm.key_property
        make = (
            f"in HubSpot: Settings > Properties > Call properties > Create property: single-line text, internal name "
            f"{name}, under Rules tick 'Require unique values for this property'"
        )
        if definition is None or definition.get("archived"):
            return f"calls have no property {name}", make
        if definition.get("type") != "string":
            return f"the property {name} of calls is no text", f"{make}, by another name, and set key_property to it"
        if not definition.get("hasUniqueValue"):
            words = f"{make}, by another name, and set key_property to it: HubSpot cannot make it unique afterwards"
            return f"the property {name} of calls takes the same value twice", words
        return None


async def findings(client: Client, records: Records, setup: Setup, crm: HubSpot) -> list[Finding]:
    """What `doctor` says. Raises BadCredentials."""
    kinds = ("contacts", "calls", "tasks") if crm.missed_call_task else ("contacts", "calls")
    rights = [await _right(client, "read", kind, _READ) for kind in kinds]
    found = [Finding("reachable and signed in", "ok"), *rights]
    found += [await _right(client, "write", kind, _WRITE) for kind in kinds]
    left = client.last_headers.get("x-hubspot-ratelimit-daily-remaining")
    try:
        found.append(_key(setup, crm, await records.definition("calls", crm.key_property)))
        found.append(_outcomes(await setup.outcomes()))
    except Forbidden as error:
        found.append(Finding("properties of calls", "fail", error.message, error.mend))
    said = f"{left} requests left today" if left else "not told to installed apps"
    return [*found, Finding("rate budget", "ok" if left else "unknown", said)]


async def _right(client: Client, what: str, kind: str, request: _Request) -> Finding:
    method, path, options = request
    try:
        await client.ask(method, f"{OBJECTS}/{kind}{path}", **options)
    except Forbidden as error:
        return Finding(f"{what} {kind}", "fail", error.message, error.mend)
    except DeletedThere as error:
        return Finding(f"{what} {kind}", "fail", error.message, "check base_url, or upgrade trunkline")
    except Refused:
        pass
    return Finding(f"{what} {kind}", "ok")


def _key(setup: Setup, crm: HubSpot, definition: dict[str, Any] | None) -> Finding:
    problem = setup.key_problem(definition)
    what = f"unique property {crm.key_property}"
    return Finding(what, "fail", *problem) if problem else Finding(what, "ok")


def _outcomes(offered: Collection[str]) -> Finding:
    missing = [name.replace("_", " ") for name, one in DISPOSITIONS.items() if one not in offered]
    if not missing:
        return Finding("call outcomes", "ok")
    said = f"this account has taken away HubSpot's own outcomes for: {', '.join(missing)}"
    return Finding("call outcomes", "warn", said, "calls have none then; restore them where reports need them")
