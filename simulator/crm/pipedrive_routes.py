"""The addresses of the simulated Pipedrive, and what each does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import pipedrive_bodies as bodies
from trunkline.simulator.crm import pipedrive_people as people
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
            at("GET", f"{V1}/notes", bodies.NotePage, people.notes),
            at("POST", f"{V1}/notes", bodies.Note, people.add_note),
            at("GET", f"{V2}/persons/search", bodies.Search, people.search),
            at("GET", f"{V2}/persons", bodies.PersonPage, people.persons),
            at("POST", f"{V2}/persons", bodies.Person, people.add_person),
            at("GET", f"{V2}/activities", bodies.ActivityPage, people.activities),
            at("POST", f"{V2}/activities", bodies.Activity, people.add_activity),
            at("GET", f"{V2}/activities/{{id}}", bodies.Nothing, people.activity),
            at("PATCH", f"{V2}/activities/{{id}}", bodies.ActivityChange, people.change_activity),
            at("DELETE", f"{V2}/activities/{{id}}", bodies.Nothing, people.delete_activity),
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


def _logs(crm: Pipedrive, _id: str, query: bodies.LogPage) -> Json:
    return rules.page(list(crm.logs.values()), query.start, query.limit)


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
