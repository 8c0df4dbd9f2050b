"""The addresses of the simulated Zoho, and what each does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import highlevel_rules, zoho_query
from trunkline.simulator.crm.zoho_rules import MAX_RECORDS, Json, Refusal, Wrong

if TYPE_CHECKING:
    from trunkline.simulator.crm.zoho import Zoho

Handler = Callable[["Zoho", Request], Awaitable[Response]]
V8 = "/crm/v8"


def router(crm: Zoho) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, handler: Handler) -> Route:
        async def answer(request: Request) -> Response:
            try:
                return await handler(crm, request)
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)

        return Route(V8 + path, answer, methods=[method])

    async def nowhere(_request: Request) -> Response:
        body = Refusal(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one").body
        return JSONResponse(body, 404)

    return Router(
        [
            Route("/oauth/v2/token", crm.accounts.token, methods=["POST"]),
            at("GET", "/settings/fields", _fields),
            at("POST", "/coql", _coql),
            at("GET", "/{module}/search", _search),
            at("POST", "/{module}", _insert),
            at("GET", "/{module}/{record}", _get),
            at("PUT", "/{module}/{record}", _change),
            at("GET", "/{module}/{record}/Attachments", _attached),
            at("POST", "/{module}/{record}/Attachments", _attach),
            Route("/{path:path}", nowhere),
        ],
        redirect_slashes=False,
    )


def _module(crm: Zoho, request: Request, right: str, *more: str) -> str:
    """The module of the path, once it is seen that the token may do this with it."""
    module = str(request.path_params["module"])
    crm.admit(request.headers.get("authorization", ""), f"ZohoCRM.modules.{module.lower()}.{right}", *more)
    crm.schema.fields(module)
    return module


async def _rows(request: Request) -> list[Any]:
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(400, "INVALID_DATA", "body", expected_data_type="jsonobject") from None
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not rows or not set(body) <= {"data", "trigger"}:
        raise Refusal(400, "INVALID_DATA", "invalid data", api_name="data", expected_data_type="jsonarray")
    if len(rows) > MAX_RECORDS:
        raise Refusal(400, "LIMIT_EXCEEDED", "the number of records is more than what is allowed")
    return rows


def _each(rows: list[Any], act: Callable[[Any], Json], done: int) -> Response:
    """A result for each: `done` if all went well, 400 if none did, 207 if some did."""
    results: list[Json] = []
    for row in rows:
        try:
            results.append(act(row))
        except Wrong as wrong:
            results.append(wrong.body)
    good = sum(one["status"] == "success" for one in results)
    return JSONResponse({"data": results}, done if good == len(rows) else 207 if good else 400)


async def _insert(crm: Zoho, request: Request) -> Response:
    module = _module(crm, request, "CREATE")
    return _each(await _rows(request), lambda row: crm.insert(module, row), 201)


async def _change(crm: Zoho, request: Request) -> Response:
    module = _module(crm, request, "UPDATE")
    rows = await _rows(request)
    if len(rows) > 1:
        raise Refusal(400, "INVALID_DATA", "one record is expected")
    return _each(rows, lambda row: crm.change(module, request.path_params["record"], row), 200)


async def _get(crm: Zoho, request: Request) -> Response:
    module = _module(crm, request, "READ")
    record = crm.records[module].get(request.path_params["record"])
    if record is None:
        return Response(status_code=204)
    names = request.query_params.get("fields", ",".join(record)).split(",")
    return JSONResponse({"data": [{"id": record["id"]} | {name: record.get(name) for name in names}]})


async def _search(crm: Zoho, request: Request) -> Response:
    module = _module(crm, request, "READ", "ZohoSearch.securesearch.READ")
    phone = request.query_params.get("phone")
    if not phone or set(request.query_params) - {"phone", "page", "per_page", "fields"}:
        raise Refusal(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing")
    found = crm.found(module, phone)[:200]
    return JSONResponse({"data": found, "info": {"more_records": False}}) if found else Response(status_code=204)


async def _coql(crm: Zoho, request: Request) -> Response:
    body = await request.json()
    query = body.get("select_query") if isinstance(body, dict) else None
    header = request.headers.get("authorization", "")
    crm.admit(header, "ZohoCRM.coql.READ")
    module = zoho_query.module_of(query)
    crm.admit(header, f"ZohoCRM.modules.{module.lower()}.READ", "ZohoCRM.settings.fields.READ")
    answer = zoho_query.answer(query, crm.schema, list(crm.records.get(module, {}).values()))
    return Response(status_code=204) if answer is None else JSONResponse(answer)


async def _fields(crm: Zoho, request: Request) -> Response:
    crm.admit(request.headers.get("authorization", ""), "ZohoCRM.settings.fields.READ")
    fields = crm.schema.fields(request.query_params.get("module"))
    told = [
        {
            "api_name": name,
            "data_type": one.kind,
            "length": one.length,
            "unique": {"casesensitive": "true"} if one.is_unique else {},
        }
        for name, one in fields.items()
        if not name.startswith("$")
    ]
    return JSONResponse({"fields": told})


async def _attached(crm: Zoho, request: Request) -> Response:
    _module(crm, request, "READ", "ZohoCRM.modules.attachments.READ")
    if "fields" not in request.query_params:
        raise Refusal(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param="fields")
    there = crm.attachments.get(request.path_params["record"], [])
    names = request.query_params["fields"].split(",")
    rows = [{"id": one["id"]} | {name: one.get(name) for name in names} for one in there]
    return JSONResponse({"data": rows, "info": {"more_records": False}}) if rows else Response(status_code=204)


async def _attach(crm: Zoho, request: Request) -> Response:
    """A file in the body, or a link in the query; not both."""
    _module(crm, request, "READ", "ZohoCRM.modules.attachments.CREATE")
    record, url = request.path_params["record"], request.query_params.get("attachmentUrl")
    if url:
        if await request.body():
            raise Refusal(400, "INVALID_DATA", "either a file or a URL can be attached at a time")
        title = request.query_params.get("title") or url
        return _each([title], lambda name: crm.attach(record, name, url=url), 200)
    try:
        name, content = (await highlevel_rules.multipart(request)).get("file", (None, b""))
    except highlevel_rules.Refusal:
        raise Refusal(400, "INVALID_DATA", "multipart/form-data is expected") from None
    if not name or name.endswith(".exe"):
        raise Refusal(400, "INVALID_DATA", "invalid data", api_name="file")
    return _each([name], lambda file: crm.attach(record, file, content), 200)
