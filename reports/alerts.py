"""The lake → what is wrong now, for `trunkline.alerts.judge`.

How far the PBXs are read comes from the lake; all else from an excerpt of the weeks that alerts look back on, so that
an hourly look costs what those have, and the lake is free meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from trunkline.alerts import Alert, Alerts, Finding, State
from trunkline.config import Account, Config, Pbx
from trunkline.log import redact
from trunkline.reports import alerts_coverage, sql
from trunkline.store import excerpt

HOUR = dt.timedelta(hours=1)
# A PBX not read for longer may have told since then of a call back: whether a caller waits is not known.
FRESH = 3 * HOUR
# Older changes and missed calls are no news: whoever switches alerts on, or reads a year back, wants none of them.
NEWS = dt.timedelta(days=7)


@dataclass(frozen=True)
class Watched:
    """The accounts looked at, and how far each of their PBXs is read."""

    config: Config
    accounts: Sequence[Account]
    open_alerts: dict[tuple[str, str], Alert]
    reading: dict[str, sql.Row]
    now: dt.datetime

    @classmethod
    def of(
        cls,
        lake: duckdb.DuckDBPyConnection,
        config: Config,
        accounts: Sequence[Account],
        open_alerts: Sequence[Alert],
        now: dt.datetime,
    ) -> Watched:
        """What is watched at these accounts by now."""
        pbx_ids = [pbx.id for account in accounts for pbx in account.pbx]
        reading = {row["pbx_id"]: row for row in sql.run(lake, "alert_reading", {"pbx_ids": pbx_ids})}
        return cls(config, accounts, {one.key: one for one in open_alerts}, reading, now)

    def cut(self, lake: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """The excerpt that `findings` needs; the caller closes it."""
        account_ids = [account.id for account in self.accounts]
        return excerpt.cut(lake, self.now - alerts_coverage.REACH, self.now + dt.timedelta(days=1), account_ids)

    def sites(self) -> Iterator[tuple[Account, Alerts, Pbx]]:
        """Every PBX with its account and that account's settings."""
        for account in self.accounts:
            chosen = self.config.alerts_of(account)
            yield from ((account, chosen, pbx) for pbx in account.pbx)

    def read_until(self, pbx_id: str) -> dt.datetime | None:
        """How far a PBX is known; null where nothing of it is."""
        found: dt.datetime | None = self.reading.get(pbx_id, {}).get("read_until")
        return found

    def known_until(self, account: Account) -> dt.datetime | None:
        """How far all of an account's PBXs are known, if that is recent."""
        ends = [self.read_until(pbx.id) for pbx in account.pbx]
        known = [end for end in ends if end is not None and end >= self.now - FRESH]
        return min(known) if known and len(known) == len(ends) else None


def findings(connection: duckdb.DuckDBPyConnection, watched: Watched) -> list[Finding]:
    """How everything that is watched stands now, by its excerpt; what is not known is left out."""
    return [
        *_silent(watched),
        *_coverage(connection, watched),
        *_switched_off(connection, watched),
        *_waiting(connection, watched),
    ]


def _silent(watched: Watched) -> Iterator[Finding]:
    """A PBX is silent from N hours without a successful read on, and again one that is read after half of that, for as
    long: one that answers now and then stays silent. One that was tried and never read is silent at once; one that
    was never tried is not known.
    """
    for account, chosen, pbx in watched.sites():
        row = watched.reading.get(pbx.id)
        if row is None or not chosen.silent_hours:
            continue
        last_read: dt.datetime | None = row["last_read_at"]
        most = chosen.silent_hours * HOUR
        silent = watched.now - last_read if last_read else most
        state: State = "wrong" if silent >= most else "holds" if silent >= most / 2 else "clear"
        failed: dt.datetime | None = row["last_failed_at"]
        tried = failed if failed and (last_read is None or failed > last_read) else None
        evidence = {
            "last_read_at": _text(last_read),
            "read_until": _text(row["read_until"]),
            "silent_seconds": silent.total_seconds() if last_read else None,
            "last_failed_at": _text(tried),
            "error": redact(row["error"]) if tried and row["error"] else None,
            "limit_hours": chosen.silent_hours,
        }
        yield Finding("pbx_silent", pbx.id, account.id, pbx.id, state, evidence, steady=most / 2)


def _coverage(connection: duckdb.DuckDBPyConnection, watched: Watched) -> Iterator[Finding]:
    """A PBX's coverage of the last completed days that are read, in the account's zone."""
    sites = [one for one in watched.sites() if one[1].coverage_fell_points and watched.read_until(one[2].id)]
    values = {"pbx_ids": [pbx.id for _account, _chosen, pbx in sites], "since": watched.now - alerts_coverage.REACH}
    rows = sql.run(connection, "alert_coverage", values) if sites else []
    for account, chosen, pbx in sites:
        until = min(watched.now, watched.read_until(pbx.id) or watched.now)
        today = until.astimezone(ZoneInfo(account.timezone)).date()
        fell = alerts_coverage.fall([row for row in rows if row["pbx_id"] == pbx.id], today)
        if fell is None:
            continue
        is_open = watched.open_alerts.get(("coverage_fell", pbx.id))
        before = is_open.evidence["before_rate"] if is_open else None
        state, evidence = alerts_coverage.verdict(fell, chosen.coverage_fell_points, before)
        yield Finding("coverage_fell", pbx.id, account.id, pbx.id, state, evidence)


def _switched_off(connection: duckdb.DuckDBPyConnection, watched: Watched) -> Iterator[Finding]:
    """Numbers that recorded and no longer do. Where no recording is expected by policy, none is missed."""
    owners = {
        pbx.id: account
        for account, chosen, pbx in watched.sites()
        if chosen.recording_switched_off and account.recording_policy in {"all", "external"}
    }
    values = {"pbx_ids": list(owners), "end": watched.now.date() + dt.timedelta(days=1)}
    off = {(row["pbx_id"], row["dn"]): row["day"] for row in sql.run(connection, "switched_off", values)}
    for row in sql.run(connection, "alert_numbers", values):
        pbx_id, dn, day = row["pbx_id"], row["dn"], off.get((row["pbx_id"], row["dn"]))
        if row["is_there"] and row["records"] == "unknown":
            continue
        is_news = day is not None and day >= (watched.now - NEWS).date()
        state: State = "clear" if day is None or not row["is_there"] else "wrong" if is_news else "holds"
        told = {key: row[key] for key in ("dn", "name", "kind", "records", "is_there")}
        evidence = {**told, "day": str(day) if day else None}
        account_id = owners[pbx_id].id
        yield Finding("recording_switched_off", f"{pbx_id}/{dn}", account_id, pbx_id, state, evidence)


def _waiting(connection: duckdb.DuckDBPyConnection, watched: Watched) -> Iterator[Finding]:
    """Callers whom nobody reached, nor called since their last try."""
    chosen = {one.id: watched.config.alerts_of(one) for one in watched.accounts}
    wanted = [one for one in watched.accounts if chosen[one.id].waiting_hours]
    values = {
        "account_ids": [one.id for one in wanted],
        "as_ofs": [watched.known_until(one) for one in wanted],
        "since": watched.now - NEWS,
        "episode_ids": [subject for kind, subject in watched.open_alerts if kind == "caller_waiting"],
    }
    gone = {key[1]: one for key, one in watched.open_alerts.items() if key[0] == "caller_waiting"}
    for row in sql.run(connection, "alert_waiting", values):
        gone.pop(row["episode_id"], None)
        hours = chosen[row["account_id"]].waiting_hours
        state = _waits(row, hours, watched.now)
        if state is None:
            continue
        evidence = {
            **{name: row[name] for name in ("tries", "waited_seconds", "has_hours", "reached_direction")},
            **{name: _text(row[name]) for name in ("waits_since", "first_missed_at", "last_missed_at")},
            **{name: _text(row[name]) for name in ("last_attempt_at", "reached_at")},
            "limit_hours": hours,
        }
        yield Finding("caller_waiting", row["episode_id"], row["account_id"], None, state, evidence)
    for episode_id, alert in gone.items():  # weeks old, or an older missed call came to light that names it now
        yield Finding("caller_waiting", episode_id, alert.account_id, None, "past")


def _waits(row: sql.Row, hours: float, now: dt.datetime) -> State | None:
    if row["is_removed"] or (row["needs_call"] and row["last_missed_at"] < now - NEWS):
        return "past"  # retention removed the number, or it is too long ago: not called back, but nobody will
    if not row["needs_call"]:
        return "clear"
    waited: float | None = row["waited_seconds"]
    return "wrong" if waited is not None and waited >= hours * 3600 else None


def _text(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat() if moment else None
