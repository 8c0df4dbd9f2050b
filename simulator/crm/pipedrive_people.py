"""What the simulated Pipedrive's addresses for persons, notes and activities do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.crm import pipedrive_bodies as bodies
from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.pipedrive_rules import Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.pipedrive import Pipedrive


def notes(crm: Pipedrive, _id: str, query: bodies.NotePage) -> Json:
    """A page of a person's."""
    rows = [one for one in crm.notes if query.person_id in {None, one["person_id"]}]
    return rules.page(rows[::-1] if query.sort.endswith("DESC") else rows, query.start, query.limit)


def add_note(crm: Pipedrive, _id: str, body: bodies.Note) -> Json:
    """On a person."""
    if body.person_id not in crm.persons:
        raise Refusal(404, rules.NOT_THERE)
    note = {"id": len(crm.notes) + 1, "content": rules.sanitised(body.content), "person_id": body.person_id}
    crm.notes.append(note)
    return {"data": note}


def search(crm: Pipedrive, _id: str, query: bodies.Search) -> Json:
    """Persons in whose phones these digits are."""
    if not crm.searches.allows():
        refusal = Refusal(rules.TOO_MANY[0], "", is_v2=True)
        refusal.body = rules.TOO_MANY[1]
        raise refusal
    term, found = rules.digits(query.term), []
    for person in crm.persons.values():
        phones = [one["value"] for one in person["phones"]]
        if crm.is_found(person["id"]) and any(term in rules.digits(phone) for phone in phones):
            item = {"id": person["id"], "type": "person", "name": person["name"], "phones": phones, "emails": []}
            found.append({"result_score": 0.5, "item": item})
    return {"data": {"items": found[: query.limit]}, "additional_data": {"next_cursor": None}}


def persons(crm: Pipedrive, _id: str, query: bodies.PersonPage) -> Json:
    """Those with these ids."""
    asked = {int(one) for one in query.ids.split(",")}
    return {"data": [one for one in crm.persons.values() if one["id"] in asked]}


def add_person(crm: Pipedrive, _id: str, body: bodies.Person) -> Json:
    """As a user of the API."""
    return {"data": crm.make_person(body.model_dump(exclude_none=True))}


def activities(crm: Pipedrive, _id: str, query: bodies.ActivityPage) -> Json:
    """A page of a person's."""
    rows = [one for one in crm.activities.values() if not one["is_deleted"]]
    rows = [one for one in rows if query.person_id in {None, one["person_id"]} and query.done in {None, one["done"]}]
    rows = rows[::-1] if query.sort_direction == "desc" else rows
    end = query.cursor + query.limit
    following = str(end) if end < len(rows) else None
    return {"data": rows[query.cursor : end], "additional_data": {"next_cursor": following}}


def add_activity(crm: Pipedrive, _id: str, body: bodies.Activity) -> Json:
    """Its person is the primary participant."""
    if not crm.types.get(body.type):
        raise Refusal(400, f"Activity type '{body.type}' is not valid", is_v2=True)
    people = {one.person_id for one in body.participants}
    if not people <= set(crm.persons):
        raise Refusal(400, "Participant person was not found", is_v2=True)
    primary = next((one.person_id for one in body.participants if one.primary), None)
    return {"data": crm.make_activity({**body.model_dump(exclude_none=True), "person_id": primary})}


def activity(crm: Pipedrive, activity_id: str, _query: Any) -> Json:
    """A deleted one keeps its id for 30 days, and says so."""
    found = crm.activities.get(int(activity_id)) if activity_id.isdigit() else None
    if found is None:
        raise Refusal(404, "Activity not found", is_v2=True)
    return {"data": found}


def change_activity(crm: Pipedrive, activity_id: str, body: bodies.ActivityChange) -> Json:
    """Some of its fields."""
    found = activity(crm, activity_id, None)["data"]
    if found["is_deleted"]:
        raise Refusal(404, "Activity not found", is_v2=True)
    found |= body.model_dump(exclude_unset=True)
    return {"data": found}


def delete_activity(crm: Pipedrive, activity_id: str, _query: Any) -> Json:
    """Marks it as deleted."""
    found = activity(crm, activity_id, None)["data"]
    found["is_deleted"] = True
    return {"data": {"id": found["id"]}}
