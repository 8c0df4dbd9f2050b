"""COQL as far as trunkline uses it, and no further: what is not known here is a syntax error.

Documented (Query API, Kaizen 171): at most two criteria in one pair of brackets, 50 values in `in`, 2000 records at
once, quotes in a text doubled, no criteria on fields of many lines.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable
from typing import Any

from trunkline.simulator.crm.zoho_rules import Json, Refusal, Schema

MAX_VALUES, MAX_LIMIT, MAX_OFFSET = 50, 2000, 100_000
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[<>!]=|[=<>(),]|[\w$.]+)")
_WHOLE = re.compile(
    r"select (?P<columns>[\w, ]+) from (?P<module>\w+) where (?P<where>.+?)"
    r"(?: order by id (?P<order>asc|desc))?(?: limit (?P<limit>\d+))?(?: offset (?P<offset>\d+))?",
    re.IGNORECASE | re.DOTALL,
)
_SIGNS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
Test = Callable[[Json], bool]


def module_of(query: object) -> str:
    """The module that is asked; a syntax error if there is none."""
    return str(_parts(query)["module"])


def answer(query: object, schema: Schema, records: list[Json]) -> Json | None:
    """The page that is asked for; null for none."""
    parts = _parts(query)
    fields = schema.fields(parts["module"])
    columns = [name.strip() for name in parts["columns"].split(",")]
    limit, offset = int(parts["limit"] or 200), int(parts["offset"] or 0)
    if limit > MAX_LIMIT or offset > MAX_OFFSET:
        raise Refusal(400, "LIMIT_EXCEEDED", "the limit is more than what is allowed")
    reader = _Reader(parts["where"], {"id": "text"} | {name: one.kind for name, one in fields.items()})
    for name in columns:
        reader.kind_of(name)
    test = reader.whole()
    found = [one for one in records if test(one)]
    if (parts["order"] or "asc").lower() == "desc":
        found.reverse()
    page = found[offset : offset + limit]
    if not page:
        return None
    rows = [{"id": one["id"]} | {name: one.get(name) for name in columns} for one in page]
    return {"data": rows, "info": {"count": len(page), "more_records": offset + limit < len(found)}}


def _parts(query: object) -> dict[str, Any]:
    match = _WHOLE.fullmatch(query.strip()) if isinstance(query, str) else None
    if match is None:
        raise Refusal(400, "SYNTAX_ERROR", "error occurred while parsing the query")
    return match.groupdict()


class _Reader:
    """Reads the criteria of a query."""

    def __init__(self, where: str, kinds: dict[str, str]) -> None:
        self._kinds = kinds
        self._tokens: list[str] = []
        at = 0
        while at < len(where.rstrip()):
            match = _TOKEN.match(where, at)
            if match is None:
                raise self._wrong()
            self._tokens.append(match[1])
            at = match.end()

    def whole(self) -> Test:
        """The criteria, to their end."""
        test = self._pair()
        if self._tokens:
            raise self._wrong()
        return test

    def kind_of(self, name: str) -> str:
        """What a field holds; refused if the module does not have it."""
        if name not in self._kinds:
            raise Refusal(400, "INVALID_QUERY", "column given seems to be invalid", column_name=name)
        return self._kinds[name]

    def _pair(self) -> Test:
        first = self._one()
        if not self._tokens or self._tokens[0].lower() not in {"and", "or"}:
            return first
        both = self._next().lower() == "and"
        second = self._one()
        return (lambda row: first(row) and second(row)) if both else (lambda row: first(row) or second(row))

    def _one(self) -> Test:
        name = self._next()
        if name == "(":
            test = self._pair()
            self._expect(")")
            return test
        kind, sign = self.kind_of(name), self._next().lower()
        if kind == "textarea" and sign != "is":
            raise Refusal(400, "INVALID_QUERY", "unsupported operator", column_name=name, operator=sign)
        if sign == "is":
            is_null = self._tokens[0].lower() != "not"
            for word in ("null",) if is_null else ("not", "null"):
                self._expect(word)
            return lambda row: (row.get(name) is None) == is_null
        if sign == "in":
            values = self._values()
            return lambda row: row.get(name) in values
        if sign not in {*_SIGNS, "like"}:
            raise self._wrong()
        value = self._text()
        if sign == "like":
            return lambda row: _like(row.get(name), value)
        return lambda row: _compared(row.get(name), sign, value, kind)

    def _values(self) -> set[str]:
        self._expect("(")
        values = [self._text()]
        while self._tokens and self._tokens[0] == ",":
            self._next()
            values.append(self._text())
        self._expect(")")
        if len(values) > MAX_VALUES:
            raise Refusal(400, "LIMIT_EXCEEDED", f"in takes no more than {MAX_VALUES} values")
        return set(values)

    def _text(self) -> str:
        token = self._next()
        if not token.startswith("'"):
            raise self._wrong()
        return token[1:-1].replace("''", "'")

    def _expect(self, word: str) -> None:
        if self._next().lower() != word:
            raise self._wrong()

    def _next(self) -> str:
        if not self._tokens:
            raise self._wrong()
        return self._tokens.pop(0)

    @staticmethod
    def _wrong() -> Refusal:
        return Refusal(400, "SYNTAX_ERROR", "error occurred while parsing the query")


def _like(there: Any, pattern: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("%"))
    return isinstance(there, str) and re.fullmatch(".*".join(parts), there, re.DOTALL) is not None


def _compared(there: Any, sign: str, value: str, kind: str) -> bool:
    if there is None:
        return False
    left: Any = there
    right: Any = value
    if kind == "datetime":
        left, right = dt.datetime.fromisoformat(there), dt.datetime.fromisoformat(value)
        if right.tzinfo is None:
            raise Refusal(400, "INVALID_QUERY", "value given seems to be invalid for the column")
    return bool(_SIGNS[sign](left, right))
