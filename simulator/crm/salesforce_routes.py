"""The addresses of the simulated Salesforce org: sign-in, records, collections, queries, searches, files."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import salesforce_query as queries
from trunkline.simulator.crm.salesforce_rules import Json, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.salesforce import Salesforce

DATA = "/services/data/v60.0"
UPSERT_MOST = 200
Handler = Callable[["Salesforce", Request], Awaitable[Any]]


def router(crm: Salesforce) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, handler: Handler, status: int = 200) -> Route:
        async def answer(request: Request) -> Response:
            try:
                crm.admit(request.headers.get("authorization"))
                body = await handler(crm, request)
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)
            return Response(status_code=204) if body is None else JSONResponse(body, status)

        return Route(DATA + path, answer, methods=[method])

    async def token(request: Request) -> Response:
        status, body = crm.sign_in(_form(await request.body()), str(request.base_url).rstrip("/"))
        return JSONResponse(body, status)

    return Router(
        [
            Route("/services/oauth2/token", token, methods=["POST"]),
            at("GET", "/sobjects/{kind}/describe", _describe),
            at("PATCH", "/composite/sobjects/{kind}/{key}", _upsert),
            at("POST", "/sobjects/Contact", _new_contact, 201),
            at("POST", "/sobjects/ContentVersion", _new_file, 201),
            at("GET", "/sobjects/{kind}/{record}", _read),
            at("PATCH", "/sobjects/{kind}/{record}", _change),
            at("GET", "/query/", _query),
            at("GET", "/query/{cursor}", _more),
            at("GET", "/search/", _search),
        ],
        redirect_slashes=False,
    )


def _form(body: bytes) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(body.decode()).items()}


async def _object(request: Request) -> Json:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the body is not of a type that is taken")
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refusal(400, "JSON_PARSER_ERROR", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "JSON_PARSER_ERROR", "the body should be an object")
    return body


async def _describe(crm: Salesforce, request: Request) -> Any:
    kind = request.path_params["kind"]
    if kind not in crm.org.objects:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return {
        "name": kind,
        "createable": True,
        "fields": [one.described(name) for name, one in crm.org.objects[kind].items()],
    }


async def _upsert(crm: Salesforce, request: Request) -> Any:
    kind, key = request.path_params["kind"], request.path_params["key"]
    rule = crm.org.objects.get(kind, {}).get(key)
    if rule is None or not rule.external_id:
        said = f"Provided external ID field does not exist or is not accessible: {key}"
        raise Refusal(404, "NOT_FOUND", said)
    body = await _object(request)
    records = body.get("records")
    if not isinstance(records, list) or not records or body.keys() - {"records", "allOrNone"}:
        raise Refusal(400, "JSON_PARSER_ERROR", "records is missing, or something else is there")
    if len(records) > UPSERT_MOST:
        raise Refusal(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {UPSERT_MOST} records")
    return crm.org.upsert(kind, key, records, all_or_none=body.get("allOrNone", False))


async def _new_contact(crm: Salesforce, request: Request) -> Any:
    return {"id": crm.org.create("Contact", await _object(request)), "success": True, "errors": []}


async def _new_file(crm: Salesforce, request: Request) -> Any:
    parts = _parts(request.headers.get("content-type", ""), await request.body())
    kind, _name, about = parts.get("entity_content", ("", None, b""))
    _kind, name, content = parts.get("VersionData", ("", None, b""))
    if kind != "application/json" or name is None:
        raise Refusal(400, "INVALID_MULTIPART_REQUEST", "entity_content as JSON and VersionData as a file are expected")
    return {"id": crm.org.add_file(json.loads(about), content), "success": True, "errors": []}


async def _read(crm: Salesforce, request: Request) -> Any:
    kind = request.path_params["kind"]
    row = crm.org.row(kind, request.path_params["record"])
    names = (request.query_params.get("fields") or ",".join(crm.org.objects[kind])).split(",")
    for name in names:
        if name not in crm.org.objects[kind]:
            raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}")
    return {"attributes": {"type": kind}, "Id": row["Id"], **{name: row.get(name) for name in names}}


async def _change(crm: Salesforce, request: Request) -> Any:
    crm.org.change(request.path_params["kind"], request.path_params["record"], await _object(request))


async def _query(crm: Salesforce, request: Request) -> Any:
    soql = request.query_params.get("q", "")
    return crm.page(queries.select(soql, crm.org.objects, lambda kind: crm.org.rows[kind].values(), crm.org.walk), 0)


async def _more(crm: Salesforce, request: Request) -> Any:
    cursor, _, start = request.path_params["cursor"].partition("-")
    if cursor not in crm.cursors:
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return crm.page(crm.cursors[cursor], int(start))


async def _search(crm: Salesforce, request: Request) -> Any:
    return {"searchRecords": queries.search(request.query_params.get("q", ""), crm.org.objects, crm.org.indexed)}


def _parts(content_type: str, body: bytes) -> dict[str, tuple[str, str | None, bytes]]:
    """The parts of a form: name → (type, file name or null, content)."""
    if not content_type.startswith("multipart/form-data"):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "multipart/form-data is expected")
    found: dict[str, tuple[str, str | None, bytes]] = {}
    raw = b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        found[str(name)] = (part.get_content_type(), part.get_filename(), content)
    return found
