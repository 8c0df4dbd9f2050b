"""What Zoho CRM v8 takes in a record: fields, types, what is mandatory, what may not change.

Of calls: Kaizen 38 and CRM reference §2.4. The duration is held to `mm:ss`, as integrators send it. A field that the
module does not have is refused; whether the service passes over it is not known, which `ignores_unknown` tries.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

MAX_RECORDS = 100
STATUSES = {"Not Started", "Deferred", "In Progress", "Completed", "Waiting for input"}
_DURATION = re.compile(r"\d{2,}:[0-5]\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Refusal(Exception):
    """The whole request is refused."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.status, self.body = status, error(code, message, **details)


class Wrong(Exception):
    """One record is refused."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.body = error(code, message, **details)


def error(code: str, message: str, **details: Any) -> Json:
    """Zoho's way to say no."""
    return {"code": code, "details": details, "message": message, "status": "error"}


@dataclass
class Field:
    """A field. `kind`: text, textarea, phone, picklist, datetime, date, or lookup (an object with an id)."""

    kind: str = "text"
    length: int = 255
    values: frozenset[str] = frozenset()
    is_mandatory: bool = False
    is_unique: bool = False


def _people(**more: Field) -> dict[str, Field]:
    phones = {name: Field("phone", 30) for name in ("Phone", "Mobile")}
    text = {"Last_Name": Field(length=80, is_mandatory=True), "First_Name": Field(length=40), "Email": Field("email")}
    return {**text, **phones, "Description": Field("textarea", 32_000), "Lead_Source": Field("picklist"), **more}


_PARTIES = {"Who_Id": Field("lookup"), "What_Id": Field("lookup"), "$se_module": Field()}


@dataclass
class Schema:
    """The modules' fields, as a person in the organisation may change them."""

    key_field: str = "Trunkline_Call_Id"
    ignores_unknown: bool = False
    modules: dict[str, dict[str, Field]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.modules = {
            "Contacts": _people(Home_Phone=Field("phone", 30), Other_Phone=Field("phone", 30)),
            "Leads": _people(Company=Field()),
            "Tasks": {
                "Subject": Field(is_mandatory=True),
                "Due_Date": Field("date"),
                "Status": Field("picklist", values=frozenset(STATUSES)),
                "Description": Field("textarea", 32_000),
                **_PARTIES,
            },
            "Calls": {
                "Subject": Field(is_mandatory=True),
                "Call_Type": Field("picklist", values=frozenset({"Inbound", "Outbound", "Missed"}), is_mandatory=True),
                "Call_Start_Time": Field("datetime", is_mandatory=True),
                "Call_Duration": Field(),
                "Call_Purpose": Field("picklist"),
                "Call_Result": Field("picklist"),
                "Caller_ID": Field(),
                "Dialled_Number": Field(),
                "Description": Field("textarea", 32_000),
                self.key_field: Field(is_unique=True),
                **_PARTIES,
            },
        }

    def fields(self, module: str | None) -> dict[str, Field]:
        """A module's fields; 400 if there is no such module."""
        if module not in self.modules:
            raise Refusal(400, "INVALID_MODULE", "the module name given seems to be invalid")
        return self.modules[module]

    def checked(self, module: str, row: Any, before: Json | None = None) -> Json:
        """The row as it is stored; `before`: the record that it changes."""
        fields = self.fields(module)
        if not isinstance(row, dict):
            raise Wrong("INVALID_DATA", "invalid data", expected_data_type="jsonobject")
        known = {name: value for name, value in row.items() if name in fields and value is not None}
        for name in () if self.ignores_unknown else row.keys() - fields.keys():
            raise Wrong("INVALID_DATA", "the field given seems to be invalid", api_name=name)
        for name, one in fields.items():
            if one.is_mandatory and before is None and name not in known:
                raise Wrong("MANDATORY_NOT_FOUND", "required field not found", api_name=name)
        for name, value in known.items():
            _of_kind(name, fields[name], value)
        if module == "Calls":
            _call(known, before)
        return known


def _of_kind(name: str, one: Field, value: Any) -> None:
    expected = {"lookup": "jsonobject", "datetime": "datetime", "date": "date"}.get(one.kind, "text")
    good = (
        isinstance(value, dict) and isinstance(value.get("id"), str) if one.kind == "lookup" else _is_text(one, value)
    )
    if not good:
        raise Wrong("INVALID_DATA", "invalid data", api_name=name, expected_data_type=expected)
    if one.kind in {"text", "textarea", "phone"} and len(value) > one.length:
        raise Wrong("INVALID_DATA", "invalid data", api_name=name, maximum_length=one.length)


def _is_text(one: Field, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if one.kind == "datetime":
        return bool(_MOMENT.fullmatch(value)) and dt.datetime.fromisoformat(value).tzinfo is not None
    if one.kind == "date":
        return bool(_DATE.fullmatch(value))
    return not one.values or value in one.values


def _call(row: Json, before: Json | None) -> None:
    """A completed call: with a duration unless it was missed; neither type nor start may be changed (Kaizen 38)."""
    for name in ("Call_Type", "Call_Start_Time"):
        if before is not None and name in row:
            raise Wrong("INVALID_DATA", f"{name} of a completed call cannot be changed", api_name=name)
    is_missed = {**(before or {}), **row}["Call_Type"] == "Missed"
    lasted = row.get("Call_Duration")
    needs = before is None and not is_missed
    if (lasted is None and needs) or (lasted is not None and (is_missed or not _DURATION.fullmatch(lasted))):
        raise Wrong("INVALID_DATA", "invalid data", api_name="Call_Duration", expected_data_type="text")
