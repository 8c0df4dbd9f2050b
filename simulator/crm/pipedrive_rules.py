"""How the simulated Pipedrive refuses, and reads texts, times and numbers (CRM reference §2.5)."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any, TypeVar

import phonenumbers
from pydantic import BaseModel, ValidationError

Json = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
NOT_THERE = "A resource required for this operation was not found."
GONE = "The callLog you are trying to access is no longer available"
NO_RIGHT = "You don't have permission to change this resource."
TWICE = "A recording for this call already exists"
TOO_MANY = 429, {"success": False, "error": "request over limit", "errorCode": 429}
_BREAK, _TAG, _MARKER = re.compile(r"<br\s*/?>"), re.compile(r"<[^>]*>"), re.compile(r"\[trunkline ([^\]]+)\]")


class Refusal(Exception):
    """The request is refused with this status, in Pipedrive's shape of an error."""

    def __init__(self, status: int, error: str, *, is_v2: bool = False) -> None:
        super().__init__(status, error)
        self.status = status
        more: Json = {"code": "ERR_BAD_REQUEST"} if is_v2 else {"error_info": "Please check developers.pipedrive.com"}
        self.body: Json = {"success": False, "error": error, **more}


def read(model: type[Model], values: Any, *, is_v2: bool) -> Model:
    """The values as this model has them; 400 in the service's words otherwise."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        said = {"missing": f'"{name}" is required.', "extra_forbidden": f'"{name}" is not allowed.'}
        words = first["msg"].removeprefix("Value error, ")
        raise Refusal(400, said.get(first["type"]) or f'"{name}": {words}' if name else words, is_v2=is_v2) from None


def page(rows: list[Json], start: int, limit: int) -> Json:
    """A page of v1; null where there is nothing."""
    more = start + limit < len(rows)
    paging = {"start": start, "limit": limit, "more_items_in_collection": more}
    paging |= {"next_start": start + limit} if more else {}
    return {"data": rows[start : start + limit] or None, "additional_data": {"pagination": paging}}


def sanitised(text: str | None) -> str | None:
    """HTML as the service keeps it."""
    return _BREAK.sub("<br />", text) if text else text


def plain(text: str | None) -> str:
    """What people read of HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text or "")))


def key_in(text: str | None) -> str | None:
    """The id in our marker."""
    found = _MARKER.search(plain(text))
    return found[1] if found else None


def told(time: str) -> str:
    """A call log's time as the service gives it back."""
    return f"{time.replace(' ', 'T')}.000Z"


def instant(time: str) -> dt.datetime:
    """The same as an instant."""
    return dt.datetime.fromisoformat(time)


def now() -> str:
    """An `add_time` of v2."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digits(text: str) -> str:
    """A phone as searches see it."""
    return re.sub(r"\D", "", text)


def e164(phone: str | None, country: str) -> str | None:
    """A phone as people wrote it, in the normal form."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone or "", country), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return None
