"""What the views need to know of the config, written into the lake so that any reader sees the same figures.

Where the config says nothing of an account's opening hours, those that its PBX keeps stand in. The rows of an account
that has left the config stay: its calls of the past keep their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from trunkline.config import Account, Config
from trunkline.departments import default_department, holiday_days
from trunkline.errors import ConfigError
from trunkline.hours import OpenSpan, public_holidays
from trunkline.models import Department

_COLUMNS = {
    "accounts": (
        "account_id, name, timezone, country, recording_policy, short_abandon_seconds, callback_amount, "
        "callback_unit, masking, has_hours, hours_from, pausing"
    ),
    "open_spans": "account_id, weekday, opens_minute, closes_minute",
    "holidays": "account_id, day, name",
}
Rows = list[tuple[Any, ...]]


def looked_up(year: int) -> range:
    """The years whose public holidays a lake of this year needs."""
    return range(year - 3, year + 2)


def write_settings(connection: duckdb.DuckDBPyConnection, config: Config, years: Iterable[int]) -> int:
    """Writes `accounts`, `open_spans` and `holidays` of the accounts in `config`; returns the accounts changed.

    An account whose settings are as they were is not written. `years`: which public holidays to look up; those of
    other years, written earlier, stay.
    """
    years = range(min(wanted := sorted(set(years))), max(wanted) + 1)
    return sum(write_account(connection, account, years) for account in config.account)


def write_account(connection: duckdb.DuckDBPyConnection, account: Account, years: range) -> bool:
    """Writes one account, if anything of it is new."""
    office = None
    if account.hours is None:  # the config wins, also with empty hours, which say that none are to be judged
        office = default_department(connection, [pbx.id for pbx in account.pbx])
    days = _holidays(account, office, years)
    new = {"accounts": [_row(account, office)], "open_spans": _spans(account, office), "holidays": days or []}
    old = {table: _stored(connection, table, account.id) for table in _COLUMNS}
    if days is not None:
        new["holidays"] = sorted({*(row for row in old["holidays"] if row[1].year not in years), *days})
    if new == old:
        return False
    _replace(connection, account.id, new)
    return True


def _row(account: Account, office: Department | None) -> tuple[Any, ...]:
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
        bool(office or account.open_spans),
        "pbx" if office else "config" if account.open_spans else None,
        list(account.recording_pauses),
    )


def _spans(account: Account, office: Department | None) -> Rows:
    # In the account's zone: a department with a `TimeZoneId` of its own writes its office's local times too.
    spans = office.spans if office else account.open_spans
    return [(account.id, span.weekday, span.opens_minute, span.closes_minute) for span in merged(spans)]


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


def _holidays(account: Account, office: Department | None, years: range) -> Rows | None:
    """Null where nobody sets any."""
    if account.holidays is None:
        days = holiday_days(office.holidays or (), years) if office else None
    else:
        try:
            days = public_holidays(account.holidays, years)
        except ValueError as error:
            raise ConfigError(f"account[{account.id}].holidays: {error}", mend="correct it in the config") from None
    return None if days is None else sorted((account.id, day, name) for day, name in days.items())


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
