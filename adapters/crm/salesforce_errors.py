"""What Salesforce's error codes mean here: whose fault it is, and whether another try helps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from trunkline.adapters.crm.base import DOCTOR, AnswerLost, DeletedThere, Refused
from trunkline.adapters.crm.client import said_in
from trunkline.errors import Forbidden, RemoteError

LOCKED = "UNABLE_TO_LOCK_ROW"
# The object reference has it as set at creation only: whether an upsert that meets a record it made before is refused
# because of it is not documented, so both are reckoned with.
ONCE = "TaskSubtype"
RIGHTS = f"give the app's run-as user the right; {DOCTOR}"
_READ_ONLY = "INVALID_FIELD_FOR_INSERT_UPDATE"
_SAME_FOR_ALL = {"INVALID_FIELD", _READ_ONLY, "INVALID_TYPE", "STORAGE_LIMIT_EXCEEDED"}
# Codes for a `WhoId` that was deleted, merged or converted [general knowledge]: the number is then looked up anew.
_PERSON_GONE = {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "CANNOT_UPDATE_CONVERTED_LEAD"}
_BEING_WRITTEN = "DUPLICATE_VALUE"


def of_one(error: Mapping[str, Any], where: str) -> RemoteError:
    """Why one record of many was not written."""
    said = said_in(error)
    if common := of_more_than_one(error, where):
        return common
    if code(error) in _PERSON_GONE:
        return DeletedThere(f"not there: {said}", where=where, mend="the number is looked up again")
    if code(error) == _BEING_WRITTEN:
        return AnswerLost(f"another request is writing it: {said}", where=where, mend="the next run looks it up")
    return Refused(f"refused it: {said}", where=where, mend="mend the cause, then deliver --retry-failed")


def of_more_than_one(error: Mapping[str, Any], where: str) -> RemoteError | None:
    """The error of a code that says nothing of the record itself."""
    if code(error) == LOCKED:
        return AnswerLost("another has the record locked", where=where, mend="the next run tries again")
    return missing(error, where) if code(error) in _SAME_FOR_ALL else None


def missing(error: Mapping[str, Any], where: str) -> Forbidden:
    """A field, an object, a right or space is missing: the same for every call, which waits until it is mended."""
    return Forbidden(f"a field, a right or space is missing ({said_in(error)})", where=where, mend=RIGHTS)


def code(error: Mapping[str, Any]) -> str:
    """`statusCode` in an item of many, `errorCode` in an answer of its own."""
    return str(error.get("statusCode") or error.get("errorCode") or "")


def is_once(error: Mapping[str, Any]) -> bool:
    """Whether a record is refused because it is there already, and has what can be set only once."""
    return code(error) == _READ_ONLY and (ONCE in (error.get("fields") or ()) or ONCE in said_in(error))


def first(response: httpx.Response) -> Mapping[str, Any]:
    """The first error of an answer: Salesforce gives a list of them."""
    try:
        said = response.json()
    except ValueError:
        return {}
    said = said[0] if isinstance(said, list) and said else said
    return said if isinstance(said, dict) else {}


def is_full(response: httpx.Response) -> bool:
    """The limits of a day and of requests at once come as 403, without a time to come back (CRM reference §2.3)."""
    return response.status_code == 429 or code(first(response)) == "REQUEST_LIMIT_EXCEEDED"
