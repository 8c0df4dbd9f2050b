"""Many in one request, and what became of each: HubSpot answers 200, or 207 with errors (CRM reference §2.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from trunkline.adapters.crm.base import DOCTOR, AnswerLost, DeletedThere, Refused
from trunkline.adapters.crm.client import said_in
from trunkline.errors import RemoteError

T = TypeVar("T")
Result = str | RemoteError
_FINAL = {"VALIDATION_ERROR", "CONFLICT", "INVALID_OBJECT_IDS"}


async def in_halves(items: Sequence[T], send: Callable[[Sequence[T]], Awaitable[list[Result]]]) -> list[Result]:
    """What became of each of a batch. One that is refused as a whole is sent again in halves, down to the culprit.

    A single record in conflict makes 409 of all (airbytehq/airbyte#76340); what is sent here may be sent twice.
    """
    if not items:
        return []
    try:
        return await send(items)
    except Refused as error:
        if len(items) == 1:
            return [error]
    middle = len(items) // 2
    return [*await in_halves(items[:middle], send), *await in_halves(items[middle:], send)]


def results_in(answer: Any) -> list[dict[str, Any]]:
    """The rows of an answer."""
    return _rows(answer, "results")


def why_not(answer: Any, names: set[str], of: int, where: str) -> RemoteError:
    """Why the one of a batch `of` so many that goes by these names is not among the results."""
    errors = _rows(answer, "errors")
    mine = next((error for error in errors if of == 1 or names & _named(error)), None)
    if mine is None:
        return AnswerLost("answered without telling what became of it", where=where, mend="the next run tries again")
    category, said = str(mine.get("category")), said_in(mine)
    if category == "OBJECT_NOT_FOUND" or "not found" in said.lower():
        return DeletedThere(f"not there: {said}", where=where, mend=DOCTOR)
    if category in _FINAL:
        return Refused(f"refused it: {said}", where=where, mend="mend the cause, then deliver --retry-failed")
    return AnswerLost(f"answered {category}: {said}", where=where, mend="the next run tries again")


def _named(error: dict[str, Any]) -> set[str]:
    """The ids and traces in the context of an error."""
    context = error.get("context")
    values = context.values() if isinstance(context, dict) else ()
    return {str(one) for value in values for one in (value if isinstance(value, list) else [value])}


def _rows(answer: Any, key: str) -> list[dict[str, Any]]:
    rows = answer.get(key) if isinstance(answer, dict) else None
    return [row for row in rows or [] if isinstance(row, dict)]
