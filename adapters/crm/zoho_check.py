"""What `doctor` says of a Zoho organisation: scopes by their own names, and the field that holds our key."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from trunkline.adapters.crm import zoho_queries as queries
from trunkline.adapters.crm.base import Finding
from trunkline.adapters.crm.zoho_records import Records
from trunkline.crms import Zoho
from trunkline.errors import Forbidden, RemoteError

SHORTEST_KEY = 120
_NOBODY = "+10000000000"
_FIELDS = "ZohoCRM.settings.fields.READ"
_LEFT = "x-api-credits-remaining"
_NO_BUDGET: Final = ("rate budget", "unknown", "it is told once half of the day's credits are used")
_WRITING: Final = (
    "ZohoCRM.modules.calls, tasks, contacts and attachments: CREATE, UPDATE",
    "unknown",
    "cannot be seen without writing",
    "make the refresh token with ZohoCRM.modules.ALL",
)


class NotSetUp(RemoteError):
    """The organisation lacks what trunkline needs there; calls wait until it has it."""

    code = "not_set_up"


async def findings(records: Records, crm: Zoho) -> list[Finding]:
    """Reads the fields of calls, and asks for a number and a key that nobody has. Raises where it cannot sign in."""
    found: list[Finding] = []
    try:
        found = key_findings(await records.fields("Calls"), crm.key_field)
        found.insert(0, Finding(_FIELDS, "ok"))
    except Forbidden as error:
        found = [_lacking(_FIELDS, error), Finding(f"field {crm.key_field}", "unknown", "needs the scope to see it")]
    for module in ("Contacts", "Leads"):
        scopes = f"ZohoCRM.modules.{module.lower()}.READ, ZohoSearch.securesearch.READ"
        found.append(await _scope(scopes, records.search(module, _NOBODY)))
    for module in ("Calls", "Tasks"):
        asking = records.query(queries.nothing(module), most=1)
        found.append(await _scope(f"ZohoCRM.coql.READ, ZohoCRM.modules.{module.lower()}.READ", asking))
    return [Finding("reachable and signed in", "ok"), *found, Finding(*_WRITING), _budget(records.client.last_headers)]


def key_findings(fields: Sequence[Mapping[str, Any]], key_field: str) -> list[Finding]:
    """Whether calls have the field, for texts, long enough, and without duplicates."""
    what = f"field {key_field}"
    field = next((one for one in fields if one.get("api_name") == key_field), None)
    if field is None:
        return [Finding(what, "fail", "calls do not have it", how_to_make(key_field))]
    length = field.get("length") or 0
    if field.get("data_type") != "text" or length < SHORTEST_KEY:
        said = f"it is a field of type {field.get('data_type')}, {length} characters long"
        return [Finding(what, "fail", said, how_to_make(key_field))]
    if (field.get("unique") or {}).get("casesensitive") is None:
        # Whether calls may have unique fields is not known of every edition (CRM reference §7).
        mend = f"tick “Do not allow duplicate values” in the field's properties, case sensitive: {key_field}"
        return [Finding(what, "warn", "it allows duplicates; a call whose answer was lost is still looked up", mend)]
    return [Finding(what, "ok")]


def how_to_make(key_field: str) -> str:
    """The step that makes the field."""
    return (
        "in Zoho: Setup, Customization, Modules and Fields, Calls: add a field “Single Line” of 255 characters, tick "
        f"“Do not allow duplicate values”, case sensitive; Developer Hub, API names: name it {key_field}"
    )


async def _scope(scopes: str, asking: Awaitable[object]) -> Finding:
    try:
        await asking
    except Forbidden as error:
        return _lacking(scopes, error)
    return Finding(scopes, "ok")


def _lacking(scopes: str, error: Forbidden) -> Finding:
    return Finding(scopes, "fail", error.message, f"make a refresh token with the scopes {scopes}")


def _budget(headers: Mapping[str, str]) -> Finding:
    left = headers.get(_LEFT)
    return Finding("rate budget", "ok", f"{left} credits left of the last 24 hours'") if left else Finding(*_NO_BUDGET)
