"""How the simulated Dataverse makes and changes rows: rights, columns, lookups, states, the alternate key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.simulator.crm import dynamics_rules as rules
from trunkline.simulator.crm.dynamics_rules import Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.dynamics import Dynamics

USER = "00000000-0000-4000-8000-000000000001"
"""The app's own user."""
_STATE = {"statecode", "statuscode"}


def make(crm: Dynamics, name: str, body: Json, given: Json) -> Json:
    """A new row of an entity set; `given`: the id it was asked for with. Raises Refusal."""
    table = rules.TABLES[name]
    may(crm, "Create", table)
    plain, lookups, parties = _parts(crm, name, body)
    rules.check_columns(table, crm.columns(name), plain, is_new=True)
    if lookups:
        may(crm, "Append", table)
    whole = {"statecode": 0, "statuscode": table.states[0][0], **_with_size(plain), **lookups, **given}
    rules.check_state(table, whole)
    _check_key(crm, name, whole)
    return crm.add(name, {**whole, **({"parties": parties} if parties else {})})


def change(crm: Dynamics, name: str, row: Json, body: Json) -> Json:
    """The row with what was sent; a closed one takes nothing but another state. Raises Refusal."""
    table = rules.TABLES[name]
    may(crm, "Write", table)
    plain, lookups, _ = _parts(crm, name, body)
    rules.check_columns(table, crm.columns(name), plain, is_new=False)
    if table.is_locked_when_closed and row["statecode"] and set(body) - _STATE:
        raise Refusal(400, "0x80040203", f"This {table.name} is closed and read-only: it cannot be edited.")
    if "statecode" in plain:
        plain.setdefault("statuscode", table.states.get(plain["statecode"], (0,))[0])
    changed = {**row, **_with_size(plain), **lookups}
    rules.check_state(table, changed)
    _check_key(crm, name, changed)
    row.update(changed)
    return row


def may(crm: Dynamics, access: str, table: rules.Table) -> None:
    """403 unless the app's user has the privilege."""
    right = f"prv{access}{table.rights}"
    if right not in crm.rights:
        words = f"Principal user (Id={USER}, type=8, roleCount=1, privilegeCount={len(crm.rights)}), is missing {right}"
        raise Refusal(403, "0x80040220", f"{words} privilege on entity '{table.name}'.")


def _parts(crm: Dynamics, name: str, body: Json) -> tuple[Json, Json, list[Json]]:
    """Plain columns, lookups, and who took part."""
    table, plain, lookups = rules.TABLES[name], dict(body), {}
    parties = plain.pop("phonecall_activity_parties", []) if name == "phonecalls" else []
    for key in [key for key in plain if key.endswith("@odata.bind")]:
        navigation, address = key.removesuffix("@odata.bind"), plain.pop(key)
        if navigation not in table.binds:
            words = f"An undeclared property '{navigation}' which only has property annotations was found."
            raise Refusal(400, "0x80048d19", words)
        target, column = table.binds[navigation]
        lookups[column] = _bound(crm, target, address)
    return plain, lookups, [_party(crm, one) for one in parties]


def _party(crm: Dynamics, party: Json) -> Json:
    mask = party.get("participationtypemask")
    bound = [(one, party.get(f"partyid_{one}@odata.bind")) for one in ("contact", "lead")]
    known = {"participationtypemask", *(f"partyid_{one}@odata.bind" for one in ("contact", "lead"))}
    if party.keys() - known or mask not in {1, 2}:
        raise Refusal(400, "0x80048d19", "Invalid property was found in entity 'Microsoft.Dynamics.CRM.activityparty'.")
    return {"mask": mask, "who": next(_bound(crm, f"{one}s", address) for one, address in bound if address)}


def _bound(crm: Dynamics, target: str, address: str) -> str:
    prefix, _, rest = str(address).lstrip("/").partition("(")
    row_id = rest.removesuffix(")")
    table = rules.TABLES[target]
    if prefix != target or row_id not in crm.rows[target]:
        raise Refusal(404, "0x80040217", f"Entity '{table.name}' With Id = {row_id} Does Not Exist")
    may(crm, "AppendTo", table)
    return row_id


def _check_key(crm: Dynamics, name: str, row: Json) -> None:
    """The alternate key: null is no value, and any other is there once."""
    key, value = crm.key_column, row.get(crm.key_column or "")
    if name != "phonecalls" or not key or crm.key_state != "Active" or value is None:
        return
    others = [one for one in crm.rows[name].values() if one["activityid"] != row.get("activityid")]
    if any(str(one.get(key)).casefold() == str(value).casefold() for one in others):
        words = f"Entity Key {key} violated. A record with the same value for {key} already exists."
        raise Refusal(412, "0x80060892", words)


def _with_size(body: Json) -> Json:
    return {**body, "filesize": rules.file_size(body)} if body.get("documentbody") else body
