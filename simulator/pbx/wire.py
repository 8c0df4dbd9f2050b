"""Requests and answers as the handlers of a simulated PBX see them: plain values, no sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

SINGLE_PAGE_APP = (
    "<!doctype html><html><head><title>3CX Web Client</title></head><body><app-root></app-root></body></html>"
)


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    raw_path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class Answer:
    """One answer. `cookies`: each makes a header of its own."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


Handler = Callable[["SimulatedPbx", Ask], Answer]


def as_json(value: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})


def as_text(text: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Answer:
    """A text answer."""
    return Answer(status, text.encode(), {"Content-Type": content_type})


def single_page_app() -> Answer:
    """What 3CX serves for a path it does not know (v20 reference §5)."""
    return as_text(SINGLE_PAGE_APP, content_type="text/html; charset=utf-8")


def odata_error(status: int, message: str) -> Answer:
    """An error in OData's clothes (v20 reference §8.1)."""
    return as_json({"error": {"code": str(status), "message": message}}, status)


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    """A key without a value is not sent (v20 reference §3.3, omission rule)."""
    return {key: value for key, value in row.items() if value is not None}


def form_of(ask: Ask) -> dict[str, str]:
    """The fields of a form, url-encoded or multipart (v20 reference §2.1)."""
    content_type = ask.headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        return dict(parse_qsl(ask.body.decode("utf-8", "replace")))
    from email.parser import BytesParser  # rarely needed

    message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + ask.body)
    parts = message.get_payload()
    return {
        str(part.get_param("name", header="content-disposition")): str(part.get_payload()).strip()
        for part in (parts if isinstance(parts, list) else [])
        if not isinstance(part, str)
    }
