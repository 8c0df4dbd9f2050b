"""What Dataverse accepts: tables, columns, states, and the words in which it refuses (CRM reference §2.6)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["text", "bool", "int", "instant", "id"]
MAX_FILE_BYTES = 5 * 1024 * 1024
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Refusal(Exception):
    """The request is refused with this status, Dataverse's code and its words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"error": {"code": code, "message": message}}


@dataclass(frozen=True)
class Column:
    """A column; `length` of a text. `create` and `update`: whether it can be given then."""

    kind: Kind = "text"
    length: int = 0
    create: bool = True
    update: bool = True


@dataclass(frozen=True)
class Table:
    """A table by its logical name. `binds`: navigation property → (entity set, the lookup's column).

    `rights`: the name its privileges go by. `states`: statecode → its statuscodes.
    """

    name: str
    key: str
    rights: str
    columns: dict[str, Column]
    binds: dict[str, tuple[str, str]] = field(default_factory=dict)
    states: dict[int, tuple[int, ...]] = field(default_factory=lambda: {0: (1,), 1: (2,)})
    is_locked_when_closed: bool = False


_STATES = {"statecode": Column("int", create=False), "statuscode": Column("int")}
_READ_ONLY = {"createdon": Column("instant", create=False, update=False)}
_ACTIVITY = {
    "activityid": Column("id", update=False),
    "subject": Column(length=200),
    "description": Column(length=2000),
    "scheduledend": Column("instant"),
    "actualstart": Column("instant"),
    "actualend": Column("instant"),
    "actualdurationminutes": Column("int"),
    "_regardingobjectid_value": Column("id", create=False, update=False),
    **_STATES,
    **_READ_ONLY,
}
_PHONES = dict.fromkeys(("mobilephone", "telephone1", "telephone2", "telephone3"), Column(length=50))
_PERSON = {
    "firstname": Column(length=50),
    "lastname": Column(length=50),
    "description": Column(length=2000),
    **_PHONES,
    **_STATES,
    **_READ_ONLY,
}


def _regarding(activity: str) -> dict[str, tuple[str, str]]:
    """Each target has two navigation properties: the activity's own, and the one all activities have."""
    lookup = "_regardingobjectid_value"
    return {
        f"regardingobjectid_{one}{suffix}": (f"{one}s", lookup)
        for one in ("contact", "lead")
        for suffix in ("", f"_{activity}")
    }


TABLES = {
    "contacts": Table("contact", "contactid", "Contact", {"contactid": Column("id", update=False), **_PERSON}),
    "leads": Table("lead", "leadid", "Lead", {"leadid": Column("id", update=False), **_PERSON}),
    "phonecalls": Table(
        "phonecall",
        "activityid",
        "Activity",
        {
            **_ACTIVITY,
            "phonenumber": Column(length=200),
            "directioncode": Column("bool"),
            "leftvoicemail": Column("bool"),
        },
        _regarding("phonecall"),
        {0: (1,), 1: (2, 4), 2: (3,)},
        is_locked_when_closed=True,
    ),
    "tasks": Table(
        "task", "activityid", "Activity", _ACTIVITY, _regarding("task"), {0: (2, 3, 4, 7), 1: (5,), 2: (6,)}
    ),
    "annotations": Table(
        "annotation",
        "annotationid",
        "Note",
        {
            "annotationid": Column("id", update=False),
            "subject": Column(length=500),
            "notetext": Column(length=100_000),
            "isdocument": Column("bool"),
            "filename": Column(length=255),
            "mimetype": Column(length=256),
            "documentbody": Column(length=1_073_741_823),
            "filesize": Column("int", create=False, update=False),
            "_objectid_value": Column("id", create=False, update=False),
            **_READ_ONLY,
        },
        {"objectid_phonecall": ("phonecalls", "_objectid_value"), "objectid_contact": ("contacts", "_objectid_value")},
    ),
}
"""Entity set → its table; the key column of phone calls is the environment's own."""


def check_columns(table: Table, columns: dict[str, Column], body: Json, *, is_new: bool) -> None:
    """Refuses columns that are not there or cannot be given now, and values of another type or length."""
    for name, value in body.items():
        column = columns.get(name)
        if column is None:
            words = f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table.name}'."
            raise Refusal(400, "0x0", f"An error occurred while validating input parameters: {words}")
        if not (column.create if is_new else column.update):
            raise Refusal(400, "0x80040203", f"'{name}' is not valid for {'create' if is_new else 'update'}.")
        if value is not None and not _fits(column.kind, value):
            raise Refusal(400, "0x80048d19", f"Cannot convert the literal of '{name}' to the expected type.")
        if column.kind == "text" and value is not None and len(value) > column.length:
            raise Refusal(
                400,
                "0x80044331",
                f"A validation error occurred. The length of the '{name}' attribute of the '{table.name}' entity "
                f"exceeded the maximum allowed length of '{column.length}'.",
            )


def check_state(table: Table, row: Json) -> None:
    """Refuses a status that is none of the state's."""
    state, status = row["statecode"], row["statuscode"]
    if status not in table.states.get(state, ()):
        words = f"{status} is not a valid status code for state code {state} on {table.name}"
        raise Refusal(400, "0x80048408", words)


def file_size(body: Json) -> int:
    """The size of a file in `documentbody`; refused if it is too large, or no base64."""
    try:
        content = base64.b64decode(body["documentbody"], validate=True)
    except (binascii.Error, TypeError):
        raise Refusal(400, "0x80040203", "documentbody is no base64 text") from None
    if len(body["documentbody"]) > MAX_FILE_BYTES:
        words = "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded."
        raise Refusal(400, "0x80043e09", words)
    return len(content)


def moment(text: Any) -> dt.datetime | None:
    """A date-time with a zone, or null."""
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) and "T" in text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _fits(kind: Kind, value: Any) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "instant":
        return moment(value) is not None
    return isinstance(value, str) and (kind == "text" or bool(_GUID.fullmatch(value)))
