"""The official OpenAPI documents of HighLevel and Pipedrive, as strict as the services (CRM reference §5.2, §5.3)."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import yaml

SPECS = Path(__file__).parents[2] / "shared" / "specs"
HIGHLEVEL = ("contacts", "conversations", "locations", "oauth")
_CLOSED = (
    *("ProcessMessageBodyDto", "ProcessOutboundMessageBodyDto", "CallDataDTO", "AddMessageAttachmentsDto"),
    *("UpsertContactDto", "CreateConversationDto", "NotesDTO", "UploadFilesDto"),
)
PATHS = {
    "v1": ("/users/me", "/activityTypes", "/callLogs", "/callLogs/{id}", "/callLogs/{id}/recordings", "/notes"),
    "v2": ("/persons/search", "/persons", "/activities", "/activities/{id}"),
}


@functools.cache
def highlevel(name: str) -> dict[str, Any]:
    """One of HighLevel's documents, in which nothing may stand that it does not name."""
    spec = json.loads((SPECS / f"highlevel-{name}.json").read_text())
    schemas = spec["components"]["schemas"]
    for schema in _CLOSED:
        if schema in schemas:
            schemas[schema]["additionalProperties"] = False
    if name == "conversations":
        schemas["ProcessMessageBodyDto"]["properties"]["direction"] = {"enum": ["inbound", "outbound"]}
        upload = schemas["UploadFilesDto"]  # its file is only in the prose, its addresses cannot be given (§5.3)
        upload["required"] = ["conversationId", "contactId", "locationId"]
        upload["properties"]["fileAttachment"] = {"type": "string", "format": "binary"}
    return dict(spec)


@functools.cache
def pipedrive(version: str) -> dict[str, Any]:
    """The paths that are used, with closed bodies, and call logs' times as the prose has them."""
    document = yaml.safe_load(_excerpt((SPECS / f"pipedrive-{version}.yaml").read_text(), PATHS[version]))
    assert set(document["paths"]) == set(PATHS[version])
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["security"] = [{"api_key": []}]  # of the two ways in, ours
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = _closed(content["schema"])
    if version == "v1":
        body = document["paths"]["/callLogs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for key in ("start_time", "end_time"):
            assert "YYYY-MM-DD HH:MM:SS" in body["properties"][key]["description"]
            body["properties"][key] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}
    return dict(document)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, in which nothing may stand that it does not name."""
    if "allOf" in schema and all(part.get("type") == "object" for part in schema["allOf"]):
        parts = schema["allOf"]
        properties = {key: value for part in parts for key, value in part.get("properties", {}).items()}
        schema = {
            "type": "object",
            "properties": properties,
            "required": [r for p in parts for r in p.get("required", [])],
        }
    if "properties" in schema:
        inner = {key: _closed(value) for key, value in schema["properties"].items()}
        return {**schema, "properties": inner, "additionalProperties": False}
    return {**schema, "items": _closed(schema["items"])} if "items" in schema else schema


def _excerpt(text: str, paths: tuple[str, ...]) -> str:
    """The document without all other paths: to parse it whole takes seconds."""
    pieces = re.split(r"^(?=  '?/\S*:$)|^(?=components:$)", text, flags=re.MULTILINE)
    wanted = tuple(f"  {key}:\n" for path in paths for key in (path, f"'{path}'"))
    return "".join(piece for piece in pieces if not piece.startswith(("  /", "  '/")) or piece.startswith(wanted))
