"""The addresses of the simulated Entra and Dataverse, and what each does."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import dynamics_rules as rules
from trunkline.simulator.crm.dynamics_filter import column_of, parsed
from trunkline.simulator.crm.dynamics_rules import Json, Refusal
from trunkline.simulator.crm.dynamics_writes import USER, change, make, may

if TYPE_CHECKING:
    from trunkline.simulator.crm.dynamics import Dynamics

Handler = Callable[["Dynamics", Request], Awaitable[Response]]
API = "/api/data/v9.2"
_ENTRA_SAYS = {
    "tenant": ("invalid_request", "AADSTS90002: Tenant not found."),
    "grant_type": ("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."),
    "client_id": ("unauthorized_client", "AADSTS700016: Application was not found in the directory."),
    "client_secret": ("invalid_client", "AADSTS7000215: Invalid client secret provided."),
    "scope": ("invalid_resource", "AADSTS500011: The resource principal was not found in the tenant."),
}
_KEYS = {"$select", "$filter", "$orderby", "$skiptoken"}


def router(crm: Dynamics) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, handler: Handler) -> Route:
        async def answer(request: Request) -> Response:
            if (refused := _not_signed_in(crm, request)) is not None:
                return refused
            try:
                return await handler(crm, request)
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)

        return Route(API + path, answer, methods=[method])

    async def token(request: Request) -> Response:
        return await _token(crm, request)

    definition = "/EntityDefinitions(LogicalName='phonecall')"
    return Router(
        [
            Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            at("GET", "/WhoAmI", _who_am_i),
            at("GET", "/systemusers({row})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()", _privileges),
            at("GET", definition + "/Keys", _keys),
            at("GET", definition + "/Attributes(LogicalName='{column}')/{cast}", _attribute),
            at("GET", "/{table}({row})", _read),
            at("PATCH", "/{table}({row})", _change),
            at("GET", "/{table}", _list),
            at("POST", "/{table}", _create),
        ],
        redirect_slashes=False,
    )


async def _token(crm: Dynamics, request: Request) -> Response:
    """Entra's client credentials."""
    sent = {"tenant": request.path_params["tenant"], **dict(parse_qsl((await request.body()).decode()))}
    wanted = {**crm.app_form, "scope": f"{str(request.base_url).rstrip('/')}/.default"}
    for key, value in wanted.items():
        if sent.get(key) != value:
            error, words = _ENTRA_SAYS[key]
            status = 401 if error == "invalid_client" else 400
            return JSONResponse({"error": error, "error_description": words}, status)
    crm.sign_ins += 1
    fresh = secrets.token_urlsafe(24)
    crm.tokens[fresh] = time.monotonic() + crm.token_seconds
    return JSONResponse({"token_type": "Bearer", "expires_in": int(crm.token_seconds), "access_token": fresh})


def _not_signed_in(crm: Dynamics, request: Request) -> Response | None:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    if crm.tokens.get(bearer, 0.0) < time.monotonic():
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
    if not crm.is_user:
        refusal = Refusal(403, "0x80072560", "The user is not a member of the organization.")
        return JSONResponse(refusal.body, refusal.status)
    return None


async def _who_am_i(_crm: Dynamics, _request: Request) -> Response:
    return JSONResponse(
        {"BusinessUnitId": str(uuid.UUID(int=2)), "UserId": USER, "OrganizationId": str(uuid.UUID(int=3))}
    )


async def _privileges(crm: Dynamics, request: Request) -> Response:
    if request.path_params["row"] != USER:
        raise Refusal(404, "0x80040217", "systemuser With Id = … Does Not Exist")
    depths = {name: crm.contacts_depth if name == "prvReadContact" else "Global" for name in sorted(crm.rights)}
    held = [{"PrivilegeName": name, "Depth": depth, "PrivilegeId": USER} for name, depth in depths.items()]
    return JSONResponse({"RolePrivileges": held})


async def _keys(crm: Dynamics, _request: Request) -> Response:
    key = {"KeyAttributes": [crm.key_column], "EntityKeyIndexStatus": crm.key_state}
    return JSONResponse({"value": [key] if crm.key_column and crm.key_state else []})


async def _attribute(crm: Dynamics, request: Request) -> Response:
    column = request.path_params["column"]
    if column != crm.key_column or request.path_params["cast"] != "Microsoft.Dynamics.CRM.StringAttributeMetadata":
        raise Refusal(404, "0x80060888", f"Could not find an attribute with specified name '{column}'.")
    return JSONResponse({"LogicalName": column, "MaxLength": crm.key_length})


async def _list(crm: Dynamics, request: Request) -> Response:
    name, table = _table(crm, request)
    may(crm, "Read", table)
    query, columns = dict(request.query_params), crm.columns(name)
    if wrong := query.keys() - _KEYS:
        raise Refusal(400, "0x80060888", f"The query parameter {', '.join(wrong)} is not supported")
    is_asked = parsed(query["$filter"], table, columns) if "$filter" in query else lambda _row: True
    found = [row for row in crm.shown(name) if is_asked(row)]
    for order in reversed(query.get("$orderby", "").split(",")) if "$orderby" in query else ():
        column, _, direction = order.partition(" ")
        column_of(table, columns, column)
        found.sort(key=lambda row, column=column: row.get(column) or "", reverse=direction == "desc")  # type: ignore[misc]
    size, start = _page_size(crm, request), int(query.get("$skiptoken", 0))
    answer: Json = {"value": [_selected(crm, name, row, request) for row in found[start : start + size]]}
    if start + size < len(found):
        answer["@odata.nextLink"] = str(request.url.include_query_params(**{"$skiptoken": start + size}))
    return JSONResponse(answer)


async def _read(crm: Dynamics, request: Request) -> Response:
    name, table = _table(crm, request)
    may(crm, "Read", table)
    return JSONResponse(_selected(crm, name, _row(crm, name, table, request.path_params["row"]), request))


async def _create(crm: Dynamics, request: Request) -> Response:
    name, _ = _table(crm, request)
    row = make(crm, name, await _body(request), {})
    return _written(crm, name, row, request, 201)


async def _change(crm: Dynamics, request: Request) -> Response:
    """PATCH is an upsert, unless `If-Match: *` says that the row must be there."""
    name, table = _table(crm, request)
    row_id, body = request.path_params["row"], await _body(request)
    if row_id not in crm.rows[name] and request.headers.get("if-match") != "*":
        return _written(crm, name, make(crm, name, body, {table.key: row_id}), request, 201)
    row = change(crm, name, _row(crm, name, table, row_id), body)
    return _written(crm, name, row, request, 200)


def _table(crm: Dynamics, request: Request) -> tuple[str, rules.Table]:
    name = request.path_params["table"]
    if name not in rules.TABLES or (name == "leads" and not crm.has_leads):
        raise Refusal(404, "0x80060888", f"Resource not found for the segment '{name}'.")
    return name, rules.TABLES[name]


def _row(crm: Dynamics, name: str, table: rules.Table, row_id: str) -> Json:
    if row_id not in crm.rows[name]:
        raise Refusal(404, "0x80040217", f"{table.name} With Id = {row_id} Does Not Exist")
    return crm.rows[name][row_id]


def _selected(crm: Dynamics, name: str, row: Json, request: Request) -> Json:
    """The columns asked for, or all, and always the key."""
    table, columns = rules.TABLES[name], crm.columns(name)
    asked = [one for one in request.query_params.get("$select", "").split(",") if one] or list(columns)
    for one in asked:
        column_of(table, columns, one)
    return {"@odata.etag": 'W/"1"', table.key: row[table.key]} | {one: row.get(one) for one in asked}


def _written(crm: Dynamics, name: str, row: Json, request: Request, status: int) -> Response:
    """The row where `Prefer` asks for it; 204 otherwise, with the address of what was made."""
    if "return=representation" in request.headers.get("prefer", ""):
        return JSONResponse(_selected(crm, name, row, request), status)
    address = f"{str(request.base_url).rstrip('/')}{API}/{name}({row[rules.TABLES[name].key]})"
    return Response(status_code=204, headers={"OData-EntityId": address})


def _page_size(crm: Dynamics, request: Request) -> int:
    wanted = [one for one in request.headers.get("prefer", "").split(",") if "odata.maxpagesize=" in one]
    return min(crm.page_size, int(wanted[0].partition("=")[2])) if wanted else crm.page_size


async def _body(request: Request) -> Json:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(415, "0x0", "A supported MIME type could not be found that matches the content type.")
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(400, "0x80048d19", "Error identified in Payload provided by the user.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "0x80048d19", "Error identified in Payload provided by the user.")
    return body
