"""What `doctor` asks of a Pipedrive company; it only reads (CRM reference §2.5)."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from trunkline.adapters.crm.base import Finding
from trunkline.adapters.crm.pipedrive_client import Client
from trunkline.adapters.crm.pipedrive_logs import LOGS
from trunkline.adapters.crm.pipedrive_people import PERSONS, TASK_TYPE
from trunkline.crms import Pipedrive
from trunkline.errors import Forbidden

_NOBODY = "10000000000"
_USER = "put the API token of the user with this user_id in token, or leave user_id out"
_TYPE = "activate the activity type Call, whose key is `call` (Pipedrive: Data fields > Activities)"
_WRITING = Finding(
    "rights to add persons, notes, activities and call logs",
    "unknown",
    "cannot be seen without writing",
    "let the token's user have them (Pipedrive: Manage users > Permission sets)",
)


async def findings(client: Client, searching: Client, crm: Pipedrive) -> list[Finding]:
    """Whether the token is valid (else it raises), whose it is, what it may read, and what is left of the limits."""
    me = await client.data("GET", "/v1/users/me") or {}
    query = {"term": _NOBODY, "fields": "phone", "limit": 1}
    return [
        Finding("reachable and signed in", "ok"),
        _user(me, crm),
        await _right("call logs", client.ask("GET", LOGS, params={"start": 0, "limit": 1})),
        await _right("search for persons", searching.ask("GET", f"{PERSONS}/search", params=query)),
        await _type(client),
        _WRITING,
        _budget(client),
    ]


def _user(me: dict[str, Any], crm: Pipedrive) -> Finding:
    """Call logs of another user are not listed: one whose answer was lost could not be found again."""
    if crm.user_id in {None, me.get("id")}:
        return Finding("user_id", "ok")
    return Finding("user_id", "fail", f"the token is another user's ({me.get('id')}), who cannot see its logs", _USER)


async def _right(what: str, asking: Awaitable[Any]) -> Finding:
    try:
        await asking
    except Forbidden as error:
        return Finding(what, "fail", error.message, error.mend or "")
    return Finding(what, "ok")


async def _type(client: Client) -> Finding:
    """Call logs and tasks are activities of this type."""
    what = "activity type Call"
    try:
        types = await client.data("GET", "/v1/activityTypes") or []
    except Forbidden as error:
        return Finding(what, "fail", error.message, error.mend or "")
    is_there = any(one.get("key_string") == TASK_TYPE and one.get("active_flag") for one in types)
    return Finding(what, "ok") if is_there else Finding(what, "fail", "it is not there, or not active", _TYPE)


def _budget(client: Client) -> Finding:
    """Of the day's tokens no header tells; the older limit of writes is told after writes alone."""
    left, most = (client.last_headers.get(f"x-ratelimit-{name}") for name in ("remaining", "limit"))
    if not left or not most:
        return Finding("rate budget", "unknown")
    return Finding("rate budget", "ok", f"{left} of {most} requests left in these two seconds; the day's are not told")
