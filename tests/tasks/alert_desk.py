"""A lake, a mail server and a clock for tests of alerts; rows are put in as a person would tell them."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from lake_rows import insert

from trunkline.config import Account, Config
from trunkline.reports.alerts import Watched, findings
from trunkline.settings import write_settings
from trunkline.simulator.mail import MailSink
from trunkline.store.alerts import open_alerts
from trunkline.store.lake import Lake
from trunkline.tasks.alerts import Mailed, mail_alerts, note

ADELAIDE = ZoneInfo("Australia/Adelaide")


def local(text: str) -> dt.datetime:
    """`2026-11-18 09:00` in Adelaide."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ADELAIDE).astimezone(dt.UTC)


def account(account_id: str, *pbx_ids: str, **more: Any) -> dict[str, Any]:
    login = {"client_id": "900", "client_secret": "env:NOT_USED"}
    pbxs = [{"id": one, "url": f"https://{one}.example", **login} for one in pbx_ids or [f"{account_id}-main"]]
    given = {"id": account_id, "name": account_id.title(), "timezone": "Australia/Adelaide", "country": "AU"}
    hours = {"mon-fri": "09:00-17:00"}
    return {**given, "report_to": [f"owner@{account_id}.example"], "hours": hours, "pbx": pbxs, **more}


class Desk:
    """What the scheduled run does, at a moment of one's choice. `mails` are those of the last run."""

    def __init__(self, lake: Lake, sink: MailSink) -> None:
        self.lake, self.sink = lake, sink
        self.mails: list[EmailMessage] = []
        self.mailed = Mailed(0, {})
        self.set_up(account("acme"))

    def set_up(self, *accounts: dict[str, Any], to: list[str] | None = None, **alerts: Any) -> None:
        """The config from now on; `alerts` are the agency's settings of alerts."""
        agency = {"id": "northwind", "name": "Northwind", "timezone": "Australia/Adelaide", "country": "AU"}
        agency |= {"report_to": ["ops@northwind.example"] if to is None else to, "alerts": alerts}
        mail = {"url": self.sink.url, "from": "Northwind <reports@northwind.example>"}
        self.config = Config.model_validate({"agency": agency, "mail": mail, "account": list(accounts)})
        with self.lake.write() as connection:
            write_settings(connection, self.config, [2026])

    def run(self, at: str, *account_ids: str) -> list[str]:
        """One run; returns the subjects of what was mailed."""
        chosen = [one for one in self.config.account if not account_ids or one.id in account_ids]
        before = len(self.sink.mails)
        watched = self.watched(at, *chosen)
        with self.lake.read() as connection:  # a cut takes far longer than a lake this small
            found = findings(connection, watched)
        note(self.lake, self.config, chosen, found, local(at))
        self.mailed = mail_alerts(self.lake, self.config, chosen, local(at))
        self.mails = self.sink.messages[before:]
        return [str(one["Subject"]) for one in self.mails]

    def watched(self, at: str, *accounts: Account) -> Watched:
        """What a run at that moment looks at."""
        with self.lake.read() as connection:
            return Watched.of(connection, self.config, accounts, open_alerts(connection), local(at))

    def rows(self, columns: str = "kind, subject, ending") -> list[tuple[Any, ...]]:
        with self.lake.read() as connection:
            return connection.execute(f"SELECT {columns} FROM alerts ORDER BY opened_at, subject").fetchall()  # noqa: S608

    def text(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def read(
        self, until: str, pbx_id: str = "acme-main", since: str = "2026-10-01 00:00", state: str = "complete"
    ) -> None:
        """The PBX was read up to then."""
        row = {"since": local(since), "until": local(until), "read_at": local(until), "state": state}
        error = None if state == "complete" else "connection refused"
        insert(self.lake, "windows", {"pbx_id": pbx_id, "error": error, **row})

    def missed(self, call_id: str, at: str, number: str = "+61412345678", account_id: str = "acme") -> None:
        self.call(call_id, at, "inbound", "missed", number, account_id)

    def call(
        self,
        call_id: str,
        at: str,
        direction: str,
        outcome: str,
        number: str = "+61412345678",
        account_id: str = "acme",
    ) -> None:
        started = local(at)
        row = {"call_id": call_id, "account_id": account_id, "pbx_id": f"{account_id}-main", "started_at": started}
        row |= {"ended_at": started + dt.timedelta(seconds=30), "direction": direction, "outcome": outcome}
        insert(self.lake, "calls", {**row, "external_number": number, "wait_seconds": 25.0, "talk_seconds": 0.0})

    def recorded(self, day: str, covered: int, missing: int, pbx_id: str = "acme-main", days: int = 1) -> None:
        """So many answered calls on each of some days, with a recording as long as the talk or without one."""
        with self.lake.write() as connection:
            told = {"pbx": pbx_id, "at": local(f"{day} 10:{'30' if days == 1 else '00'}")}
            connection.execute(CALLS, {**told, "days": days, "n": covered + missing})
            connection.execute(RECORDINGS, {**told, "covered": covered})

    def switched(self, day: str, records: str | None, dn: str = "101", pbx_id: str = "acme-main") -> None:
        """What a day's snapshot said of a number."""
        row = {"pbx_id": pbx_id, "dn": dn, "name": "Front desk", "kind": "extension", "records": records}
        insert(self.lake, "pbx_settings", {**row, "day": dt.date.fromisoformat(day)})


CALLS = """
INSERT INTO calls BY NAME
SELECT $pbx || ':' || epoch($at)::BIGINT || '-' || d || '-' || n AS call_id, split_part($pbx, '-', 1) AS account_id,
    $pbx AS pbx_id, $at + to_days(d::INTEGER) + to_seconds(n) AS started_at,
    $at + to_days(d::INTEGER) + to_seconds(n + 70) AS ended_at, 'inbound' AS direction, 'answered' AS outcome,
    '+61880000000' AS external_number, '101' AS answered_by,
    'extension' AS answered_by_kind, 60.0 AS talk_seconds, 5.0 AS wait_seconds
FROM range($days) AS days(d), range($n) AS calls(n)
"""
RECORDINGS = """
INSERT INTO recordings BY NAME
SELECT call_id || ':r' AS recording_id, call_id, account_id, pbx_id, call_id AS native_id,
    if(is_stored, 'stored', 'missing') AS state, if(is_stored, NULL, 'quota') AS cause,
    if(is_stored, 1000, NULL) AS bytes, if(is_stored, 60.0, NULL) AS audio_seconds, started_at
FROM (SELECT *, split_part(call_id, '-', -1)::INTEGER < $covered AS is_stored FROM calls)
WHERE call_id LIKE $pbx || ':' || epoch($at)::BIGINT || '-%'
"""
