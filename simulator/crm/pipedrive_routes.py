"""The addresses of the simulated Pipedrive, and what each does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import pipedrive_bodies as bodies
from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.highlevel_rules import multipart
from trunkline.simulator.crm.pipedrive_rules import Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.pipedrive import Pipedrive

# What an address does: it is given the company, the id in the path (or ""), and the query or body as its model.
Handler = Callable[["Pipedrive", str, Any], Json]
V1, V2 = "/v1", "/api/v2"


def router(crm: Pipedrive) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, model: type[BaseModel], handler: Handler) -> Route:
        is_v2 = path.startswith(V2)

        async def answer(request: Request) -> Response:
            try:
                _admit(crm, request)
                given = await _json(request, is_v2) if method in {"POST", "PATCH"} else dict(request.query_params)
                told = rules.read(model, given, is_v2=is_v2)
                return JSONResponse({"success": True, **handler(crm, request.path_params.get("id", ""), told)})
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)

        return Route(path, answer, methods=[method])

    async def record(request: Request) -> Response:
        try:
            _admit(crm, request)
            return JSONResponse(await _record(crm, request))
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return Router(
        [
            at("GET", f"{V1}/users/me", bodies.Nothing, _me),
            at("GET", f"{V1}/activityTypes", bodies.Nothing, _types),
            at("GET", f"{V1}/callLogs", bodies.LogPage, _logs),
            at("POST", f"{V1}/callLogs", bodies.CallLog, lambda crm, _id, body: {"data": crm.make_log(body)}),
            at("GET", f"{V1}/callLogs/{{id}}", bodies.Nothing, lambda crm, key, _query: {"data": _log(crm, key)}),
            at("DELETE", f"{V1}/callLogs/{{id}}", bodies.Nothing, _delete_log),
            Route(f"{V1}/callLogs/{{id}}/recordings", record, methods=["POST"]),
            at("GET", f"{V1}/notes", bodies.NotePage, _notes),
            at("POST", f"{V1}/notes", bodies.Note, _add_note),
            at("GET", f"{V2}/persons/search", bodies.Search, _search),
            at("GET", f"{V2}/persons", bodies.PersonPage, _persons),
            at("POST", f"{V2}/persons", bodies.Person, _add_person),
            at("GET", f"{V2}/activities", bodies.ActivityPage, _activities),
            at("POST", f"{V2}/activities", bodies.Activity, _add_activity),
            at("GET", f"{V2}/activities/{{id}}", bodies.Nothing, _activity),
            at("PATCH", f"{V2}/activities/{{id}}", bodies.ActivityChange, _change_activity),
            at("DELETE", f"{V2}/activities/{{id}}", bodies.Nothing, _delete_activity),
        ],
        redirect_slashes=False,
    )


def _admit(crm: Pipedrive, request: Request) -> None:
    """The token in its own header; who sends `Authorization` means OAuth, and has no such token here."""
    if request.headers.get("x-api-token") != crm.token or "authorization" in request.headers:
        raise Refusal(401, "unauthorized access")
    if any(request.url.path.startswith(path) for path in crm.forbidden):
        raise Refusal(403, rules.NO_RIGHT)


async def _json(request: Request, is_v2: bool) -> Any:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(415, "application/json is expected", is_v2=is_v2)
    try:
        return await request.json()
    except ValueError:
        raise Refusal(400, "the body is no JSON", is_v2=is_v2) from None


def _me(crm: Pipedrive, _id: str, _query: Any) -> Json:
    return {"data": {"id": crm.user_id, "name": "Ann Admin", "company_domain": "simulated", "timezone_name": "UTC"}}


def _types(crm: Pipedrive, _id: str, _query: Any) -> Json:
    return {"data": [{"key_string": key, "active_flag": is_active} for key, is_active in crm.types.items()]}


def _page(rows: list[Json], start: int, limit: int) -> Json:
    """A page of v1; null where there is nothing."""
    more = start + limit < len(rows)
    paging = {"start": start, "limit": limit, "more_items_in_collection": more}
    paging |= {"next_start": start + limit} if more else {}
    return {"data": rows[start : start + limit] or None, "additional_data": {"pagination": paging}}


def _logs(crm: Pipedrive, _id: str, query: bodies.LogPage) -> Json:
    return _page(list(crm.logs.values()), query.start, query.limit)


def _log(crm: Pipedrive, log_id: str) -> Json:
    if log_id not in crm.logs:
        raise Refusal(410 if log_id in crm.gone else 404, rules.GONE if log_id in crm.gone else rules.NOT_THERE)
    return crm.logs[log_id]


def _delete_log(crm: Pipedrive, log_id: str, _query: Any) -> Json:
    """With its recording; the activity stays."""
    _log(crm, log_id)
    del crm.logs[log_id]
    crm.recordings.pop(log_id, None)
    crm.gone.add(log_id)
    return {}


async def _record(crm: Pipedrive, request: Request) -> Json:
    log = _log(crm, request.path_params["id"])
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refusal(400, "multipart/form-data is expected")
    parts = await multipart(request)
    if set(parts) != {"file"} or not parts["file"][0]:
        raise Refusal(400, '"file" is required.')
    if log["has_recording"]:
        raise Refusal(409, rules.TWICE)
    log["has_recording"] = True
    crm.recordings[log["id"]] = parts["file"][1]
    return {"success": True}


def _notes(crm: Pipedrive, _id: str, query: bodies.NotePage) -> Json:
    rows = [one for one in crm.notes if query.person_id in {None, one["person_id"]}]
    return _page(rows[::-1] if query.sort.endswith("DESC") else rows, query.start, query.limit)


def _add_note(crm: Pipedrive, _id: str, body: bodies.Note) -> Json:
    if body.person_id not in crm.persons:
        raise Refusal(404, rules.NOT_THERE)
    note = {"id": len(crm.notes) + 1, "content": rules.sanitised(body.content), "person_id": body.person_id}
    crm.notes.append(note)
    return {"data": note}


def _search(crm: Pipedrive, _id: str, query: bodies.Search) -> Json:
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


def _persons(crm: Pipedrive, _id: str, query: bodies.PersonPage) -> Json:
    asked = {int(one) for one in query.ids.split(",")}
    return {"data": [one for one in crm.persons.values() if one["id"] in asked]}


def _add_person(crm: Pipedrive, _id: str, body: bodies.Person) -> Json:
    return {"data": crm.make_person(body.model_dump(exclude_none=True))}


def _activities(crm: Pipedrive, _id: str, query: bodies.ActivityPage) -> Json:
    rows = [one for one in crm.activities.values() if not one["is_deleted"]]
    rows = [one for one in rows if query.person_id in {None, one["person_id"]} and query.done in {None, one["done"]}]
    rows = rows[::-1] if query.sort_direction == "desc" else rows
    end = query.cursor + query.limit
    following = str(end) if end < len(rows) else None
    return {"data": rows[query.cursor : end], "additional_data": {"next_cursor": following}}


def _add_activity(crm: Pipedrive, _id: str, body: bodies.Activity) -> Json:
    if not crm.types.get(body.type):
        raise Refusal(400, f"Activity type '{body.type}' is not valid", is_v2=True)
    people = {one.person_id for one in body.participants}
    if not people <= set(crm.persons):
        raise Refusal(400, "Participant person was not found", is_v2=True)
    primary = next((one.person_id for one in body.participants if one.primary), None)
    return {"data": crm.make_activity({**body.model_dump(exclude_none=True), "person_id": primary})}


def _activity(crm: Pipedrive, activity_id: str, _query: Any) -> Json:
    """A deleted one keeps its id for 30 days, and says so."""
    found = crm.activities.get(int(activity_id)) if activity_id.isdigit() else None
    if found is None:
        raise Refusal(404, "Activity not found", is_v2=True)
    return {"data": found}


def _change_activity(crm: Pipedrive, activity_id: str, body: bodies.ActivityChange) -> Json:
    found = _activity(crm, activity_id, None)["data"]
    if found["is_deleted"]:
        raise Refusal(404, "Activity not found", is_v2=True)
    found |= body.model_dump(exclude_unset=True)
    return {"data": found}


def _delete_activity(crm: Pipedrive, activity_id: str, _query: Any) -> Json:
    found = _activity(crm, activity_id, None)["data"]
    found["is_deleted"] = True
    return {"data": {"id": found["id"]}}
