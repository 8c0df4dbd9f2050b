"""What `doctor` says of a Dataverse environment: the app's rights, and the key column of phone calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trunkline.adapters.crm.base import Finding, Refused
from trunkline.adapters.crm.dynamics_web import KEY_LENGTH, MEND_KEY, Json, Web, text_of
from trunkline.crms import Dynamics
from trunkline.errors import Forbidden

# Activities, phone calls and tasks among them, share one set of privileges; notes are "Note".
_ALWAYS = (
    *(("Read", "Contact"), ("AppendTo", "Contact")),
    *(("Read", "Activity"), ("Create", "Activity"), ("Write", "Activity")),
    *(("Append", "Activity"), ("AppendTo", "Activity")),
    *(("Read", "Note"), ("Create", "Note"), ("Write", "Note"), ("Append", "Note")),
)
_PHONE_CALL = "EntityDefinitions(LogicalName='phonecall')"
_NO_BUDGET: Final = ("rate budget", "unknown")


async def findings(web: Web, crm: Dynamics) -> list[Finding]:
    """Raises what `WhoAmI` does where the app cannot sign in, or is no user of the environment."""
    me = str((await web.get("WhoAmI")).get("UserId"))
    left = web.client.last_headers.get("x-ms-ratelimit-burst-remaining-xrm-requests")
    budget = Finding("rate budget", "ok", f"{left} requests left for now") if left else Finding(*_NO_BUDGET)
    rights = await _rights(web, me, crm)
    return [Finding("reachable and signed in", "ok"), *rights, await _column(web, crm), await _key(web, crm), budget]


async def _rights(web: Web, me: str, crm: Dynamics) -> list[Finding]:
    try:
        answer = await web.get(f"systemusers({me})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()")
    except Forbidden as error:
        return [Finding("rights", "unknown", error.message, "let its security role read security roles")]
    depths: dict[str, set[str]] = {}
    for one in answer.get("RolePrivileges", []):
        depths.setdefault(str(one.get("PrivilegeName")), set()).add(str(one.get("Depth")))
    needed = (*_ALWAYS, ("Create", "Contact")) if crm.unknown_callers != "skip" else _ALWAYS
    missing = [_missing(access, table) for access, table in needed if f"prv{access}{table}" not in depths]
    return [*(missing or [Finding("rights", "ok")]), *_reach(depths)]


def _missing(access: str, table: str) -> Finding:
    mend = f"give the app's security role {access} on the table {table}, for the organisation"
    return Finding(f"right prv{access}{table}", "fail", "the app's security role does not have it", mend)


def _reach(depths: Mapping[str, set[str]]) -> list[Finding]:
    """A right of a user's own rows alone finds none of the contacts that people made."""
    if depths.get("prvReadContact") != {"Basic"}:
        return []
    mend = "give the app's security role Read on the table Contact for the whole organisation"
    return [Finding("right prvReadContact", "warn", "it reads only contacts that the app itself owns", mend)]


async def _column(web: Web, crm: Dynamics) -> Finding:
    column = crm.key_column
    what = f"column {column} of phone calls"
    path = f"{_PHONE_CALL}/Attributes(LogicalName={text_of(column)})/Microsoft.Dynamics.CRM.StringAttributeMetadata"
    try:
        there = await web.get(path, select="LogicalName,MaxLength")
    except Refused:
        return Finding(what, "fail", "it is not there, or is no line of text", MEND_KEY)
    except Forbidden as error:
        return Finding(what, "unknown", error.message, "let its security role read the environment's customizations")
    length = there.get("MaxLength")
    if isinstance(length, int) and length < KEY_LENGTH:
        return Finding(what, "fail", f"it takes {length} characters", f"make it take {KEY_LENGTH} or more")
    return Finding(what, "ok")


async def _key(web: Web, crm: Dynamics) -> Finding:
    column = crm.key_column
    what = f"key on {column}"
    try:
        keys = await web.get(f"{_PHONE_CALL}/Keys", select="KeyAttributes,EntityKeyIndexStatus")
    except Forbidden as error:
        return Finding(what, "unknown", error.message, "let its security role read the environment's customizations")
    return _key_state(what, [key for key in keys.get("value", []) if key.get("KeyAttributes") == [column]], column)


def _key_state(what: str, keys: list[Json], column: str) -> Finding:
    states = {str(key.get("EntityKeyIndexStatus")) for key in keys}
    if "Active" in states:
        return Finding(what, "ok")
    if not states:
        mend = f"in Power Apps add to the table Phone Call a key on {column} alone"
        return Finding(what, "fail", "without it a call could be there twice", mend)
    if "Failed" in states:
        mend = "remove phone calls that have the same value twice, then reactivate the key in Power Apps"
        return Finding(what, "fail", "its index could not be built", mend)
    return Finding(what, "warn", "its index is being built", "wait until Power Apps shows the key as active")
