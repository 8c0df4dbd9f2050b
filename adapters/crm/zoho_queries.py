"""Queries in COQL, without `limit`: what to select, of which calls and tasks (Zoho's Query API, v8). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

MAX_VALUES = 50  # in one `in (…)`


def literal(text: str) -> str:
    """A text in a query; a quote in it is written twice (Kaizen 171)."""
    return "'" + text.replace("'", "''") + "'"


def moment(at: dt.datetime) -> str:
    """ISO 8601 to the second, with its offset: so Zoho takes and gives times."""
    return at.isoformat(timespec="seconds")


def calls_with(key_field: str, keys: Iterable[str]) -> str:
    """The calls that hold one of these keys, at most 50."""
    values = ", ".join(map(literal, keys))
    return f"select id, {key_field} from Calls where {key_field} in ({values}) order by id asc"  # noqa: S608


def calls_between(key_field: str, since: dt.datetime, until: dt.datetime) -> str:
    """The calls of a span that hold a key of ours. More than two criteria need brackets, two by two."""
    first, last = literal(moment(since)), literal(moment(until))
    span = f"(Call_Start_Time >= {first} and Call_Start_Time < {last})"
    return f"select id, {key_field} from Calls where ({key_field} is not null and {span}) order by id asc"  # noqa: S608


def tasks_for(number: str) -> str:
    """The tasks whose subject names the number, the newest first: descriptions cannot be asked for."""
    like = literal(f"%{number}%")
    return f"select id, Description from Tasks where Subject like {like} order by id desc"  # noqa: S608


def nothing(module: str) -> str:
    """A query that finds nothing, for the right to ask."""
    return f"select id from {module} where Subject = 'nothing is called so'"  # noqa: S608
