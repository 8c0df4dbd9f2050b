"""What HighLevel's service accepts: versions, properties, values (CRM reference §2.1 and §5.3)."""

from __future__ import annotations

import datetime as dt
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.requests import Request

CONVERSATIONS_VERSION = "2021-04-15"
CONTACTS_VERSION = "2021-07-28"
CALL_STATUSES = {"pending", "completed", "answered", "busy", "no-answer", "failed", "canceled", "voicemail"}
UPLOAD_TYPES = {"mp3", "wav", "mp4", "mpeg", "jpg", "jpeg", "png", "pdf", "zip", "rar", "doc", "docx", "txt"}
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_ATTACHMENTS = 5
MAX_EXPORT = 500

_LOG_CALL = {"type", "conversationId", "conversationProviderId", "altId", "date", "attachments", "call"}
INBOUND = _LOG_CALL | {"contactId", "message", "direction", "html", "subject"}
OUTBOUND = _LOG_CALL
CALL = {"to", "from", "status"}
CONVERSATION = {"locationId", "contactId"}
ATTACHMENTS = {"attachments"}
NOTE = {"body", "title", "userId", "color", "pinned"}
TASK = {"title", "body", "dueDate", "completed", "assignedTo"}
CONTACT = {
    *("locationId", "firstName", "lastName", "name", "email", "phone", "source", "country", "tags", "address1"),
    *("city", "state", "postalCode", "website", "timezone", "companyName", "assignedTo", "dnd", "customFields"),
    "createNewIfDuplicateAllowed",
}


_MESSAGES = "conversations/message"
SCOPES = frozenset(
    f"{what}.{right}"
    for what in ("contacts", "conversations", _MESSAGES, "locations")
    for right in ("readonly", "write")
)


def scope_of(method: str, path: str) -> str:
    """The scope that a request needs, as the marketplace documents it (CRM reference §2.1)."""
    what = path.split("/")[1]
    if what == "conversations" and "/messages" in path:
        what = _MESSAGES
    return f"{what}.{'readonly' if method == 'GET' else 'write'}"


class Refusal(Exception):
    """The request is refused with this status and these words."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status)
        self.status, self.messages = status, messages

    @property
    def body(self) -> dict[str, Any]:
        """The service's way to say it: a list of words for 422, one text otherwise."""
        words: Any = list(self.messages) if self.status == 422 else " ".join(self.messages)
        return {"statusCode": self.status, "message": words}


def only(body: Any, allowed: set[str], required: set[str], prefix: str = "") -> dict[str, Any]:
    """The body, if it is an object with the `required` and none but the `allowed` properties; 422 otherwise."""
    if not isinstance(body, dict):
        raise Refusal(422, "the body should be an object")
    wrong = [f"property {prefix}{key} should not exist" for key in body if key not in allowed]
    wrong += [f"{prefix}{key} should not be empty" for key in sorted(required) if body.get(key) in (None, "")]
    if wrong:
        raise Refusal(422, *wrong)
    return body


def call_log(body: dict[str, Any]) -> None:
    """Checks type, date, call and attachments of a message; 422 if one is wrong."""
    if body["type"] != "Call":
        raise Refusal(422, "type should be Call")
    if "date" in body and instant(body["date"]) is None:
        raise Refusal(422, "date should be a date-time with a zone")
    call = only(body.get("call", {}), CALL, set(), "call.")
    if "status" in call and call["status"] not in CALL_STATUSES:
        raise Refusal(422, "call.status should be one of " + ", ".join(sorted(CALL_STATUSES)))
    urls(body.get("attachments", []))


def urls(value: Any) -> list[str]:
    """A list of at most five addresses; 422 otherwise."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refusal(422, "attachments should be a list of text")
    if len(value) > MAX_ATTACHMENTS:
        raise Refusal(422, f"attachments should hold no more than {MAX_ATTACHMENTS}")
    return value


def instant(text: Any) -> dt.datetime | None:
    """RFC 3339 with `T` and a zone, or null."""
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) and "T" in text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


async def multipart(request: Request) -> dict[str, tuple[str | None, bytes]]:
    """The parts of a form: name → (file name or null, content)."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refusal(415, "multipart/form-data is expected")
    raw = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + await request.body()
    found: dict[str, tuple[str | None, bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        found[str(name)] = (part.get_filename(), content if isinstance(content, bytes) else b"")
    return found
