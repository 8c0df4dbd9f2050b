"""Requests as simulated servers received them, held against the services' own OpenAPI documents.

The whole suite's requests are: see `obeys` and the fixture in `conftest.py`.
"""

from __future__ import annotations

import functools
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from official_documents import SPECS, highlevel, pipedrive
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from trunkline.simulator.crm.front import Seen

HOSTS = {"highlevel": "https://services.leadconnectorhq.com", "pipedrive": "https://api.pipedrive.com"}
"""The kinds that have official documents, and the service's own address, which these name."""
NEEDS_SPECS = [
    pytest.mark.shared,
    pytest.mark.skipif(not SPECS.is_dir(), reason="the official documents are not here (../shared/specs)"),
]
_OBEYED: set[str] = set()


class Sent:
    """A request in openapi-core's words."""

    def __init__(self, seen: Seen, host_url: str) -> None:
        self.host_url = host_url
        self.method, self.path = seen.method.lower(), seen.path
        self.content_type = seen.headers.get("content-type", "")
        self.body = seen.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(seen.query)), header=Headers(seen.headers.items())
        )


def check(kind: str, seen: Seen) -> None:
    """Raises OpenAPIError for a request that the service's document does not allow."""
    _opened(kind, _part(kind, seen.path)).validate_request(Sent(seen, HOSTS[kind]))
    named = _named(kind, seen)
    unknown = {key for key, _value in parse_qsl(seen.query)} - named
    assert not unknown, f"{seen.method} {seen.path}: the document knows no {sorted(unknown)}"


def obeys(kind: str, seen: Seen) -> None:
    """`check`, once for each shape of request in this process."""
    shape = _shape(kind, seen)
    if shape not in _OBEYED:
        check(kind, seen)
        _OBEYED.add(shape)


def matches(template: str, path: str) -> bool:
    """Whether a path of a document is this one."""
    parts, given = template.split("/"), path.removeprefix("/api/v2").removeprefix("/v1").split("/")
    return len(parts) == len(given) and all(a.startswith("{") or a == b for a, b in zip(parts, given, strict=True))


def template(kind: str, path: str) -> str:
    """The path of the document that a request's is; one without parameters goes first."""
    known = _document(kind, _part(kind, path))["paths"]
    return next(one for one in sorted(known, key=lambda one: one.count("{")) if matches(one, path))


def _part(kind: str, path: str) -> str:
    if kind == "pipedrive":
        return "v2" if path.startswith("/api/v2/") else "v1"
    return path.split("/")[1]


def _document(kind: str, part: str) -> dict[str, Any]:
    return pipedrive(part) if kind == "pipedrive" else highlevel(part)


@functools.cache
def _opened(kind: str, part: str) -> OpenAPI:
    """The official documents are not all valid themselves."""
    return OpenAPI.from_dict(_document(kind, part), config=Config(spec_validator_cls=None))


def _named(kind: str, seen: Seen) -> set[str]:
    operation = _document(kind, _part(kind, seen.path))["paths"][template(kind, seen.path)][seen.method.lower()]
    return {one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"}


def _shape(kind: str, seen: Seen) -> str:
    """What two requests have in common that differ in their values alone."""
    is_json = "json" in seen.headers.get("content-type", "")
    body = _kinds(json.loads(seen.body)) if is_json and seen.body else bool(seen.body)
    path = "/".join("*" if any(map(str.isdigit, part)) else part for part in seen.path.split("/"))
    return repr((kind, seen.method, path, sorted(key for key, _ in parse_qsl(seen.query)), sorted(seen.headers), body))


_ENUMERATED = {"status", "outcome", "type", "completed", "done"}


def _kinds(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _kinds(one, key) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return [_kinds(one) for one in value[:1]]
    return value if name in _ENUMERATED else type(value).__name__
