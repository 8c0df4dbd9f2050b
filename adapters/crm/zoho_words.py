"""A call, a task and a transcript in Zoho's fields (CRM reference §2.4). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import phonenumbers

from trunkline.adapters.crm.base import Recording, Task
from trunkline.adapters.crm.zoho_queries import moment
from trunkline.entries import Entry, marker, with_our_part

Fields = dict[str, Any]

LEAD = "Leads/"
"""What the id of a contact that is a lead begins with; all others are of the module Contacts."""
LONGEST_TEXT = 32_000  # a large text field of Zoho; Calls.Description is one
LONGEST_NAME = 80
DONE = "Completed"
TRANSCRIPT_NAME = "what-was-said.txt"
_SAID = "What was said:"


def duration(seconds: int) -> str:
    """`mm:ss`, minutes without an end: 90 minutes are `90:00`.

    Zoho's pages disagree: `hh:mm` (Kaizen 38) or `mm:ss` (its reference of calls, with `10:00` as the example). What
    integrators send is `mm:ss` (CRM reference §2.4); it is to be seen on a real organisation whether that is right.
    """
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02}:{rest:02}"


def call_type(entry: Entry) -> str:
    """Zoho has a type of its own for calls that were missed, and none for outbound ones that nobody answered."""
    if entry.call.direction == "outbound":
        return "Outbound"
    return "Inbound" if entry.call.is_spoken else "Missed"


def party(contact_id: str | None) -> Fields:
    """On whom a call or task is: a contact is `Who_Id`, a lead `What_Id` with its module (Kaizen 38)."""
    if not contact_id:
        return {}
    if contact_id.startswith(LEAD):
        return {"What_Id": {"id": contact_id.removeprefix(LEAD)}, "$se_module": "Leads"}
    return {"Who_Id": {"id": contact_id}}


def new_call(entry: Entry, key_field: str) -> Fields:
    """A call that is over. Agent, queue, our number and wait are in the description: there are no fields for them."""
    call, kind = entry.call, call_type(entry)
    told = {
        "Subject": entry.title,
        "Call_Type": kind,
        "Call_Start_Time": moment(entry.started),
        "Call_Duration": None if kind == "Missed" else duration(entry.talk_seconds),
        "Dialled_Number" if kind == "Outbound" else "Caller_ID": call.external_number,
        "Description": entry.text[:LONGEST_TEXT],
        key_field: call.call_id,
    }
    return {name: value for name, value in told.items() if value is not None} | party(entry.contact_id)


READ_TO_CHANGE = ("Subject", "Call_Type", "Description")


def changed_call(there: Mapping[str, Any], entry: Entry) -> Fields:
    """What is to be changed of a call that is there. Type and start of a completed call may not be (Kaizen 38).

    The description keeps what people wrote around our part. The subject is ours while it is our part's headline.
    """
    description = there.get("Description") or ""
    ours = with_our_part(description, entry.text, entry.marker)
    changed: Fields = {} if there.get("Call_Type") == "Missed" else {"Call_Duration": duration(entry.talk_seconds)}
    if ours is not None and ours != description and len(ours) <= LONGEST_TEXT:
        changed["Description"] = ours
    subject = there.get("Subject")
    if subject and subject != entry.title and any(_is_headline(line, subject) for line in description.splitlines()):
        changed["Subject"] = entry.title
    return changed


def _is_headline(line: str, subject: str) -> bool:
    return line == subject or line.startswith(f"{subject}: ")


def transcript_marker(entry: Entry) -> str:
    """By which what was said is found again."""
    return marker(f"{entry.call.call_id} transcript")


def with_transcript(description: str | None, entry: Entry, text: str) -> str | None:
    """The description with what was said below it; null where it is there already."""
    ours = transcript_marker(entry)
    if ours in (description or ""):
        return None
    return "\n\n".join(part for part in (description, f"{_SAID}\n{text}\n{ours}") if part)


def new_contact(number: str, name: str | None) -> Fields:
    """A contact needs a last name. `Lead_Source` would be the place for its origin, but is a list of the client's."""
    is_name = name and any(character.isalpha() for character in name)
    return {
        "Last_Name": (name if name and is_name else number)[:LONGEST_NAME],
        "Phone": number,
        "Description": "Made by trunkline from a phone call",
    }


def new_task(task: Task) -> Fields:
    """Due on a date in the account's zone: Zoho's tasks have no time."""
    told = {
        "Subject": task.title,
        "Due_Date": task.due.date().isoformat(),
        "Status": "Not Started",
        "Description": f"{task.text}\n{marker(task.key)}",
    }
    return told | party(task.contact_id)


def written(number: str) -> list[str]:
    """How people may have written a number: as E.164, in the national way without and with spaces.

    Whether Zoho's search by phone looks past spaces is not documented; so the likeliest forms are asked for in turn.
    """
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return list(dict.fromkeys((number, "".join(filter(str.isdigit, national)), national)))


def is_alike(phone: str, number: str) -> bool:
    """Whether a phone ends as the number does: searches also give what only resembles it."""
    national = phonenumbers.national_significant_number(phonenumbers.parse(number))
    return "".join(filter(str.isdigit, phone)).endswith(national)


def phones_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Every number of a contact or lead, also of fields that the client added."""
    return tuple(str(value) for name, value in record.items() if value and ("Phone" in name or "Mobile" in name))


def file_name(recording: Recording, digest: str) -> str:
    """Tells two recordings of a call apart, and is the same when one is sent again."""
    stem, _, suffix = recording.name.rpartition(".")
    return f"{stem}-{digest}.{suffix}"
