"""The records of a simulated Salesforce org, and how they are made and changed."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from trunkline.simulator.crm.salesforce_query import RELATIONS
from trunkline.simulator.crm.salesforce_rules import Checked, Refusal, objects
from trunkline.simulator.crm.site import Json

_PREFIXES = {
    "Task": "00T",
    "Contact": "003",
    "Lead": "00Q",
    "ContentVersion": "068",
    "ContentDocument": "069",
    "ContentDocumentLink": "06A",
}


class Org:
    """Objects (`objects`: their fields, which tests take away or change) and their rows by id.

    `refuse`: key → words of a validation rule that refuses it. `locked`: key or id → how often it is found locked.
    """

    def __init__(self, key_field: str, is_indexed: Callable[[float], bool]) -> None:
        self.key_field = key_field
        self.objects = objects(key_field)
        self.rows: dict[str, dict[str, Json]] = {kind: {} for kind in self.objects}
        self.files: dict[str, bytes] = {}
        self.deleted: set[str] = set()
        self.refuse: dict[str, str] = {}
        self.locked: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self._is_indexed = is_indexed
        self._made_at: dict[str, float] = {}

    def add(self, kind: str, **values: Any) -> Json:
        """Adds a record as a person in the org would; searches show it at once."""
        row = {"Id": self._new_id(kind), "CreatedDate": "2026-01-01T00:00:00.000+0000", **values}
        self.rows[kind][row["Id"]] = row
        return row

    def delete(self, kind: str, record_id: str) -> None:
        """Deletes a record as a person would."""
        del self.rows[kind][record_id]
        self.deleted.add(record_id)

    def _new_id(self, kind: str) -> str:
        """18 characters, the first three by the object."""
        return f"{_PREFIXES[kind]}{next(self._ids):012d}AAA"

    def upsert(self, kind: str, key: str, records: list[Json], *, all_or_none: bool) -> list[Json]:
        """Each record made, or changed where its key is there; one by one unless all or none is asked for."""
        if all_or_none:
            raise Refusal(400, "INVALID_INPUT", "this simulation has no allOrNone")
        for record in records:
            if record.get("attributes") != {"type": kind} or "Id" in record or "id" in record:
                raise Refusal(400, "INVALID_INPUT", "each record needs attributes with the type, and no id")
            self._checked(kind, record, is_new=True).columns()
        keys = Counter(record.get(key) for record in records)
        return [self._upserted(kind, key, record, keys[record.get(key)]) for record in records]

    def _upserted(self, kind: str, key: str, record: Json, times: int) -> Json:
        try:
            if not record.get(key):
                raise Refusal(400, "MISSING_ARGUMENT", f"{key} not specified", key)
            there = [row for row in self.rows[kind].values() if row.get(key) == record[key]]
            if times > 1 or len(there) > 1:
                raise Refusal(400, "DUPLICATE_EXTERNAL_ID", f"{key}: more than one record found", key)
            if there:
                self.change(kind, there[0]["Id"], record)
            new_id = there[0]["Id"] if there else self.create(kind, record)
        except Refusal as refusal:
            return refusal.item
        return {"id": new_id, "success": True, "errors": [], "created": not there}

    def create(self, kind: str, values: Json) -> str:
        """A record made through the API; searches show it after a while."""
        self._write(kind, values, is_new=True)
        row = self.add(kind, **_values(values))
        self._made_at[row["Id"]] = time.monotonic()
        if kind == "Task":
            row.setdefault("Status", "Not Started")
            row.setdefault("Priority", "Normal")
        return str(row["Id"])

    def change(self, kind: str, record_id: str, values: Json) -> None:
        """Changes a record; 404 if it was deleted, or never was."""
        if record_id in self.deleted:
            raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")
        row = self.row(kind, record_id)
        self._write(kind, values, is_new=False, record_id=record_id)
        row.update(_values(values))

    def row(self, kind: str, record_id: str) -> Json:
        """A record by its id; 404 if there is none."""
        if record_id not in self.rows.get(kind, {}):
            said = f"Provided external ID field does not exist or is not accessible: {record_id}"
            raise Refusal(404, "NOT_FOUND", said)
        return self.rows[kind][record_id]

    def add_file(self, about: Json, content: bytes) -> str:
        """A file's first version, with its document and the link to where it is published."""
        version_id = self.create("ContentVersion", {**about, "VersionData": ""})
        document = self.add("ContentDocument", Title=about.get("Title"), LatestPublishedVersionId=version_id)
        checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.rows["ContentVersion"][version_id] |= {"ContentDocumentId": document["Id"], "Checksum": checksum}
        self.files[version_id] = content
        if place := about.get("FirstPublishLocationId"):
            self.add("ContentDocumentLink", ContentDocumentId=document["Id"], LinkedEntityId=place)
        return version_id

    def walk(self, row: Json, path: str) -> Any:
        """A field of a row, or of what it refers to: `ContentDocument.Title`."""
        *way, last = path.split(".")
        for step in way:
            row = self.rows[RELATIONS[step]][row[f"{step}Id"]]
        return row.get(last)

    def indexed(self, kind: str) -> Iterable[Json]:
        """What searches show."""
        rows = self.rows[kind].values()
        return [one for one in rows if one["Id"] not in self._made_at or self._is_indexed(self._made_at[one["Id"]])]

    def _checked(self, kind: str, values: Json, *, is_new: bool) -> Checked:
        if kind not in self.objects:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return Checked(kind, self.objects[kind], is_new, _values(values))

    def _write(self, kind: str, values: Json, *, is_new: bool, record_id: str = "") -> None:
        """Refuses what the rules, a validation rule or a lock do not let in."""
        checked = self._checked(kind, values, is_new=is_new)
        checked.columns()
        for one in (str(values.get(self.key_field)), record_id):
            if self.locked[one] > 0:
                self.locked[one] -= 1
                said = "unable to obtain exclusive access to this record or 1 records: 001000000000001AAA"
                raise Refusal(400, "UNABLE_TO_LOCK_ROW", said)
        checked.content()
        if rule := self.refuse.get(str(values.get(self.key_field))):
            raise Refusal(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule)
        for name in ("WhoId", "FirstPublishLocationId"):
            self._refers(name, values.get(name))

    def _refers(self, name: str, record_id: str | None) -> None:
        if record_id in self.deleted:
            raise Refusal(400, "ENTITY_IS_DELETED", "entity is deleted", name)
        if record_id is not None and not any(record_id in rows for rows in self.rows.values()):
            raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", name)
        if record_id and self.rows["Lead"].get(record_id, {}).get("IsConverted"):
            raise Refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", name)


def _values(record: Json) -> Json:
    return {name: value for name, value in record.items() if name != "attributes"}
