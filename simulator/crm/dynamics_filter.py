"""A `$filter` as Dataverse reads it: comparisons, `and`, `or`, brackets; it refuses unknown columns, wrong types."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from trunkline.simulator.crm.dynamics_rules import Column, Json, Kind, Refusal, Table, moment

Test = Callable[[Json], bool]
_TOKEN = re.compile(r"'(?:[^']|'')*'|[()]|[^\s()']+")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


def parsed(text: str, table: Table, columns: dict[str, Column]) -> Test:
    """Whether a row is among those asked for. Raises Refusal (400)."""
    reader = _Reader(text, table, columns)
    test = reader.either()
    if reader.tokens:
        raise reader.syntax()
    return test


class _Reader:
    def __init__(self, text: str, table: Table, columns: dict[str, Column]) -> None:
        self.text, self.table, self.columns = text, table, columns
        self.tokens: list[str] = _TOKEN.findall(text)

    def either(self) -> Test:
        tests = [self._both()]
        while self.tokens[:1] == ["or"]:
            del self.tokens[0]
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self.tokens[:1] == ["and"]:
            del self.tokens[0]
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self.tokens[:1] == ["("]:
            del self.tokens[0]
            inner = self.either()
            if self.tokens[:1] != [")"]:
                raise self.syntax()
            del self.tokens[0]
            return inner
        if len(self.tokens) < 3 or self.tokens[1] not in _COMPARE:
            raise self.syntax()
        name, how, literal = self.tokens[0], _COMPARE[self.tokens[1]], self.tokens[2]
        del self.tokens[:3]
        kind = column_of(self.table, self.columns, name).kind
        wanted = self._value(kind, literal)

        def test(row: Json) -> bool:
            there = _comparable(kind, row.get(name))
            if there is None or wanted is None:
                return how in {operator.eq, operator.ne} and how(there, wanted)
            return how(there, wanted)

        return test

    def _value(self, kind: Kind, literal: str) -> Any:
        if literal == "null":
            return None
        quoted = literal.startswith("'")
        if quoted != (kind == "text"):
            found = "Edm.String" if quoted else "another type"
            raise Refusal(
                400,
                "0x80060888",
                f"A binary operator with incompatible types was detected. Found operand types of {kind} and {found}.",
            )
        return _comparable(kind, literal[1:-1].replace("''", "'") if quoted else _plain(kind, literal))

    def syntax(self) -> Refusal:
        return Refusal(400, "0x80060888", f"Syntax error in the filter '{self.text}'.")


def column_of(table: Table, columns: dict[str, Column], name: str) -> Column:
    """The column, or 400."""
    if name not in columns:
        words = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table.name}'."
        raise Refusal(400, "0x80060888", words)
    return columns[name]


def _plain(kind: Kind, literal: str) -> Any:
    if kind == "int" and literal.lstrip("-").isdigit():
        return int(literal)
    if kind == "bool" and literal in {"true", "false"}:
        return literal == "true"
    if kind == "id" or (kind == "instant" and moment(literal)):
        return literal
    raise Refusal(400, "0x80060888", f"Unrecognized literal '{literal}'.")


def _comparable(kind: Kind, value: Any) -> Any:
    """Texts and ids are the same in capitals."""
    if kind == "instant":
        return moment(value)
    return value.casefold() if isinstance(value, str) else value
