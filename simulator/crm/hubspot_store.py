"""The simulated HubSpot's records: made, changed, read, found, associated."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from trunkline.simulator.crm import hubspot_rules as rules
from trunkline.simulator.crm.hubspot_bodies import MAX_FOUND, Filter, Search
from trunkline.simulator.crm.hubspot_rules import Json, Refusal

_REQUIRED = {"calls": "hs_timestamp", "tasks": "hs_timestamp"}


@dataclass
class Record:
    """One record; `made_at` and `changed_at` are moments of `time.monotonic`."""

    id: str
    kind: str
    properties: dict[str, str]
    made_at: float = field(default_factory=time.monotonic)

    def told(self, names: list[str]) -> Json:
        """As the API gives it: only the properties that were asked for, null where there is none."""
        values: dict[str, str | None] = {name: self.properties.get(name) for name in names}
        stamps = {"createdAt": "2026-11-01T00:00:00Z", "updatedAt": "2026-11-01T00:00:00Z", "archived": False}
        return {"id": self.id, "properties": {**values, "hs_object_id": self.id}, **stamps}


class Store:
    """Everything in one account. `country`: how numbers without a country code are read."""

    def __init__(self, country: str, index_lag_seconds: float) -> None:
        self.country, self.index_lag_seconds = country, index_lag_seconds
        self.definitions = rules.definitions()
        self.records: dict[str, dict[str, Record]] = {"contacts": {}, "calls": {}, "tasks": {}}
        self.pairs: set[tuple[str, str, str, str]] = set()
        self._made = 0

    def make(self, kind: str, properties: dict[str, str]) -> Record:
        """A new record. 400 for wrong values, or without what such a record must have."""
        rules.refuse(rules.problems(self.definitions[kind], properties))
        needed = _REQUIRED.get(kind)
        if needed and needed not in properties:
            words = f"Error creating {kind[:-1].upper()}. Some required properties were not set."
            raise Refusal(400, "VALIDATION_ERROR", words, context={"properties": [needed]})
        self._made += 1
        record = Record(str(90_000_000_000 + self._made), kind, {})
        self.records[kind][record.id] = record
        self.set(record, properties)
        return record

    def set(self, record: Record, properties: dict[str, str]) -> None:
        """Sets values that were looked at before; numbers become searchable."""
        record.properties |= properties
        if record.kind == "contacts":
            for name, one in (("phone", "phone"), ("mobilephone", "mobile")):
                number = rules.without_country(record.properties.get(name), self.country)
                record.properties |= {f"hs_searchable_calculated_{one}_number": number} if number else {}

    def change(self, record: Record, properties: dict[str, str]) -> None:
        """Changes a record. 400 for wrong values, nothing is changed then."""
        rules.refuse(rules.problems(self.definitions[record.kind], properties))
        self.set(record, properties)

    def get(self, kind: str, record_id: str) -> Record:
        """A record by its id; 404 if it is not there."""
        if record_id not in self.records[kind]:
            raise Refusal(404, "OBJECT_NOT_FOUND", "resource not found")
        return self.records[kind][record_id]

    def by_unique(self, kind: str, name: str, value: str) -> Record | None:
        """The record with this value. 400 where the property does not hold each value once."""
        if not self.definitions[kind].get(name, {}).get("hasUniqueValue"):
            words = f"Unable to perform update/upsert by non-unique {rules.TYPE_IDS[kind]} property {name}"
            raise Refusal(400, "VALIDATION_ERROR", words)
        return next((one for one in self.records[kind].values() if one.properties.get(name) == value), None)

    def associate(self, first: Record, second: Record) -> None:
        """Once, however often."""
        self.pairs |= {(first.kind, first.id, second.kind, second.id), (second.kind, second.id, first.kind, first.id)}

    def delete(self, kind: str, record_id: str) -> None:
        """Deletes a record as a person would, and what it hung on."""
        del self.records[kind][record_id]
        gone = (kind, record_id)
        self.pairs = {pair for pair in self.pairs if gone not in (pair[:2], pair[2:])}

    def associated(self, kind: str, record_id: str, other: str) -> list[str]:
        """The ids of another kind that hang on a record, in no order that means anything."""
        return sorted(to for start, one, end, to in self.pairs if (start, one, end) == (kind, record_id, other))

    def search(self, kind: str, body: Search) -> Json:
        """One page of what is indexed by now."""
        after = int(body.after)
        if after + body.limit > MAX_FOUND:
            raise Refusal(400, "VALIDATION_ERROR", "There was a problem with the request.")
        asked = [one for group in body.filterGroups for one in group.filters]
        for name in [*(one.propertyName for one in asked), *(one.propertyName for one in body.sorts)]:
            self._must_exist(kind, name)
        now = time.monotonic()
        there = [one for one in self.records[kind].values() if now - one.made_at >= self.index_lag_seconds]
        groups = body.filterGroups
        found = [one for one in there if not groups or any(_fits(one, group.filters) for group in groups)]
        for sort in body.sorts:
            found.sort(key=lambda one: one.properties.get(sort.propertyName) or "", reverse=sort.direction[0] == "D")
        page = found[after : after + body.limit]
        more = after + body.limit < len(found)
        paging = {"paging": {"next": {"after": str(after + body.limit)}}} if more else {}
        return {"total": len(found), "results": [one.told(body.properties) for one in page], **paging}

    def _must_exist(self, kind: str, name: str) -> None:
        if name not in self.definitions[kind]:
            words = f"There was a problem with the request. Property '{name}' does not exist"
            raise Refusal(400, "VALIDATION_ERROR", words)


def _fits(record: Record, filters: list[Filter]) -> bool:
    return all(_holds(record.properties.get(one.propertyName), one) for one in filters)


def _holds(value: str | None, condition: Filter) -> bool:
    operator = condition.operator
    if operator.endswith("HAS_PROPERTY"):
        return bool(value) == (operator == "HAS_PROPERTY")
    there: Any = rules.instant(value) or (value or "").lower()
    asked: Any = rules.instant(condition.value) or (condition.value or "").lower()
    if operator in {"EQ", "NEQ"}:
        return bool(there == asked) == (operator == "EQ")
    if not value or type(there) is not type(asked):
        return False
    return bool({"LT": there < asked, "LTE": there <= asked, "GT": there > asked, "GTE": there >= asked}[operator])
