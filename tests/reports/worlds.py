"""Random worlds around a change of clocks, and how they are written into a lake."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import duckdb
import polars as pl
from reckoning import HOUR, Call, Office, Tape

from trunkline.config import Config
from trunkline.settings import write_settings

# Days on which clocks change: an hour there, half an hour at sea (Chatham, +12:45), or never (Kolkata).
CHANGES = {
    "Australia/Adelaide": (dt.date(2026, 4, 5), dt.date(2026, 10, 4)),
    "Europe/Berlin": (dt.date(2026, 3, 29), dt.date(2026, 10, 25)),
    "America/New_York": (dt.date(2026, 3, 8), dt.date(2026, 11, 1)),
    "Asia/Kolkata": (dt.date(2026, 3, 29), dt.date(2026, 10, 4)),
    "Pacific/Chatham": (dt.date(2026, 4, 5), dt.date(2026, 9, 27)),
}
HOURS = (
    None,
    {"mon-fri": "08:30-12:00, 13:00-17:30", "sat": "09:00-12:00"},
    {"mon-sun": "07:00-19:00"},
    {"mon-fri": "00:00-06:00, 22:00-24:00", "sun": "00:00-24:00"},  # a night shift, split at midnight
)
WITHIN = ("1 business day", "1 business day", "2 business days", "1 day", "4 hours", "90 minutes")
REASONS = ("no_answer", "queue_abandoned", "ivr_abandoned", "voicemail", "not_offered", "busy", "rejected")
TICK, DAY = dt.timedelta(microseconds=1), dt.timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Scene:
    """Offices with the days they are asked for; `settings`: what the config says of each."""

    offices: tuple[Office, ...]
    settings: tuple[dict[str, object], ...]
    period: str
    days: tuple[dt.date, dt.date]
    before: tuple[dt.date, dt.date]
    agency_zone: str

    def config(self) -> Config:
        agency = {"id": "northwind", "name": "Northwind", "timezone": self.agency_zone, "country": "AU"}
        return Config.model_validate({"agency": agency, "account": list(self.settings)})


def scene(seed: int) -> Scene:
    """Three offices in different zones, and a day, week, month or free span over the first one's change of clocks."""
    rng = Random(seed)  # noqa: S311 — repeatable, no secret
    zones = rng.sample(list(CHANGES), 3)
    change = rng.choice(CHANGES[zones[0]])
    period, days, before = _period(rng, change)
    made = [_office(rng, f"office-{number}", zone, days, before) for number, zone in enumerate(zones)]
    return Scene(
        tuple(office for office, _ in made), tuple(one for _, one in made), period, days, before, rng.choice(zones)
    )


def _period(rng: Random, change: dt.date) -> tuple[str, tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    kind = rng.choice(("day", "week", "week", "month", "days"))
    if kind == "day":
        return f"{change}", (change, change + DAY), (change - DAY, change)
    if kind == "week":
        monday = change - DAY * (change.isoweekday() - 1)
        year, week, _ = change.isocalendar()
        return f"{year}-W{week:02}", (monday, monday + 7 * DAY), (monday - 7 * DAY, monday)
    if kind == "month":
        first = change.replace(day=1)
        last = (first - DAY).replace(day=1)
        return f"{change:%Y-%m}", (first, (first + 31 * DAY).replace(day=1)), (last, first)
    first = change - DAY * rng.randrange(3)
    end = first + DAY * rng.randrange(3, 6)
    return f"{first}..{end}", (first, end), (first - (end - first), first)


def _office(
    rng: Random, name: str, zone: str, days: tuple[dt.date, dt.date], before: tuple[dt.date, dt.date]
) -> tuple[Office, dict[str, object]]:
    hours, within, short = rng.choice(HOURS), rng.choice(WITHIN), rng.choice((10, 10, 6.5, 0))
    holidays = [days[0] + DAY * rng.randrange(-2, 6) for _ in range(rng.randrange(3))]
    policy = rng.choice(("all", "all", "external", "none", "on-demand"))
    pbxs = tuple(f"{name}-{place}" for place in rng.choice((("main",), ("main",), ("main", "branch"))))
    pausing = ("102",) if rng.random() < 0.3 else ()
    amount, _, unit = within.partition(" ")
    switches = {
        (pbx, dn): rng.choice(("yes", "yes", "yes", "no", "external", "opt"))
        for pbx in pbxs
        if rng.random() < 0.6
        for dn in ("101", "102", "103", "801", "802")
    }
    office = Office(
        name,
        zone,
        pbxs,
        _timetable(hours),
        frozenset(holidays),
        short,
        (int(amount), unit.removesuffix("s")),
        policy,
        frozenset(pausing),
        switches,
    )
    since, until = office.instant(before[0], dt.time()), office.instant(days[1], dt.time())
    office = replace(office, read={pbx: _read(rng, since, until) for pbx in pbxs})
    office = replace(office, calls=tuple(_calls(rng, office, days, before)))
    logins = {"client_id": "900", "client_secret": "env:NOT_USED"}
    settings: dict[str, object] = {
        "id": name,
        "name": name.title(),
        "timezone": zone,
        "country": "AU",
        "recording_policy": policy,
        "recording_pauses": list(pausing),
        "holidays": [str(day) for day in holidays],
        "missed": {"short_abandon_seconds": short, "callback_within": within},
        "pbx": [{"id": pbx, "url": f"https://{pbx}.example", **logins} for pbx in pbxs],
    }
    return office, settings | ({"hours": hours} if hours else {})


def _timetable(hours: dict[str, str] | None) -> dict[int, tuple[tuple[int, int], ...]] | None:
    if hours is None:
        return None
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for names, text in hours.items():
        first, _, last = names.partition("-")
        spans = [[int(one[:2]) * 60 + int(one[3:]) for one in span.split("-")] for span in text.split(", ")]
        for day in range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last or first) + 2):
            found[day] = tuple((opens, closes) for opens, closes in spans)
    return found


def _read(rng: Random, since: dt.datetime, until: dt.datetime) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """Windows of a day: mostly all of them, sometimes with a hole, a late beginning or an early end; rarely none."""
    first, last = since - 5 * DAY, until + rng.choice((0, 1, 9, 9)) * DAY
    fate = rng.random()
    if fate < 0.05:
        return ()
    if fate < 0.15:
        first = since + (until - since) * rng.random()
    if fate > 0.85:
        last = since + (until - since) * rng.random()
    windows = [(first + DAY * number, first + DAY * (number + 1)) for number in range(max(1, (last - first) // DAY))]
    hole = rng.randrange(len(windows)) if 0.15 < fate < 0.3 else None
    return tuple(window for number, window in enumerate(windows) if number != hole)


def _calls(rng: Random, office: Office, days: tuple[dt.date, dt.date], before: tuple[dt.date, dt.date]) -> list[Call]:
    since, until = office.instant(before[0], dt.time()) - 3 * DAY, office.instant(days[1], dt.time()) + 3 * DAY
    callers = [f"+614120{rng.randrange(1000):03}{number:02}" for number in range(rng.randrange(4, 16))]
    calls: list[Call] = []
    for _ in range(rng.randrange(40, 110)):
        at = since + dt.timedelta(seconds=rng.randrange(int((until - since).total_seconds())))
        edge = rng.random()
        if edge < 0.12:  # on an edge of a period, or the instant before
            day = rng.choice((*days, *before, days[0] + DAY))
            at = office.instant(day, dt.time()) - rng.choice((0, 0, 1)) * TICK
        elif edge < 0.25:  # on an edge of the opening hours
            at = office.instant(days[0] + DAY * rng.randrange(3), dt.time(*rng.choice(((8, 30), (12, 0), (17, 30)))))
            at -= rng.choice((0, 1)) * TICK
        elif edge < 0.45:  # in the night in which clocks change, both times
            at = office.instant(days[0], dt.time()) + dt.timedelta(seconds=rng.randrange(6 * 3600))
        calls.append(_call(rng, office, f"{office.id}:c{len(calls):03}", at, callers))
        if calls[-1].missed and calls[-1].number and rng.random() < 0.5:
            calls.append(_answer_to(rng, office, calls[-1], f"{office.id}:c{len(calls):03}"))
    return [one for one in calls if _is_known(office, one)]


def _is_known(office: Office, call: Call) -> bool:
    """A lake holds what was read: nothing else happened as far as it can tell."""
    return any(since <= call.at < until for since, until in office.read[call.pbx])


def _answer_to(rng: Random, office: Office, missed: Call, name: str) -> Call:
    """A call back: at once or soon, at the very end of the time allowed, or just after it."""
    deadline = office.deadline(missed.at)
    later = (missed.at + rng.random() * 30 * HOUR, missed.at + rng.random() * HOUR, missed.at)
    at = rng.choice((*later, deadline, deadline + TICK))
    outcome = rng.choice(("connected", "not_connected", "not_connected"))
    talk = 90.0 if outcome == "connected" else 0.0
    by = missed.number if outcome == "connected" else None
    return Call(name, missed.pbx, at, "outbound", outcome, missed.number, wait=9.0, talk=talk, by=by)


def _call(rng: Random, office: Office, name: str, at: dt.datetime, callers: Sequence[str]) -> Call:
    pbx = rng.choice(office.pbxs)
    number = rng.choice(callers) if rng.random() < 0.9 else None
    fate = rng.random()
    queue = rng.choice((None, "801", "802"))
    if fate < 0.55:
        wait = rng.choice((office.short, max(office.short - 0.001, 0.0), 0.0, 4.0, 10.0, 20.0, 59.9, 300.0, None))
        rang = tuple(rng.sample(("101", "102", "103"), rng.randrange(4)))
        did = rng.choice((None, "+61870001111", "+61870002222"))
        return Call(name, pbx, at, "inbound", "missed", number, rng.choice(REASONS), did, queue, wait, 0.0, rang)
    talk = rng.choice((2.9, 3.0, 60.0, 60.0, 400.0, None))
    by = rng.choice(("101", "102", "103"))
    if fate < 0.9:
        wait = rng.choice((2.0, 8.5, 31.0, None))
        call = Call(name, pbx, at, "inbound", "answered", number, None, None, queue, wait, talk, (by,), by)
    elif fate < 0.95:
        call = Call(name, pbx, at, "internal", "internal", None, wait=3.0, talk=talk, by=rng.choice((by, None)))
    else:
        outcome = rng.choice(("connected", "not_connected"))
        number = number or callers[0]
        call = Call(name, pbx, at, "outbound", outcome, number, wait=5.0, talk=talk)
        call = replace(call, by=number if outcome == "connected" else None)
    ended = None if talk is None else at + dt.timedelta(seconds=talk + (call.wait or 0))
    return replace(call, ended=ended, tapes=_tapes(rng, call) if call.spoke else ())


def _tapes(rng: Random, call: Call) -> tuple[Tape, ...]:
    talk = call.talk or 60.0
    exact = max(5.0, talk / 20)
    audio = rng.choice((talk, talk, talk, talk + exact, talk - exact, talk + exact + 0.25, talk / 2))
    one = Tape("stored", None, max(0.0, audio), begins=call.at)
    return rng.choice(
        (
            (one,),
            (one,),
            (one,),
            (one, replace(one, begins=call.at + dt.timedelta(seconds=talk / 2))),
            (replace(one, size=0, audio=None),),
            (replace(one, audio=None),),
            (Tape("pending"),),
            (Tape("missing", rng.choice(("quota", "licence", "access", "unreachable", "not_recorded", "policy"))),),
            (),
        )
    )


def write(connection: duckdb.DuckDBPyConnection, scene: Scene) -> None:
    """Puts a scene into a lake as rows."""
    tables = ("calls", "legs", "recordings", "windows", "pbxs", "pbx_settings", "accounts", "open_spans", "holidays")
    for table in tables:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    write_settings(connection, scene.config(), [2026])
    for office in scene.offices:
        _put(connection, "calls", [_row(office, call) for call in office.calls])
        _put(connection, "legs", _legs(office))
        _put(connection, "recordings", _recordings(office))
        _put(connection, "windows", _windows(office))
        _put(connection, "pbxs", [{"pbx_id": pbx, "account_id": office.id} for pbx in office.pbxs])
        day = dt.date(2026, 1, 1)
        _put(
            connection,
            "pbx_settings",
            [
                {"pbx_id": pbx, "dn": dn, "kind": "queue" if dn[0] == "8" else "extension", "records": how, "day": day}
                for (pbx, dn), how in office.switches.items()
            ],
        )


def _put(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    if rows:
        frame = pl.DataFrame(rows, infer_schema_length=None).to_arrow()
        connection.register("rows_to_put", frame)
        connection.execute(f"INSERT INTO {table} BY NAME FROM rows_to_put")
        connection.unregister("rows_to_put")


def _row(office: Office, call: Call) -> dict[str, object]:
    kind = "extension" if call.direction != "outbound" else "external"
    return {
        "call_id": call.id,
        "account_id": office.id,
        "pbx_id": call.pbx,
        "started_at": call.at,
        "ended_at": call.ended,
        "direction": call.direction,
        "outcome": call.outcome,
        "miss_reason": call.reason,
        "external_number": call.number,
        "did": call.did,
        "queue": call.queue,
        "answered_by": call.by,
        "answered_by_kind": kind if call.by else None,
        "wait_seconds": call.wait,
        "talk_seconds": call.talk,
    }


def _legs(office: Office) -> list[dict[str, object]]:
    return [
        {
            "leg_id": f"{office.id}:{call.id}:{dn}",
            "call_id": call.id,
            "pbx_id": call.pbx,
            "started_at": call.at,
            "destination_kind": "extension",
            "destination_dn": dn,
            "spoke": False,
        }
        for call in office.calls
        for dn in call.rang
    ]


def _recordings(office: Office) -> list[dict[str, object]]:
    return [
        {
            "recording_id": f"{office.id}:{call.id}:{number}",
            "call_id": call.id,
            "account_id": office.id,
            "pbx_id": call.pbx,
            "state": tape.state,
            "cause": tape.cause,
            "bytes": tape.size if tape.state == "stored" else None,
            "audio_seconds": tape.audio,
            "started_at": tape.begins or call.at,
            "evidence": json.dumps({}),
        }
        for call in office.calls
        for number, tape in enumerate(call.tapes)
    ]


def _windows(office: Office) -> list[dict[str, object]]:
    return [
        {"pbx_id": pbx, "since": since, "until": until, "state": "complete", "rows": 0, "legs": 0}
        for pbx, spans in office.read.items()
        for since, until in spans
    ]
