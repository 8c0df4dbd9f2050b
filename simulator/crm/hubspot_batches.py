"""Many records in one request to the simulated HubSpot: 200, or 207 with an error for each that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.simulator.crm.hubspot_bodies import Associate, BatchRead, Upsert, UpsertInput
from trunkline.simulator.crm.hubspot_rules import Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.hubspot import HubSpot

Answer = tuple[int, Json]


def read(crm: HubSpot, kind: str, body: BatchRead) -> Answer:
    """Those that are there; an error names the others together."""
    store = crm.store
    found = [
        (one.id, store.by_unique(kind, body.idProperty, one.id) if body.idProperty else store.records[kind].get(one.id))
        for one in body.inputs
    ]
    missing = [asked for asked, record in found if record is None]
    words = f"Could not get some {kind[:-1].upper()} objects, they may be deleted or not exist."
    errors = [_error("OBJECT_NOT_FOUND", words, {"ids": missing})] if missing else []
    return _told([record.told(body.properties) for _, record in found if record], errors)


def upsert(crm: HubSpot, kind: str, body: Upsert) -> Answer:
    """Makes or changes each. Without a trace on each one, a single wrong one makes 400 of all (its page on errors).

    A single record in conflict makes 409 of all even so (airbytehq/airbyte#76340): tests put its key in `conflicts`.
    """
    ids = [one.id for one in body.inputs]
    if len(set(ids)) < len(ids):
        raise Refusal(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")
    if crm.conflicts & set(ids):
        raise Refusal(409, "CONFLICT", "A record in this batch is in conflict with another one")
    are_traced = all(one.objectWriteTraceId for one in body.inputs)
    results, errors = [], []
    for one in body.inputs:
        try:
            results.append(_upsert(crm, kind, one))
        except Refusal as refusal:
            if not are_traced or refusal.message.startswith("Unable to perform"):
                raise
            trace = {"objectWriteTraceId": [one.objectWriteTraceId]}
            errors.append(_error(refusal.body["category"], refusal.message, trace))
    return _told(results, errors)


def associate(crm: HubSpot, start: str, end: str, body: Associate) -> Answer:
    """Each pair in both directions."""
    results, errors = [], []
    for pair in body.inputs:
        first, second = crm.store.records[start].get(pair.from_.id), crm.store.records[end].get(pair.to.id)
        if first is None or second is None:
            context = {"fromObjectId": [pair.from_.id], "toObjectId": [pair.to.id]}
            errors.append(_error("OBJECT_NOT_FOUND", "One or more objects do not exist", context))
            continue
        crm.store.associate(first, second)
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}
        results.append({"from": {"id": first.id}, "to": {"id": second.id}, "associationSpec": spec})
        back = {**spec, "associationTypeId": 193}
        results.append({"from": {"id": second.id}, "to": {"id": first.id}, "associationSpec": back})
    return _told(results, errors)


def _upsert(crm: HubSpot, kind: str, one: UpsertInput) -> Json:
    store = crm.store
    record = store.by_unique(kind, one.idProperty, one.id)
    if one.properties.get(one.idProperty, one.id) != one.id:
        raise Refusal(400, "VALIDATION_ERROR", f"{one.idProperty} does not equal the id of the input")
    properties = {**one.properties, one.idProperty: one.id}
    is_new = record is None
    if record is None:
        record = store.make(kind, properties)
    else:
        store.change(record, properties)
    trace = {"objectWriteTraceId": one.objectWriteTraceId} if one.objectWriteTraceId else {}
    return {**record.told(list(properties)), "new": is_new, **trace}


def _told(results: list[Json], errors: list[Json]) -> Answer:
    stamps = {"startedAt": "2026-11-17T00:00:00Z", "completedAt": "2026-11-17T00:00:00Z"}
    failed = {"numErrors": len(errors), "errors": errors} if errors else {}
    return (207 if errors else 200), {"status": "COMPLETE", "results": results, **stamps, **failed}


def _error(category: str, message: str, context: Json) -> Json:
    return {"status": "error", "category": category, "message": message, "context": context}
