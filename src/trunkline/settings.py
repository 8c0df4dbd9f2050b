"""What the views need to know of the config, written into the lake so that any reader sees the same figures.

The rows of an account that has left the config stay: its calls of the past keep their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from trunkline.config import Account, Config
from trunkline.errors import ConfigError
from trunkline.hours import OpenSpan, public_holidays

_COLUMNS = {
    "accounts": (
        "account_id, name, timezone, country, recording_policy, short_abandon_seconds, callback_amount, "
        "callback_unit, masking, has_hours"
    ),
    "open_spans": "account_id, weekday, opens_minute, closes_minute",
    "holidays": "account_id, day, name",
}
Rows = list[tuple[Any, ...]]


def write_settings(connection: duckdb.DuckDBPyConnection, config: Config, years: Iterable[int]) -> int:
    """Writes `accounts`, `open_spans` and `holidays` of the accounts in `config`; returns the accounts changed.

    An account whose settings are as they were is not written. `years`: which public holidays to look up; those of
    other years, written earlier, stay.
    """
    years = range(min(wanted := sorted(set(years))), max(wanted) + 1)
    changed = 0
    for account in config.account:
        new = {"accounts": [_row(account)], "open_spans": _spans(account), "holidays": _holidays(account, years)}
        old = {table: _stored(connection, table, account.id) for table in _COLUMNS}
        if account.holidays is not None:
            new["holidays"] = sorted([row for row in old["holidays"] if row[1].year not in years] + new["holidays"])
        if new != old:
            _replace(connection, account.id, new)
            changed += 1
    return changed


def _row(account: Account) -> tuple[Any, ...]:
    within = account.missed.callback_within
    return (
        account.id,
        account.name,
        account.timezone,
        account.country,
        account.recording_policy,
        float(account.missed.short_abandon_seconds),
        within.amount,
        within.unit,
        account.masking,
        bool(account.open_spans),
    )


def _spans(account: Account) -> Rows:
    return [(account.id, span.weekday, span.opens_minute, span.closes_minute) for span in merged(account.open_spans)]


def merged(spans: Sequence[OpenSpan]) -> list[OpenSpan]:
    """Spans that overlap or touch become one, so that no minute is open twice."""
    result: list[OpenSpan] = []
    for span in sorted(spans, key=lambda one: (one.weekday, one.opens_minute)):
        last = result[-1] if result else None
        if last and last.weekday == span.weekday and span.opens_minute <= last.closes_minute:
            result[-1] = OpenSpan(last.weekday, last.opens_minute, max(last.closes_minute, span.closes_minute))
        else:
            result.append(span)
    return result


def _holidays(account: Account, years: range) -> Rows:
    if account.holidays is None:
        return []
    try:
        days = public_holidays(account.holidays, years)
    except ValueError as error:
        raise ConfigError(f"account[{account.id}].holidays: {error}", mend="correct it in the config") from None
    return sorted((account.id, day, name) for day, name in days.items())


def _stored(connection: duckdb.DuckDBPyConnection, table: str, account_id: str) -> Rows:
    query = f"SELECT {_COLUMNS[table]} FROM {table} WHERE account_id = $id ORDER BY ALL"  # noqa: S608
    return connection.execute(query, {"id": account_id}).fetchall()


def _replace(connection: duckdb.DuckDBPyConnection, account_id: str, tables: dict[str, Rows]) -> None:
    for table, rows in tables.items():
        connection.execute(f"DELETE FROM {table} WHERE account_id = $id", {"id": account_id})  # noqa: S608
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"INSERT INTO {table} ({_COLUMNS[table]}) VALUES ({marks})", rows)  # noqa: S608


def forget_probes(connection: duckdb.DuckDBPyConnection, known: Sequence[str]) -> None:
    """Drops the probes of PBXs that have left the config: nobody waits for their data any longer."""
    connection.execute("DELETE FROM pbxs WHERE NOT list_contains(?, pbx_id)", [list(known)])
