"""What Salesforce's service accepts: objects, their fields, types, lengths, values (CRM reference §2.3).

Only fields that the object reference has and that matter for calls; all others are refused as unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
RECORD_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_PREFIXES = {"WhoId": ("003", "00Q"), "FirstPublishLocationId": ("00T",)}


class Refusal(Exception):
    """The request is refused with this status, code and words."""

    def __init__(self, status: int, code: str, message: str, *fields: str) -> None:
        super().__init__(status)
        self.status, self.code, self.message, self.fields = status, code, message, list(fields)

    @property
    def body(self) -> list[Json]:
        """As an answer of its own."""
        return [{"message": self.message, "errorCode": self.code, **({"fields": self.fields} if self.fields else {})}]

    @property
    def item(self) -> Json:
        """As one result among those of a collection."""
        error = {"statusCode": self.code, "message": self.message, "fields": self.fields}
        return {"success": False, "errors": [error]}


@dataclass(frozen=True)
class Field:
    """A field as `describe` tells it. `values`: of a picklist."""

    type: str
    length: int = 0
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    restricted: bool = False
    required: bool = False
    values: tuple[str, ...] = ()

    def described(self, name: str) -> Json:
        """In the words of `describe`."""
        return {
            "name": name,
            "type": self.type,
            "length": self.length,
            "createable": self.createable,
            "updateable": self.updateable,
            "externalId": self.external_id,
            "unique": self.unique,
            "nillable": not self.required,
            "restrictedPicklist": self.restricted,
            "picklistValues": [{"value": one, "label": one, "active": True} for one in self.values],
        }


def _read_only(kind: str, length: int = 0) -> Field:
    return Field(kind, length, createable=False, updateable=False)


_SYSTEM = {"Id": _read_only("id", 18), "CreatedDate": _read_only("datetime")}
_PHONE = Field("phone", 40)


def objects(key_field: str) -> dict[str, dict[str, Field]]:
    """Every object, with the key field as a good administrator made it."""
    task = {
        **_SYSTEM,
        "WhoId": Field("reference", 18),
        "Subject": Field("combobox", 255),
        "ActivityDate": Field("date"),
        "Status": Field("picklist", 255, values=("Not Started", "In Progress", "Completed", "Deferred")),
        "Priority": Field("picklist", 255, values=("High", "Normal", "Low")),
        "Description": Field("textarea", 32_000),
        "TaskSubtype": Field("picklist", 40, updateable=False, restricted=True, values=("Task", "Email", "Call")),
        "CallType": Field("picklist", 40, restricted=True, values=("Internal", "Inbound", "Outbound")),
        "CallDurationInSeconds": Field("int"),
        "CallDisposition": Field("string", 255),
        "CallObject": Field("string", 255),
        key_field: Field("string", 100, external_id=True, unique=True),
    }
    person = {**_SYSTEM, "FirstName": Field("string", 40), "LastName": Field("string", 80, required=True)}
    source = Field("picklist", 255, values=("Web", "Phone Inquiry", "Other"))
    numbers = {"Phone": _PHONE, "MobilePhone": _PHONE}
    version = {
        **_SYSTEM,
        "Title": Field("string", 255),
        "PathOnClient": Field("string", 500, updateable=False, required=True),
        "VersionData": Field("base64"),
        "FirstPublishLocationId": Field("reference", 18, updateable=False),
        "ContentDocumentId": Field("reference", 18, updateable=False),
        "Checksum": _read_only("string", 50),
    }
    document = {**_SYSTEM, "Title": Field("string", 255), "LatestPublishedVersionId": Field("reference", 18)}
    link = {**_SYSTEM, "ContentDocumentId": Field("reference", 18), "LinkedEntityId": Field("reference", 18)}
    return {
        "Task": task,
        "Contact": {**person, **numbers, "HomePhone": _PHONE, "OtherPhone": _PHONE, "LeadSource": source},
        "Lead": {
            **person,
            **numbers,
            "LeadSource": source,
            "Company": Field("string", 255, required=True),
            "IsConverted": _read_only("boolean"),
        },
        "ContentVersion": version,
        "ContentDocument": document,
        "ContentDocumentLink": link,
    }


@dataclass(frozen=True)
class Checked:
    """A record as it was sent: of which object, whether it is a new one."""

    kind: str
    fields: Mapping[str, Field]
    is_new: bool
    values: Json = field(default_factory=dict)

    def columns(self) -> None:
        """Refuses the whole request: a field that is not there, or a JSON type that is not the field's."""
        for name, value in self.values.items():
            if name not in self.fields:
                raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {self.kind}")
            if value is not None and not _is_of_type(self.fields[name].type, value):
                said = f"Cannot deserialize instance of {self.fields[name].type} from value {value!r}"
                raise Refusal(400, "JSON_PARSER_ERROR", said)

    def content(self) -> None:
        """Refuses this record: what may not be written, is too long, or not among a picklist's values."""
        may = "createable" if self.is_new else "updateable"
        barred = [name for name in self.values if not getattr(self.fields[name], may)]
        if barred:
            said = f"Unable to create/update fields: {', '.join(barred)}. Please check the security settings of this "
            said += "field and verify that it is read/write for your profile or permission set."
            raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", said, *barred)
        missing = [name for name, one in self.fields.items() if one.required and not self.values.get(name)]
        if self.is_new and missing:
            said = f"Required fields are missing: [{', '.join(missing)}]"
            raise Refusal(400, "REQUIRED_FIELD_MISSING", said, *missing)
        for name, value in self.values.items():
            _content(name, value, self.fields[name])


def _content(name: str, value: Any, rule: Field) -> None:
    if isinstance(value, str) and rule.length and len(value) > rule.length:
        said = f"{name}: data value too large: {value[:20]} (max length={rule.length})"
        raise Refusal(400, "STRING_TOO_LONG", said, name)
    if rule.restricted and value is not None and value not in rule.values:
        said = f"{name}: bad value for restricted picklist field: {value}"
        raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", said, name)
    if rule.type == "reference" and value is not None and not _refers(name, value):
        raise Refusal(400, "MALFORMED_ID", f"{name}: id value of incorrect type: {value}", name)


def _refers(name: str, value: str) -> bool:
    return RECORD_ID.fullmatch(value) is not None and value.startswith(_PREFIXES.get(name, ("",)))


def _is_of_type(kind: str, value: Any) -> bool:
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    return kind != "date" or _is_date(value)


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
