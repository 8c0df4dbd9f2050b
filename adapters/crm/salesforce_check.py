"""What `doctor` says of a Salesforce org: the key field, the fields we write, searches, files, the budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from trunkline.adapters.crm.base import DeletedThere, Finding
from trunkline.adapters.crm.salesforce_contacts import SOURCE
from trunkline.adapters.crm.salesforce_rest import Rest
from trunkline.crms import Salesforce
from trunkline.errors import BadCredentials, Forbidden, RemoteError

NOBODY = "+61491570006"  # a number that Australia keeps for fiction
KEY_LENGTH = 100
ALMOST_USED = 0.9
_WRITTEN = ("Subject", "WhoId", "ActivityDate", "Status", "Description", "CallObject", "CallDisposition")
_CALL = ("CallType", "CallDurationInSeconds")
_VALUES: Final = {"Status": {"Completed"}, "CallType": {"Inbound", "Outbound"}}
_USER = "in the permission set of the app's run-as user"
Fields = Mapping[str, Mapping[str, Any]]


async def findings(rest: Rest, crm: Salesforce, find_contacts: Callable[[str], Awaitable[object]]) -> list[Finding]:
    """Every part looked at, each missing thing by its name; nothing is changed.

    Raises:
        BadCredentials, Unreachable: The sign-in is refused, or nothing answers.
    """
    found = [Finding("reachable and signed in", "ok")]
    task = await _described(rest, "Task")
    if task is None:
        found.append(Finding("tasks", "fail", "the user may not see tasks", f"give Access Activities {_USER}"))
    else:
        found += [_key(task, crm.key_field), _written(task), *_values(task)]
    found.append(await _search(find_contacts))
    if crm.unknown_callers != "skip":
        found.append(_new_contacts(await _described(rest, "Contact")))
    if crm.recordings not in {"none", "link"}:
        found.append(_files(await _described(rest, "ContentVersion")))
    return [*found, _budget(rest)]


async def _described(rest: Rest, kind: str) -> Fields | None:
    """An object's fields by name, as this user sees them; null where the user may not see the object."""
    try:
        answer = await rest.ask("GET", f"/sobjects/{kind}/describe")
    except (DeletedThere, Forbidden):
        return None
    fields = answer.get("fields", []) if isinstance(answer, dict) and answer.get("createable", True) else []
    return {str(one["name"]): one for one in fields}


def _key(fields: Fields, name: str) -> Finding:
    key, what = fields.get(name), f"key field {name}"
    make = (
        f"in Setup, Object Manager, Activity, Fields & Relationships make a field of type Text({KEY_LENGTH}) with the "
        f"API name {name}, with Unique and External ID ticked, and give edit access to it {_USER}"
    )
    if key is None:
        return Finding(what, "fail", "tasks have no such field, or the user may not see it", make)
    missing = [word for word, flag in (("External ID", "externalId"), ("Unique", "unique")) if not key.get(flag)]
    if missing:
        mend = f"in Setup, Object Manager, Activity, {name}: Edit, and tick {' and '.join(missing)}"
        return Finding(what, "fail", f"it is not {' and not '.join(missing)}", mend)
    if not (key.get("createable") and key.get("updateable")):
        return Finding(what, "fail", "the user may not write it", f"give edit access to it {_USER}")
    if int(key.get("length") or 0) < KEY_LENGTH:
        return Finding(what, "warn", f"it takes {key.get('length')} characters", f"make it {KEY_LENGTH} long or longer")
    return Finding(what, "ok")


def _written(fields: Fields) -> Finding:
    """Each must be writable; the subtype needs no update."""
    bad = [name for name in (*_WRITTEN, *_CALL) if not fields.get(name, {}).get("updateable")]
    bad += [] if fields.get("TaskSubtype", {}).get("createable") else ["TaskSubtype"]
    if bad:
        return Finding("task fields", "fail", f"not writable: {', '.join(bad)}", f"give edit access to them {_USER}")
    return Finding("task fields", "ok")


def _values(fields: Fields) -> list[Finding]:
    found = []
    for name, wanted in _VALUES.items():
        there = {one.get("value") for one in fields.get(name, {}).get("picklistValues", []) if one.get("active", True)}
        if name in fields and not wanted <= there:
            values = ", ".join(sorted(wanted - there))
            mend = f"in Setup, Object Manager, Task, {name} add or activate {values}"
            found.append(Finding(f"values of {name}", "fail", f"it has no {values}", mend))
    return found


async def _search(find_contacts: Callable[[str], Awaitable[object]]) -> Finding:
    what = "search contacts and leads"
    try:
        await find_contacts(NOBODY)
    except BadCredentials:
        raise
    except RemoteError as error:
        mend = f"give read access to contacts, leads and all their phone fields {_USER}"
        return Finding(what, "fail", error.message, mend)
    return Finding(what, "ok")


def _new_contacts(fields: Fields | None) -> Finding:
    what = "make contacts"
    if not fields or not all(fields.get(name, {}).get("createable") for name in ("LastName", "Phone", "LeadSource")):
        return Finding(what, "fail", "the user may not make contacts", f"give create and edit access to them {_USER}")
    source = fields["LeadSource"]
    values = {one.get("value") for one in source.get("picklistValues", [])}
    if source.get("restrictedPicklist") and SOURCE not in values:
        mend = f"in Setup, Object Manager, Contact, Lead Source add the value {SOURCE}"
        return Finding(what, "fail", f"lead source takes no {SOURCE}", mend)
    return Finding(what, "ok")


def _files(fields: Fields | None) -> Finding:
    if not fields or not fields.get("VersionData", {}).get("createable"):
        return Finding("upload files", "fail", "the user may not make files", 'set recordings = "link", or give Files')
    return Finding("upload files", "ok")


def _budget(rest: Rest) -> Finding:
    if rest.usage is None:
        return Finding("rate budget", "unknown")
    used, most = rest.usage
    state: Any = "ok" if used < most * ALMOST_USED else "warn"
    mend = "" if state == "ok" else "find what else uses the API, or buy more requests; calls wait meanwhile"
    return Finding("rate budget", state, f"{max(most - used, 0)} of {most} requests left in these 24 hours", mend)
