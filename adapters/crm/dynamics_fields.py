"""A call in the columns of Dataverse's tables (CRM reference §2.6; Microsoft's table reference for phonecall). Pure."""

from __future__ import annotations

import math
from typing import Any

import phonenumbers

from trunkline.adapters.crm.base import Task
from trunkline.adapters.crm.dynamics_web import instant
from trunkline.entries import Entry, marker, with_our_part

Json = dict[str, Any]
# The lengths that Microsoft's table reference gives.
SUBJECT_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH = 200, 2000, 50
OPEN, COMPLETED = 0, 1
_OPEN, _MADE, _RECEIVED = 1, 2, 4
TASK_DONE = {"statecode": COMPLETED, "statuscode": 5}
REOPENED = {"statecode": OPEN, "statuscode": _OPEN}
PHONES = ("mobilephone", "telephone1", "telephone2", "telephone3")
MADE_BY = "Made by trunkline for a call from this number"
_FROM, _TO = 1, 2
_LEAD = "lead:"


def facts(entry: Entry) -> Json:
    """The columns that are ours alone. Minutes are rounded up; 0 means that nobody spoke."""
    call = entry.call
    return {
        "phonenumber": call.external_number,
        "directioncode": call.direction == "outbound",
        "actualstart": instant(call.started_at),
        "actualend": instant(entry.ended_at),
        "actualdurationminutes": max(1, math.ceil(entry.talk_seconds / 60)) if call.is_spoken else 0,
        "leftvoicemail": call.miss_reason == "voicemail",
    }


def new_call(entry: Entry, key_column: str) -> Json:
    """A phone call as it is made: open, for `statecode` cannot be given before it is there."""
    table, address = who(entry.contact_id or "")
    mask = _TO if entry.call.direction == "outbound" else _FROM
    return {
        **facts(entry),
        "subject": entry.title,
        "description": fitting(entry.text, entry.marker),
        key_column: entry.call.call_id,
        f"regardingobjectid_{table}_phonecall@odata.bind": address,
        "phonecall_activity_parties": [{f"partyid_{table}@odata.bind": address, "participationtypemask": mask}],
    }


def closed(entry: Entry) -> Json:
    """Its last state; Dataverse knows no other for a call that nobody took."""
    return {"statecode": COMPLETED, "statuscode": _MADE if entry.call.direction == "outbound" else _RECEIVED}


def changed(entry: Entry, there: Json) -> Json:
    """What is told anew: the description around our part is people's, and so is a subject they wrote themselves."""
    told = with_our_part(there.get("description"), fitting(entry.text, entry.marker), entry.marker)
    if told is None or len(told) > DESCRIPTION_LENGTH:
        return facts(entry)
    lines, subject = str(there.get("description")).splitlines(), str(there.get("subject"))
    is_ours = any(line == subject or line.startswith(f"{subject}: ") for line in lines)
    return {**facts(entry), "description": told, **({"subject": entry.title} if is_ours else {})}


def new_task(task: Task) -> Json:
    """A follow-up on the contact."""
    table, address = who(task.contact_id or "")
    ours = marker(task.key)
    return {
        "subject": task.title[:SUBJECT_LENGTH],
        "description": fitting(f"{task.text}\n{ours}", ours),
        "scheduledend": instant(task.due_at),
        f"regardingobjectid_{table}_task@odata.bind": address,
    }


def new_contact(number: str, name: str | None) -> Json:
    """A contact that people see was not made by them."""
    first, _, last = (name or "").strip().rpartition(" ")
    names = {"lastname": (last or number)[:NAME_LENGTH], **({"firstname": first[:NAME_LENGTH]} if first else {})}
    return {**names, "telephone1": number, "description": MADE_BY}


def who(contact_id: str) -> tuple[str, str]:
    """The table and address of whom a call is written on: a contact's id is its own, a lead's says that it is one."""
    table = "lead" if contact_id.startswith(_LEAD) else "contact"
    return table, f"/{table}s({row_of(contact_id)})"


def row_of(contact_id: str) -> str:
    """The row's own id."""
    return contact_id.removeprefix(_LEAD)


def lead(row_id: str) -> str:
    """A lead as a contact's id."""
    return _LEAD + row_id


def fitting(text: str, our_marker: str) -> str:
    """A text as long as a description may be, with its marker."""
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return f"{text[: DESCRIPTION_LENGTH - len(our_marker) - 1]}\n{our_marker}"


def written(number: str) -> list[str]:
    """How people write an E.164 number: Dataverse compares the text as it stands."""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    digits = "".join(character for character in national if character.isdigit())
    return list(dict.fromkeys((number, international, national, digits, number[1:], f"00{number[1:]}")))
