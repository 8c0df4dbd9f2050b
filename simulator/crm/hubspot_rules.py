"""The simulated HubSpot's properties, what they take, and the words in which it refuses (CRM reference §2.2, §5.3)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import phonenumbers

Json = dict[str, Any]
READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
TYPE_IDS = {"contacts": "0-1", "calls": "0-48", "tasks": "0-27"}
LONGEST_TEXT = 65_536
DISPOSITIONS = {
    "Busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "Connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "Left live message": "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
    "Left voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "No answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "Wrong number": "17b47fee-58de-441e-a44c-c6300d46f273",
}
_STATUSES = (
    *("BUSY", "CALLING_CRM_USER", "CANCELED", "COMPLETED", "CONNECTING", "FAILED", "IN_PROGRESS", "NO_ANSWER"),
    *("QUEUED", "RINGING"),
)


def definitions() -> dict[str, dict[str, Json]]:
    """Kind of record → property → how it is defined, as an account has them from the start."""
    calls = {
        **_of("datetime", "hs_timestamp"),
        **_of("string", "hs_call_title", "hs_call_body", "hs_call_from_number", "hs_call_to_number"),
        **_of("string", "hs_call_recording_url"),
        **_of("number", "hs_call_duration"),
        **_of("enumeration", "hs_call_direction", options={"Inbound": "INBOUND", "Outbound": "OUTBOUND"}),
        **_of("enumeration", "hs_call_status", options=dict(zip(_STATUSES, _STATUSES, strict=True))),
        **_of("enumeration", "hs_call_disposition", options=DISPOSITIONS),
    }
    tasks = {
        **_of("datetime", "hs_timestamp"),
        **_of("string", "hs_task_subject", "hs_task_body"),
        **_of("enumeration", "hs_task_status", options={"Completed": "COMPLETED", "Not started": "NOT_STARTED"}),
        **_of("enumeration", "hs_task_type", options={"To-do": "TODO", "Call": "CALL", "Email": "EMAIL"}),
    }
    contacts = {
        **_of("string", "firstname", "lastname", "email", "phone", "mobilephone"),
        **_of("datetime", "createdate", read_only=True),
        **_of("string", "hs_object_source_detail_1", read_only=True),
        **_of("string", *(f"hs_searchable_calculated_{one}_number" for one in ("phone", "mobile")), read_only=True),
    }
    return {"calls": calls, "tasks": tasks, "contacts": contacts}


def key_definition(name: str, kind: str = "string", *, is_unique: bool = True) -> Json:
    """A property that a person made to hold the ids of another system."""
    return {**_of(kind, name)[name], "hasUniqueValue": is_unique, "hubspotDefined": False}


def _of(kind: str, *names: str, options: dict[str, str] | None = None, read_only: bool = False) -> dict[str, Json]:
    offered = [{"label": label, "value": value, "hidden": False} for label, value in (options or {}).items()]
    head = {"type": kind, "options": offered, "hasUniqueValue": False, "archived": False, "hubspotDefined": True}
    rights = {"readOnlyValue": read_only}
    return {name: {"name": name, **head, "modificationMetadata": rights} for name in names}


class Refusal(Exception):
    """The request is refused with this status, in HubSpot's shape of an error."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        head = {"status": "error", "message": message, "correlationId": "00000000-0000-4000-8000-000000000000"}
        self.body: Json = {**head, "category": category, **more}


def problems(defined: dict[str, Json], properties: dict[str, str]) -> list[Json]:
    """What is wrong with these values, one entry each."""
    found = [(name, _problem(name, defined.get(name), value)) for name, value in properties.items()]
    return [
        {"isValid": False, "message": said[1], "error": said[0], "name": name, "localizedErrorMessage": said[1]}
        for name, said in found
        if said
    ]


def refuse(found: list[Json]) -> None:
    """400 with HubSpot's words, if there are problems."""
    if found:
        raise Refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {json.dumps(found)}")


def _problem(name: str, definition: Json | None, value: str) -> tuple[str, str] | None:
    if definition is None:
        return "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
    if definition["modificationMetadata"]["readOnlyValue"]:
        return "READ_ONLY_VALUE", f'"{name}" is a read only property'
    kind, options = definition["type"], [one["value"] for one in definition["options"]]
    if kind == "enumeration" and value not in options:
        return "INVALID_OPTION", f"{value} was not one of the allowed options: {options}"
    if kind == "datetime" and instant(value) is None:
        return "INVALID_DATE", f"{value} was not a valid date"
    if kind == "number" and not value.isdigit():
        return "INVALID_DOUBLE", f"{value} was not a valid number"
    if len(value) > LONGEST_TEXT:
        return "VALUE_TOO_LONG", f"Property value exceeds the limit of {LONGEST_TEXT} characters"
    if name == "hs_call_recording_url" and not value.startswith("https://"):
        return "INVALID_URL", f"{name} must be an https address"
    return None


def instant(text: str | None) -> dt.datetime | None:
    """Unix time in milliseconds, or ISO 8601 in UTC; null for all else."""
    if text and text.isdigit() and len(text) >= 12:
        return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo and text and text.endswith("Z") and "T" in text else None


def without_country(phone: str | None, country: str) -> str | None:
    """A number as HubSpot makes it searchable: area code and local number."""
    if not phone:
        return None
    try:
        return str(phonenumbers.parse(phone, country).national_number)
    except phonenumbers.NumberParseException:
        return phone
