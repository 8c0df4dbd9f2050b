"""A small lake written by hand: two accounts in Adelaide and one in Berlin whose PBX was never heard from."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import duckdb

from trunkline.config import Config
from trunkline.periods import parse
from trunkline.reports.build import build
from trunkline.reports.write import Built

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)  # Wednesday 18 Nov, 08:30 in Adelaide

WEEK = parse("2026-W46", "Australia/Adelaide", NOW)

FULL_NUMBER = re.compile(r"\+614\d{8}")


def local(text: str) -> dt.datetime:
    """`2026-11-09 09:00` in Adelaide."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ADELAIDE)


def config(**changes: object) -> Config:
    """An agency with `acme`, `bluegum` and `stille`; `changes` go to acme."""
    pbx = {"client_id": "900", "client_secret": "env:NOT_USED"}
    acme = {
        "id": "acme",
        "name": "Acme Dental",
        "timezone": "Australia/Adelaide",
        "country": "AU",
        "report_to": ["owner@acme.example"],
        "hours": {"mon-fri": "08:30-17:30"},
        "holidays": ["2026-11-10"],
        "pbx": [{"id": "acme-main", "url": "https://acme.example", **pbx}],
        "crm": [
            {"id": "acme-ghl", "kind": "highlevel", "location_id": "L", "provider_id": "P", "token": "env:NOT_USED"}
        ],
        **changes,
    }
    bluegum = {
        "id": "bluegum",
        "name": "Bluegum <Vets>",
        "timezone": "Australia/Adelaide",
        "country": "AU",
        "report_to": ["owner@bluegum.example"],
        "recording_policy": "none",
        "pbx": [{"id": "bluegum-main", "url": "https://bluegum.example", **pbx}],
    }
    stille = {
        "id": "stille",
        "name": "Stille & Söhne",
        "timezone": "Europe/Berlin",
        "country": "DE",
        "report_to": ["chef@stille.example"],
        "pbx": [{"id": "stille-main", "url": "https://stille.example", **pbx}],
    }
    return Config.model_validate(
        {
            "agency": {
                "id": "northwind",
                "name": "Northwind Digital",
                "timezone": "Australia/Adelaide",
                "country": "AU",
                "report_to": ["ops@northwind.example"],
            },
            "mail": {"url": "smtp://127.0.0.1:1025", "from": "Northwind reports <reports@northwind.example>"},
            "account": [acme, bluegum, stille],
        }
    )


class Book:
    """Writes rows as a person would tell them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def put(self, table: str, **values: object) -> None:
        marks = ", ".join("?" for _ in values)
        self.connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", [*values.values()])  # noqa: S608

    def call(self, call_id: str, at: str, outcome: str, number: str | None, **more: object) -> None:
        account = str(more.pop("account", "acme"))
        started = local(at)
        talk = more.get("talk_seconds", 60.0 if outcome in {"answered", "connected", "internal"} else 0.0)
        wait = more.setdefault("wait_seconds", 20.0)
        direction = {"answered": "inbound", "missed": "inbound", "internal": "internal"}.get(outcome, "outbound")
        self.put(
            "calls",
            **{
                "call_id": call_id,
                "account_id": account,
                "pbx_id": f"{account}-main",
                "started_at": started,
                "ended_at": started + dt.timedelta(seconds=float(wait or 0) + float(talk or 0)),
                "direction": direction,
                "outcome": outcome,
                "external_number": number,
                "talk_seconds": talk,
                "answered_by": "101" if talk else None,
                "answered_by_kind": "extension" if talk else None,
                **more,
            },
        )

    def recording(self, call_id: str, state: str, account: str = "acme", **more: object) -> None:
        self.put(
            "recordings",
            recording_id=f"r-{call_id}-{len(more)}-{more.get('audio_seconds')}",
            call_id=call_id,
            account_id=account,
            pbx_id=f"{account}-main",
            state=state,
            **more,
        )

    def window(self, account: str, since: str, until: str, state: str = "complete", **more: object) -> None:
        counts = {"rows": 0, "legs": 0, "duplicates": 0, "quarantined": 0, **more}
        self.put("windows", pbx_id=f"{account}-main", since=local(since), until=local(until), state=state, **counts)


MISSED = (
    # id, local start, number, wait, more — the week of 9–15 Nov 2026; Tuesday 10th is a holiday
    (
        "m1",
        "2026-11-09 09:00",
        "+61412000001",
        30,
        {"miss_reason": "queue_abandoned", "queue": "801", "did": "+61870001111"},
    ),
    (
        "m2",
        "2026-11-09 09:20",
        "+61412000001",
        45,
        {"miss_reason": "queue_abandoned", "queue": "801", "did": "+61870001111"},
    ),
    ("m3", "2026-11-09 10:00", "+61412000002", 25, {"miss_reason": "no_answer", "did": "+61870001111"}),
    ("m4", "2026-11-10 10:00", "+61412000003", 20, {"miss_reason": "not_offered"}),
    ("m5", "2026-11-11 19:00", "+61412000004", 15, {"miss_reason": "voicemail"}),
    ("m6", "2026-11-12 09:00", "+61412000005", 4, {"miss_reason": "no_answer"}),
    ("m7", "2026-11-12 09:05", None, 60, {"miss_reason": "ivr_abandoned"}),
    (
        "m8",
        "2026-11-13 16:00",
        "+61412000006",
        30,
        {"miss_reason": "no_answer", "external_name": "<script>alert(1)</script>"},
    ),
)


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """The rows of the small lake; what follows from them is written in the tests."""
    book = Book(connection)
    for call_id, at, number, wait, more in MISSED:
        book.call(call_id, at, "missed", number, wait_seconds=wait, **more)
    book.call("o2", "2026-11-09 11:00", "not_connected", "+61412000002", wait_seconds=20)  # m3: tried, an hour later
    book.call("a3", "2026-11-10 12:00", "answered", "+61412000003")  # m4: rang again and was answered
    book.call(
        "o4", "2026-11-13 09:00", "connected", "+61412000004", talk_seconds=120
    )  # m5: the next business day is 12
    book.call("a0", "2026-11-02 09:00", "answered", "+61412000001")  # known since the week before
    for number in range(10):
        book.call(f"a1{number}", f"2026-11-11 1{number % 7}:00", "answered", f"+6141300000{number}", wait_seconds=8)
        if number < 7:
            book.recording(f"a1{number}", "stored", bytes=1000, audio_seconds=61.0)
    book.recording("a17", "stored", bytes=1000, audio_seconds=20.0)  # mismatch
    book.recording("a18", "missing", cause="quota")
    book.recording("a19", "pending")
    book.recording("a3", "missing", cause="unreachable")
    book.recording("o4", "missing", cause="access")
    book.call("p1", "2026-11-03 09:00", "missed", "+61412000009", wait_seconds=30, miss_reason="no_answer")
    book.put(
        "legs",
        leg_id="l3",
        call_id="m3",
        pbx_id="acme-main",
        destination_kind="extension",
        destination_dn="101",
        destination_name="Front desk",
    )
    book.put("pbx_settings", pbx_id="acme-main", dn="801", name="Reception", kind="queue", day=dt.date(2026, 11, 1))
    for first in range(1, 18):
        day = f"2026-11-{first:02}"
        book.window("acme", f"{day} 00:00", f"2026-11-{first + 1:02} 00:00", rows=5, legs=4, duplicates=1)
    book.call("b1", "2026-11-09 09:00", "answered", "+61413999999", account="bluegum")
    book.recording("b1", "stored", "bluegum", bytes=1000, audio_seconds=60.0)
    book.window("bluegum", "2026-11-01 00:00", "2026-11-16 00:00")
    for call_id, state, reason in (
        ("a10", "delivered", None),
        ("a11", "skipped", "no contact"),
        ("a12", "failed", "422"),
    ):
        book.put(
            "activities",
            activity_id=f"v-{call_id}",
            call_id=call_id,
            account_id="acme",
            crm_id="acme-ghl",
            kind="call",
            state=state,
            reason=reason,
        )
    problem = {
        "code": "role",
        "message": "recordings answer 403",
        "mend": "give the API client the role Recording Manager",
    }
    book.put("pbxs", pbx_id="acme-main", account_id="acme", version="20.0.6.1", problems=json.dumps([problem]))


def built(connection: duckdb.DuckDBPyConnection, out: Path, config: Config) -> dict[str, Built]:
    """The week's reports by account id."""
    return {one.scope: one for one in build(connection, config, WEEK, config.account, out, NOW)}


def rows_of(path: Path, sheet: str) -> list[dict[str, str]]:
    """A sheet of a workbook as dicts, read without any spreadsheet library."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        shared = ["".join(text.itertext()) for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]  # noqa: S314
        names = [
            one.get("name")
            for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", space)  # noqa: S314
        ]
        page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"))  # noqa: S314
    table: list[dict[str, str]] = []
    for row in page.iterfind(".//m:row", space):
        cells = {}
        for cell in row.iterfind("m:c", space):
            value = cell.findtext("m:v", "", space)
            column = re.sub(r"\d", "", cell.get("r", ""))
            cells[column] = shared[int(value)] if cell.get("t") == "s" else value
        table.append(cells)
    heads, *lines = table
    return [{heads[column]: value for column, value in line.items()} for line in lines]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
