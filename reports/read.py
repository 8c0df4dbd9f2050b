"""The lake → figures. What each query counts is said in its file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import duckdb

from trunkline.config import Account
from trunkline.hours import OpenSpan
from trunkline.periods import Period
from trunkline.reports import series, sql
from trunkline.reports.account import (
    AccountFigures,
    Caller,
    CrmDifferences,
    Delivery,
    Heat,
    Problem,
    Reading,
    SwitchedOff,
)
from trunkline.reports.coverage import coverage
from trunkline.reports.figures import Callbacks, Count, Slice, Volumes
from trunkline.store.at_risk import at_risk

_ZONES_APART = dt.timedelta(hours=26)  # a day begins up to 26 hours apart around the world


def reach(periods: Sequence[Period]) -> tuple[dt.datetime, dt.datetime]:
    """What lies between the first and the last moment of the periods and those before them, in any zone."""
    since = min(period.previous().since for period in periods) - _ZONES_APART
    return since, max(period.until for period in periods) + _ZONES_APART


def trend_since(periods: Sequence[Period]) -> dt.datetime:
    """From when on the trend of weeks counts calls, in any zone: these need no more of the lake than `call_days`."""
    return dt.datetime.combine(_first_day(periods), dt.time(), dt.UTC) - _ZONES_APART


def _first_day(periods: Sequence[Period]) -> dt.date:
    return min(day for period in periods for day in (period.first, series.weeks(period)[0]))


def snapshot(connection: duckdb.DuckDBPyConnection, periods: Sequence[Period], accounts: Sequence[Account]) -> None:
    """Lays down the rows of all accounts for the periods and those before: all figures then tell of one moment."""
    since, until = reach(periods)
    pbxs = [(pbx.id, account.timezone) for account in accounts for pbx in account.pbx]
    values = {
        "since": since,
        "until": until,
        "trend_since": trend_since(periods),
        "first_day": _first_day(periods),
        "last_day": max(period.end for period in periods) - dt.timedelta(days=1),
        "account_ids": [account.id for account in accounts],
        "pbx_ids": [pbx_id for pbx_id, _timezone in pbxs],
        "pbx_timezones": [timezone for _pbx_id, timezone in pbxs],
    }
    for part in ("calls", "episodes", "parties", "rang", "activities", "days", "read_days"):
        sql.run(connection, f"snapshot_{part}", values)
    sql.run(connection, "state_as_of", {})
    take(connection, accounts[:AT_ONCE])


AT_ONCE = 10
_AT_HAND = {
    "report_accounts": "(SELECT unnest($account_ids) AS account_id)",
    "report_calls": "every_call WHERE account_id IN (SELECT unnest($account_ids))",
    "report_episodes": "every_episode WHERE account_id IN (SELECT unnest($account_ids))",
    "report_parties": "every_party WHERE account_id IN (SELECT unnest($account_ids))",
    "report_rang": "every_rang WHERE account_id IN (SELECT unnest($account_ids))",
    "report_activities": "every_activity WHERE account_id IN (SELECT unnest($account_ids))",
    "report_days": "every_day WHERE account_id IN (SELECT unnest($account_ids))",
    "report_read_days": "every_read_day WHERE pbx_id IN (SELECT unnest($pbx_ids))",
    "report_windows": "windows WHERE pbx_id IN (SELECT unnest($pbx_ids))",
}


def take(connection: duckdb.DuckDBPyConnection, accounts: Sequence[Account]) -> None:
    """Lays out the rows of some accounts, `AT_ONCE` at best: their queries then cost what these have, not what all
    have; and picking them costs as much as ten queries, whether for one account or for ten. Needs `snapshot`.
    Whoever asks for the figures of another account gets them at that cost.
    """
    pbx_ids = [pbx.id for account in accounts for pbx in account.pbx]
    values = {"account_ids": [account.id for account in accounts], "pbx_ids": pbx_ids}
    for table, source in _AT_HAND.items():
        sql.execute(connection, f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {source}", values)


def _at_hand(connection: duckdb.DuckDBPyConnection, account: Account) -> None:
    if not connection.execute("SELECT 1 FROM report_accounts WHERE account_id = ?", [account.id]).fetchone():
        take(connection, [account])


def account_figures(
    connection: duckdb.DuckDBPyConnection, account: Account, period: Period, moment: dt.datetime
) -> AccountFigures:
    """All figures of one account at this moment. Needs `snapshot`, and of many accounts `take`.

    `period` may be of another zone: the account's days count.
    """
    period = period.in_zone(account.timezone)
    before = period.previous()
    _at_hand(connection, account)
    reach = sql.one(connection, "reach", {"account_id": account.id})
    now, then = _values(account, period), _values(account, before)
    opening = sql.run(connection, "opening_hours", now)
    reading, reading_before = _reading(connection, now, period), _reading(connection, then, before)
    return AccountFigures(
        account=account,
        period=period,
        now=_slice(connection, now, None),
        before=_slice(connection, then, same_age(period, reach["as_of"])),
        is_comparable=bool(reading) and all(pbx.is_complete for pbx in (*reading, *reading_before)),
        call_back=tuple(Caller(**row) for row in sql.run(connection, "call_back_now", now)),
        heat=tuple(Heat(**row) for row in sql.run(connection, "heat", now)),
        lost=_lost(sql.run(connection, "lost", now)),
        trend=_spans(connection, now, period.days, 1),
        weeks=_spans(connection, now, series.weeks(period), 7),
        waits=tuple(series.Wait(**row) for row in sql.run(connection, "waits", now)),
        strip=series.lines(sql.run(connection, "strip", now), sql.run(connection, "read_days", now), period),
        switched_off=tuple(SwitchedOff(**row) for row in sql.run(connection, "switched_off", now)),
        reading=reading,
        lost_soon=tuple(at_risk(connection, [pbx.id for pbx in account.pbx], moment, account.timezone)),
        deliveries=tuple(Delivery(**row) for row in sql.run(connection, "activities", now)),
        crm_differences=tuple(CrmDifferences(**row) for row in sql.run(connection, "crm_differences", now)),
        lake_since=reach["lake_since"],
        as_of=reach["as_of"],
        open_spans=tuple(OpenSpan(row["weekday"], row["opens_minute"], row["closes_minute"]) for row in opening),
        has_pbx_hours=any(row["hours_from"] == "pbx" for row in opening),
    )


def as_of(
    connection: duckdb.DuckDBPyConnection, account: Account, period: Period, moment: dt.datetime | None
) -> Slice | None:
    """A period's figures as they stood when the data reached to `moment`; null where nothing of it was read."""
    _at_hand(connection, account)
    values = _values(account, period)
    if not any(pbx.is_read for pbx in _reading(connection, values, period)):
        return None
    return _slice(connection, values, moment)


def same_age(period: Period, as_of: dt.datetime | None) -> dt.datetime:
    """The moment that lay as long after the period before as the data's end `as_of` lies after this one."""
    before = period.previous()
    return before.until + (as_of - period.until if as_of else dt.timedelta())


def call_rows(connection: duckdb.DuckDBPyConnection, figures: AccountFigures) -> tuple[list[sql.Row], list[sql.Row]]:
    """Every call of the period and of the one before, with what is known of its caller. Needs `snapshot`."""
    account, period = figures.account, figures.period
    _at_hand(connection, account)
    then = {**_values(account, period.previous()), "as_of": same_age(period, figures.as_of)}
    now = {**_values(account, period), "as_of": None}
    return sql.run(connection, "call_rows", now), sql.run(connection, "call_rows", then)


def _spans(
    connection: duckdb.DuckDBPyConnection, values: sql.Row, starts: Sequence[dt.date], step: int
) -> tuple[series.Span, ...]:
    rows = sql.run(connection, "trend", {**values, "starts": list(starts), "step": step})
    return tuple(series.Span(**row) for row in rows)


def _values(account: Account, period: Period) -> sql.Row:
    return {
        "account_id": account.id,
        "pbx_ids": [pbx.id for pbx in account.pbx],
        "since": period.since,
        "until": period.until,
        "end": period.end,
        "days": list(period.days),
        "edges": series.edges(account.missed.short_abandon_seconds),
    }


def callbacks_as_of(
    connection: duckdb.DuckDBPyConnection, account: Account, period: Period, moment: dt.datetime
) -> Callbacks:
    """What had become of the period's callers when the data reached to `moment`."""
    _at_hand(connection, account)
    return _callbacks(connection, _values(account, period), moment)


def _callbacks(connection: duckdb.DuckDBPyConnection, values: sql.Row, as_of: dt.datetime | None) -> Callbacks:
    return Callbacks(**sql.one(connection, "episodes", {**values, "as_of": as_of}))


def _slice(connection: duckdb.DuckDBPyConnection, values: sql.Row, as_of: dt.datetime | None) -> Slice:
    return Slice(
        volumes=Volumes(**sql.one(connection, "volumes", values)),
        callbacks=_callbacks(connection, values, as_of),
        coverage=coverage(sql.run(connection, "coverage", values)),
    )


def _lost(rows: Sequence[sql.Row]) -> dict[str, tuple[Count, ...]]:
    kinds = ("reason", "queue", "number", "extension")
    return {
        kind: tuple(Count(row["label"], row["calls"], row["name"]) for row in rows if row["kind"] == kind)
        for kind in kinds
    }


def _reading(connection: duckdb.DuckDBPyConnection, values: sql.Row, period: Period) -> tuple[Reading, ...]:
    length = (period.until - period.since).total_seconds()
    found = []
    for row in sql.run(connection, "reading", values):
        problems = tuple(
            Problem(row["pbx_id"], str(entry.get("message", "")), str(entry.get("mend", "")))
            for entry in json.loads(row.pop("problems") or "[]")
        )
        found.append(Reading(read_share=row.pop("read_seconds") / length, problems=problems, **row))
    return tuple(found)
