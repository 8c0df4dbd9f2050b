"""As much of SOQL and SOSL as an integration for calls needs; all else is refused as malformed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trunkline.simulator.crm.salesforce_rules import Field, Json, Refusal

Objects = Mapping[str, Mapping[str, Field]]
Walk = Callable[[Json, str], Any]
RELATIONS = {"ContentDocument": "ContentDocument", "LatestPublishedVersion": "ContentVersion"}
_SOQL = re.compile(r"SELECT (?P<fields>[\w., ]+) FROM (?P<kind>\w+)(?: WHERE (?P<where>.+))?")
_CONDITION = re.compile(
    r"(?P<field>[\w.]+) (?:(?P<op>=|!=|>=|<=) (?P<value>null|true|false|\d{4}-\d\d-\d\d|'(?:[^'\\]|\\.)*')"
    r"|IN \((?P<list>'(?:[^'\\]|\\.)*'(?:, ?'(?:[^'\\]|\\.)*')*)\))(?: AND |$)"
)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_SOSL = re.compile(r"FIND \{(?P<find>[^{}]+)\} IN PHONE FIELDS RETURNING (?P<kinds>.+?)(?: LIMIT (?P<limit>\d+))?")
_RETURNED = re.compile(r"(?P<kind>\w+)\((?P<fields>[\w, ]+?)(?: WHERE (?P<where>[^()]+))?\)(?:, |$)")
_TERM = re.compile(r'"([^"]+)"|(\w+)')
_RESERVED = re.compile(r"[?&|!\[\]()^~*:\\'+-]")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one is not None and one >= other,
    "<=": lambda one, other: one is not None and one <= other,
}


def select(soql: str, objects: Objects, rows: Callable[[str], Iterable[Json]], walk: Walk) -> list[Json]:
    """The rows of a query, with the fields asked for. `walk` gives a field of a row, also of a related one."""
    asked = _SOQL.fullmatch(soql.strip())
    if asked is None:
        raise Refusal(400, "MALFORMED_QUERY", f"unexpected token in: {soql[:60]}")
    kind, fields = asked["kind"], [one.strip() for one in asked["fields"].split(",")]
    if kind not in objects:
        raise Refusal(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    tests = _conditions(asked["where"] or "", kind, objects)
    if kind == "ContentDocumentLink" and "LinkedEntityId" not in {name for name, _test in tests}:
        said = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId"
        raise Refusal(400, "MALFORMED_QUERY", f"{said} or LinkedEntityId using the equals operator")
    for name in fields:
        _check(name, kind, objects)
    chosen = [row for row in rows(kind) if all(test(walk(row, name)) for name, test in tests)]
    return [{"attributes": {"type": kind}, **_nested(row, fields, walk)} for row in chosen]


def search(sosl: str, objects: Objects, rows: Callable[[str], Iterable[Json]]) -> list[Json]:
    """The rows of which a phone field has one of the terms, whatever stands between its digits."""
    asked = _SOSL.fullmatch(sosl.strip())
    returned = list(_RETURNED.finditer(asked["kinds"])) if asked else []
    if asked is None or not returned or "".join(one[0] for one in returned) != asked["kinds"]:
        raise Refusal(400, "MALFORMED_SEARCH", f"No search term found, or a malformed one: {sosl[:60]}")
    if _RESERVED.search(asked["find"]):
        raise Refusal(400, "MALFORMED_SEARCH", "a reserved character in the search is not escaped")
    terms = {re.sub(r"\D", "", one[1] or one[2]) for one in _TERM.finditer(asked["find"])} - {""}
    found: list[Json] = []
    for one in returned:
        kind, fields = one["kind"], [name.strip() for name in one["fields"].split(",")]
        for name in fields:
            _check(name, kind, objects)
        tests = _conditions(one["where"] or "", kind, objects)
        phones = [name for name, rule in objects[kind].items() if rule.type == "phone"]
        hits = [row for row in rows(kind) if any(re.sub(r"\D", "", row.get(name) or "") in terms for name in phones)]
        hits = [row for row in hits if all(test(row.get(name)) for name, test in tests)]
        found += [{"attributes": {"type": kind}, **{name: row.get(name) for name in fields}} for row in hits]
    return found[: int(asked["limit"] or 2000)]


def _conditions(where: str, kind: str, objects: Objects) -> list[tuple[str, Callable[[Any], bool]]]:
    found: list[tuple[str, Callable[[Any], bool]]] = []
    place = 0
    for one in _CONDITION.finditer(where):
        if one.start() != place:
            break
        place = one.end()
        _check(one["field"], kind, objects)
        found.append((one["field"], _test(one)))
    if place != len(where):
        raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: '{where[place : place + 30]}'")
    return found


def _test(one: re.Match[str]) -> Callable[[Any], bool]:
    if one["list"]:
        wanted = {_plain(text) for text in _TEXT.findall(one["list"])}
        return lambda value: value in wanted
    operator, text = _OPERATORS[one["op"]], one["value"]
    simple = {"null": None, "true": True, "false": False}
    other: Any = simple[text] if text in simple else _plain(text.strip("'") if text.startswith("'") else text)
    return lambda value: operator(value, other)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _check(name: str, kind: str, objects: Objects) -> None:
    *way, last = name.split(".")
    for step in way:
        if f"{step}Id" not in objects[kind]:
            said = f"Didn't understand relationship '{step}' in field path."
            raise Refusal(400, "INVALID_FIELD", said)
        kind = RELATIONS[step]
    if last not in objects[kind]:
        raise Refusal(400, "INVALID_FIELD", f"No such column '{last}' on entity '{kind}'.")


def _nested(row: Json, fields: list[str], walk: Walk) -> Json:
    found: Json = {}
    for name in fields:
        *way, last = name.split(".")
        place = found
        for step in way:
            place = place.setdefault(step, {"attributes": {"type": RELATIONS[step]}})
        place[last] = walk(row, name)
    return found
