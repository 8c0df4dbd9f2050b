"""The query options that 3CX's OData sets understand (v20 reference §3.6 and §4.1)."""

from __future__ import annotations

import re
from typing import Any

from trunkline.simulator.pbx.wire import Answer, as_json, odata_error

INVALID = "The query specified in the URI is not valid."
TOP_TEXT = (
    INVALID + " The limit of '{limit}' for Top query has been exceeded. "
    "The value from the incoming request is '{asked}'."
)
CONDITION = re.compile(r"^\(?\s*(\w+)\s+(eq|ne|gt|ge|lt|le)\s+(.+?)\s*\)?$", re.IGNORECASE)


class BadQueryError(Exception):
    """The query is refused; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def number(query: dict[str, str], name: str, default: int) -> int:
    """An integer option such as `$skip`."""
    try:
        value = int(query.get(name, default))
    except ValueError:
        value = -1
    if value < 0:
        raise BadQueryError(odata_error(400, f"{INVALID} Invalid value for '{name}'."))
    return value


def page(rows: list[Any], query: dict[str, str], top_limit: int) -> list[Any]:
    """`$skip` and `$top`; too large a `$top` is refused in 3CX's words."""
    top = number(query, "$top", len(rows))
    if "$top" in query and top > top_limit:
        raise BadQueryError(odata_error(400, TOP_TEXT.format(limit=top_limit, asked=top)))
    skip = number(query, "$skip", 0)
    return rows[skip : skip + top]


def matching(rows: list[dict[str, Any]], condition: str | None) -> list[dict[str, Any]]:
    """Rows for which every part of `a ge x and b eq y` holds; anything else is refused with 400."""
    for part in re.split(r"\s+and\s+", condition) if condition else ():
        found = CONDITION.match(part)
        if not found:
            raise BadQueryError(odata_error(400, f"{INVALID} {part}"))
        field, operator, literal = found[1], found[2].lower(), _value(found[3])
        rows = [row for row in rows if field in row and _holds(row[field], operator, literal)]
    return rows


def ordered(rows: list[dict[str, Any]], order: str | None) -> list[dict[str, Any]]:
    """`$orderby=Id asc` or `desc`."""
    if not order:
        return rows
    field, _, direction = order.strip().partition(" ")
    return sorted(rows, key=lambda row: _comparable(row.get(field)), reverse=direction.strip().lower() == "desc")


def selected(rows: list[dict[str, Any]], select: str | None) -> list[dict[str, Any]]:
    """`$select=Id,Number`."""
    if not select:
        return rows
    names = {name.strip() for name in select.split(",")}
    return [{key: value for key, value in row.items() if key in names} for row in rows]


def collection(entity: str, rows: list[Any], count: int | None = None) -> Answer:
    """What a report function answers; it never has a next link (v20 reference §3.6)."""
    counted = {} if count is None else {"@odata.count": count}
    return as_json({"@odata.context": f"$metadata#Collection(Pbx.{entity})", **counted, "value": rows})


def _value(literal: str) -> Any:
    if literal.startswith("'"):
        return literal.strip("'").replace("''", "'")
    if literal in ("true", "false"):
        return literal == "true"
    return int(literal) if re.fullmatch(r"-?\d+", literal) else literal


def _comparable(value: Any) -> Any:
    """Times as text compare rightly once their fractions are of one length."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        whole, _, fraction = value.rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<9}"
    return "" if value is None else value


def _holds(left: Any, operator: str, right: Any) -> bool:
    left, right = _comparable(left), _comparable(right)
    if type(left) is not type(right):
        return operator == "ne"
    return bool(
        {
            "eq": left == right,
            "ne": left != right,
            "gt": left > right,
            "ge": left >= right,
            "lt": left < right,
            "le": left <= right,
        }[operator]
    )
