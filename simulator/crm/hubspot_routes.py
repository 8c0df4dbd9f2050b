"""The addresses of the simulated HubSpot, and what each does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import hubspot_batches as batches
from trunkline.simulator.crm import hubspot_bodies as bodies
from trunkline.simulator.crm.hubspot_rules import READ, WRITE, Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.hubspot import HubSpot

VERSION = "2026-03"
Handler = Callable[["HubSpot", Request, bytes], tuple[int, Json]]
Body = TypeVar("Body", bound=BaseModel)


def router(crm: HubSpot) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, scope: str | None, handler: Handler) -> Route:
        async def answer(request: Request) -> Response:
            is_search = path.endswith("/search")
            try:
                crm.gate.count(is_search=is_search)
                if scope:
                    crm.gate.admit(request.headers.get("authorization", ""), scope)
                status, said = handler(crm, request, await request.body())
            except Refusal as refusal:
                status, said = refusal.status, refusal.body
            return JSONResponse(said, status, {} if is_search else crm.gate.limit_headers())

        return Route(path, answer, methods=[method])

    objects = f"/crm/objects/{VERSION}/{{kind}}"
    return Router(
        [
            at("POST", f"/oauth/{VERSION}/token", None, _token),
            at("GET", f"/crm/properties/{VERSION}/{{kind}}/{{name}}", READ, _definition),
            at("POST", f"{objects}/search", READ, _search),
            at("POST", f"{objects}/batch/read", READ, _read_many),
            at("POST", f"{objects}/batch/upsert", WRITE, _upsert),
            at("GET", objects, READ, _list),
            at("POST", objects, WRITE, _create),
            at("GET", f"{objects}/{{id}}", READ, _read),
            at("PATCH", f"{objects}/{{id}}", WRITE, _change),
            at("GET", f"{objects}/{{id}}/associations/{{other}}", READ, _associated),
            at("POST", f"/crm/associations/{VERSION}/{{kind}}/{{other}}/batch/associate/default", WRITE, _associate),
        ],
        redirect_slashes=False,
    )


def _body(model: type[Body], raw: bytes) -> Body:
    """The body, if it is as the reference pages say; 400 otherwise."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Refusal(400, "VALIDATION_ERROR", f"Invalid input JSON: {where}: {first['msg']}") from None


def _kind(crm: HubSpot, request: Request, key: str = "kind") -> str:
    kind = str(request.path_params[key])
    if kind not in crm.store.records:
        raise Refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {kind}")
    return kind


def _query(request: Request, *known: str) -> dict[str, str]:
    if unknown := sorted(set(request.query_params) - set(known)):
        raise Refusal(400, "VALIDATION_ERROR", f"unknown query parameters {unknown}")
    return dict(request.query_params)


def _token(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded") or request.query_params:
        raise Refusal(415, "VALIDATION_ERROR", "Unsupported Media Type")
    try:
        form = bodies.TokenForm.model_validate(dict(parse_qsl(raw.decode())))
    except ValidationError:
        raise Refusal(400, "VALIDATION_ERROR", "missing or unknown parameters") from None
    return 200, crm.gate.renew(form)


def _definition(crm: HubSpot, request: Request, _raw: bytes) -> tuple[int, Json]:
    defined, name = crm.store.definitions[_kind(crm, request)], request.path_params["name"]
    if name not in defined:
        raise Refusal(404, "OBJECT_NOT_FOUND", f"No property named {name}")
    return 200, defined[name]


def _search(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    return 200, crm.store.search(_kind(crm, request), _body(bodies.Search, raw))


def _read_many(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    return batches.read(crm, _kind(crm, request), _body(bodies.BatchRead, raw))


def _upsert(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    return batches.upsert(crm, _kind(crm, request), _body(bodies.Upsert, raw))


def _associate(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    start, end = _kind(crm, request), _kind(crm, request, "other")
    return batches.associate(crm, start, end, _body(bodies.Associate, raw))


def _list(crm: HubSpot, request: Request, _raw: bytes) -> tuple[int, Json]:
    limit = int(_query(request, "limit").get("limit", 10))
    rows = list(crm.store.records[_kind(crm, request)].values())[:limit]
    return 200, {"results": [one.told([]) for one in rows]}


def _create(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    kind, body = _kind(crm, request), _body(bodies.Create, raw)
    expected = {"tasks": 204, "calls": 194}.get(kind)
    for one in body.associations:
        if [spec.associationTypeId for spec in one.types] != [expected]:
            raise Refusal(400, "VALIDATION_ERROR", f"invalid association types between {kind} and contacts")
        crm.store.get("contacts", one.to.id)
    record = crm.store.make(kind, body.properties)
    if kind == "contacts":
        record.properties |= {"createdate": "2026-11-17T00:00:00.000Z", "hs_object_source_detail_1": crm.app_name}
    for one in body.associations:
        crm.store.associate(record, crm.store.get("contacts", one.to.id))
    return 201, record.told(list(body.properties))


def _read(crm: HubSpot, request: Request, _raw: bytes) -> tuple[int, Json]:
    names = _query(request, "properties", "archived").get("properties", "")
    record = crm.store.get(_kind(crm, request), request.path_params["id"])
    return 200, record.told([name for name in names.split(",") if name])


def _change(crm: HubSpot, request: Request, raw: bytes) -> tuple[int, Json]:
    record = crm.store.get(_kind(crm, request), request.path_params["id"])
    body = _body(bodies.Update, raw)
    crm.store.change(record, body.properties)
    return 200, record.told(list(body.properties))


def _associated(crm: HubSpot, request: Request, _raw: bytes) -> tuple[int, Json]:
    query = _query(request, "limit", "after")
    start, limit = int(query.get("after", 0)), int(query.get("limit", 500))
    if not 1 <= limit <= 500:
        raise Refusal(400, "VALIDATION_ERROR", "limit must be from 1 to 500")
    kind, other = _kind(crm, request), _kind(crm, request, "other")
    record = crm.store.get(kind, request.path_params["id"])
    ids = crm.store.associated(kind, record.id, other)
    rows: list[Any] = [{"toObjectId": one, "associationTypes": []} for one in ids[start : start + limit]]
    more = start + limit < len(ids)
    return 200, {"results": rows, **({"paging": {"next": {"after": str(start + limit)}}} if more else {})}
