"""A small lake cut out of the lake: all that the views need to know of some accounts' calls of a span.

The views look back without end: a caller's first call, or the first of the calls that were missed, may be years old.
Over the whole lake they cost what the lake has; over an excerpt what the span has. It has the lake's tables and views,
so a query gives for the span what it gives there. Once it is cut, the lake is free for others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

import duckdb

from trunkline.store.caller_key import CALLER_KEY
from trunkline.store.lake import migrate
from trunkline.store.merge import KEYS

Values = Mapping[str, object]

MEMORY_LIMIT = "1GB"
_OF_THE_CALLS = ("legs", "recordings", "activities", "pbx_settings")  # each with its query in `excerpt/`
_SMALL = ("accounts", "open_spans", "holidays", "departments", "pbxs", "crm_days", "mails_sent")
_BEFORE_READING = ("account_days", "open_intervals", "caller_events", "recording_switches")
_AFTER_READING = ("pbx_reading", "unread_spans", "pbx_room", "recordings_at_risk")
# The days, numbered from 1970, on which it is judged whether the callers of older missed calls were called back.
_OLDER_MISSES = """
    SELECT DISTINCT unnest(range(
        epoch_us(first_missed_at) // 86_400_000_000, epoch_us(deadline_at) // 86_400_000_000 + 1
    )) FROM episodes WHERE first_missed_at < $since AND last_missed_at >= $since
"""


def cut(
    lake: duckdb.DuckDBPyConnection,
    since: dt.datetime,
    until: dt.datetime,
    account_ids: Sequence[str],
    trend_since: dt.datetime | None = None,
) -> duckdb.DuckDBPyConnection:
    """An excerpt of the accounts' calls with since ≤ start < until, in memory; the caller closes it.

    `trend_since`: from when on `call_days` and `windows` reach, where that is earlier.
    """
    trend_since = min(since, trend_since or since)
    excerpt = duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT})
    excerpt.execute("SET TimeZone = 'UTC'")
    migrate(excerpt)
    values = {"since": since, "until": until, "account_ids": list(account_ids)}
    for table in _SMALL:
        _copy(lake, excerpt, table, f"FROM {table}", {})
    _copy_calls(lake, excerpt, values)
    for table in _OF_THE_CALLS:
        _copy(lake, excerpt, table, _query(table), values)
    _lay_down(excerpt, _BEFORE_READING)
    days = [day for (day,) in excerpt.execute(_OLDER_MISSES, {"since": since}).fetchall()]
    _copy(lake, excerpt, "windows", _query("windows"), {"trend_since": trend_since, "days": days})
    _copy(lake, excerpt, "windows", _query("windows_at_the_ends"), {})
    _lay_down(excerpt, _AFTER_READING)
    _lay_down(excerpt, ("call_days",), "LIMIT 0")  # before the span it has a part of the calls: the lake's stand in
    _copy(lake, excerpt, "call_days", _query("call_days"), {**values, "trend_since": trend_since})
    return excerpt


def _copy_calls(lake: duckdb.DuckDBPyConnection, excerpt: duckdb.DuckDBPyConnection, values: Values) -> None:
    """The span's calls and those at the lake's ends, then those that belong to them, whenever they were."""
    _copy(lake, excerpt, "calls", _query("calls_inside"), values)
    _copy(lake, excerpt, "calls", _query("calls_at_the_ends"), values)
    with _lent(
        lake, "going_on", excerpt, "SELECT DISTINCT continued_by AS call_id FROM calls WHERE continued_by IS NOT NULL"
    ):
        _copy(lake, excerpt, "calls", _query("calls_going_on"), values)
    with _lent(lake, "callers", excerpt, _query("callers")):
        _copy(lake, excerpt, "calls", _query("calls_of_callers"), values)
    with _lent(lake, "held", excerpt, "SELECT call_id FROM calls"):
        _copy(lake, excerpt, "calls", _query("calls_gone_before"), values)


@contextlib.contextmanager
def _lent(lake: duckdb.DuckDBPyConnection, name: str, excerpt: duckdb.DuckDBPyConnection, query: str) -> Iterator[None]:
    """What a query finds in the excerpt, as a relation that the lake's queries can name."""
    lake.register(name, excerpt.execute(query).to_arrow_table())
    try:
        yield
    finally:
        lake.unregister(name)


def _query(table: str) -> str:
    text = (files("trunkline.store") / "excerpt" / f"{table}.sql").read_text("utf-8")
    return text.replace("{caller_key}", CALLER_KEY)


def _copy(
    lake: duckdb.DuckDBPyConnection,
    excerpt: duckdb.DuckDBPyConnection,
    table: str,
    query: str,
    values: Values,
) -> None:
    """Adds to a table of the excerpt what a query finds in the lake, but what is there already."""
    wanted = {name: value for name, value in values.items() if f"${name}" in query}
    excerpt.register("copied", lake.execute(query, wanted).to_arrow_reader())
    known = " AND ".join(f"t.{key} = s.{key}" for key in KEYS.get(table, ()))
    new = f"WHERE NOT EXISTS (FROM {table} AS t WHERE {known})" if known else ""
    excerpt.execute(f"INSERT INTO {table} BY NAME FROM copied AS s {new}")
    excerpt.unregister("copied")


def _lay_down(excerpt: duckdb.DuckDBPyConnection, views: Sequence[str], rows: str = "") -> None:
    """Makes tables of views that others name several times: each would be worked out as often."""
    for view in views:
        excerpt.execute(f"CREATE TABLE laid_down AS FROM {view} {rows}")
        excerpt.execute(f"DROP VIEW {view}")
        excerpt.execute(f"ALTER TABLE laid_down RENAME TO {view}")
