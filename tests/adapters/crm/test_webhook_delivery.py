"""Events through the whole delivery: each call told once, changes taken, nothing lost where answers are."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from trunkline.adapters.crm.webhook import SwitchedOff
from trunkline.config import Config
from trunkline.settings import write_settings
from trunkline.simulator.crm.webhook import Webhook
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, DID = "+61412345678", "+61423456789", "0882345678"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
BEFORE_DST = dt.datetime(2026, 10, 3, 16, 29, 59, 500_000, tzinfo=dt.UTC)
TIMES = 4  # so often an impatient request is sent

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def crm() -> Webhook:
    return Webhook()


@pytest.fixture
def table(crm: Webhook, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.setenv("HOOK_SECRET", crm.secret)
    with Server(crm.app) as server:
        yield {"id": "hook", "kind": "webhook", **crm.settings(server.url), "secret": "env:HOOK_SECRET"}


def config(table: dict[str, Any]) -> Config:
    place = {"timezone": "Australia/Adelaide", "country": "AU"}
    account = {"id": "acme", "name": "Acme", **place, "crm": [table], "missed": {"callback_within": "1 day"}}
    return Config.model_validate({"agency": {"id": "a", "name": "A", **place}, "account": [account]})


def put(lake: Lake, table: str, **row: Any) -> None:
    with lake.write() as connection:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608


def add_call(lake: Lake, number: int, outcome: str, at: dt.datetime = NOW - HOUR, **more: Any) -> None:
    inbound = outcome in {"answered", "missed"}
    head = {"call_id": f"acme.main:{number}", "account_id": "acme", "pbx_id": "acme.main", "loaded_at": NOW}
    facts = {"direction": "inbound" if inbound else "outbound", "outcome": outcome, "external_number": JANE, "did": DID}
    put(lake, "calls", **{**head, "started_at": at, "ended_at": at + 90 * SECOND, **facts, **more})


def add_recording(lake: Lake, number: int, transcript: str | None = None) -> None:
    key = f"acme.main:r{number}"
    head = {"recording_id": key, "call_id": "acme.main:1", "account_id": "acme", "pbx_id": "acme.main"}
    stored = {"state": "stored", "path": f"acme/{number}.wav", "bytes": 4, "sha256": "a", "media_type": "audio/wav"}
    put(lake, "recordings", **head, **stored, transcript=transcript)


def change(lake: Lake, hours: int, **facts: Any) -> None:
    """The call was loaded anew so many hours from now."""
    facts["loaded_at"] = NOW + hours * HOUR
    with lake.write() as connection:
        connection.execute(f"UPDATE calls SET {', '.join(f'{name} = ?' for name in facts)}", list(facts.values()))  # noqa: S608


def run(lake: Lake, table: dict[str, Any], hours: float = 0, **more: Any) -> DeliveryResult:
    async def no_file(_path: str) -> bytes:
        raise AssertionError("a webhook is given links")

    account, at = config({**table, **more}).account[0], NOW + hours * HOUR
    link = f"https://play.example/r/{{}}?until={int(at.timestamp())}"
    return asyncio.run(deliver(lake, account, account.crm[0], no_file, link_to=link.format, clock=lambda: at))


def ledger(lake: Lake) -> dict[str, tuple[str, str | None]]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id, kind, state, reason FROM activities ORDER BY 1, 2").fetchall()
    return {f"{call_id.partition(':')[2]} {kind}": (state, reason) for call_id, kind, state, reason in rows}


def test_each_call_is_told_once_in_the_lakes_own_terms(new_lake: Lake, table: dict[str, Any], crm: Webhook) -> None:
    add_call(new_lake, 1, "answered", BEFORE_DST, wait_seconds=12.4, talk_seconds=77.6, queue="Sales & <Service>")
    add_call(new_lake, 2, "missed", BEFORE_DST + SECOND, miss_reason="queue_abandoned", wait_seconds=90.0)
    add_call(new_lake, 3, "connected", external_number=OMAR, external_name="Omar “O” Ünal", talk_seconds=60.0)
    add_call(new_lake, 4, "not_connected")
    add_call(new_lake, 5, "internal", direction="internal")
    add_call(new_lake, 6, "missed", external_number=None)
    add_recording(new_lake, 1, "Hello\nBye")
    assert run(new_lake, table, leave_out=["did"]).ok
    assert run(new_lake, table, leave_out=["did"]).counts == {}
    told = sorted(crm.of("call.logged"), key=lambda call: call["call_id"])
    names = ("call_id", "started_at", "direction", "outcome", "miss_reason", "external_number", "external_name", "did")
    assert [tuple(call[name] for name in names) for call in told] == [
        ("acme.main:1", "2026-10-03T16:29:59.500000Z", "inbound", "answered", None, JANE, None, None),
        ("acme.main:2", "2026-10-03T16:30:00.500000Z", "inbound", "missed", "queue_abandoned", JANE, None, None),
        ("acme.main:3", "2026-11-17T11:00:00Z", "outbound", "connected", None, OMAR, "Omar “O” Ünal", None),
        ("acme.main:4", "2026-11-17T11:00:00Z", "outbound", "not_connected", None, JANE, None, None),
    ]
    assert [(call["wait_seconds"], call["talk_seconds"], call["queue"]) for call in told[:2]] == [
        (12.4, 77.6, "Sales & <Service>"),
        (90.0, None, None),
    ]
    assert (told[0]["ended_at"], DID in told[0]["text"]) == ("2026-10-03T16:31:29.500000Z", False)
    assert "Sun 04 Oct 2026, 01:59:59" in told[0]["text"]
    assert "Sun 04 Oct 2026, 03:00:00" in told[1]["text"]
    assert [len(one["recordings"]) for one in crm.of("call.recordings")] == [1]
    assert crm.of("call.transcript") == [{"call_id": "acme.main:1", "text": "Hello\nBye"}]
    with new_lake.read() as connection:
        kept = connection.execute("SELECT remote_id FROM activities WHERE kind = 'call' AND state = 'delivered'")
        assert {row[0] for row in kept.fetchall()} == {one.remote_id for one in crm.logged()}


def test_lost_answers_double_nothing(new_lake: Lake, table: dict[str, Any], crm: Webhook) -> None:
    add_call(new_lake, 1, "answered", talk_seconds=60.0)
    assert run(new_lake, table).ok
    add_recording(new_lake, 1, "Hello")
    crm.faults.add(drop_after_commit=True, times=2 * TIMES)
    assert run(new_lake, table, hours=1).counts == {"pending": 2}
    assert run(new_lake, table, hours=2).counts == {"delivered": 2}
    assert [event["type"] for event in crm.events.values()] == ["call.logged", "call.recordings", "call.transcript"]
    assert len({seen.headers["webhook-id"] for seen in crm.requests}) == 3
    assert len({seen.body for seen in crm.requests if b"call.recordings" in seen.body}) == 2, (
        "the later link ends later"
    )


def test_facts_that_changed_while_an_answer_was_lost_arrive(
    new_lake: Lake, table: dict[str, Any], crm: Webhook
) -> None:
    add_call(new_lake, 1, "answered", talk_seconds=60.0)
    crm.faults.add(drop_after_commit=True, times=TIMES)
    run(new_lake, table)
    change(new_lake, 1, talk_seconds=200.0)
    assert run(new_lake, table, hours=1).ok
    assert [(one.key, one.seconds) for one in crm.logged()] == [("acme.main:1", 200)]


def test_facts_that_change_back_and_forth_are_told_each_time_and_recordings_are_not(
    new_lake: Lake, table: dict[str, Any], crm: Webhook
) -> None:
    add_call(new_lake, 1, "answered", queue="Sales")
    add_recording(new_lake, 1)
    run(new_lake, table)
    for hours, queue in enumerate(("Service", "Sales", "Service", "Service"), start=1):
        change(new_lake, hours, queue=queue)
        if hours == 3:
            crm.faults.add(drop_after_commit=True, times=TIMES)
            assert not run(new_lake, table, hours=hours).ok
        assert run(new_lake, table, hours=hours + 0.5).ok
    assert [call["queue"] for call in crm.of("call.updated")] == ["Service", "Sales", "Service"]
    assert len(crm.of("call.recordings")) == 1
    assert len(crm.of("call.logged")) == 1


def test_one_event_that_is_refused_does_not_stop_the_others(
    new_lake: Lake, table: dict[str, Any], crm: Webhook
) -> None:
    for number in (1, 2, 3):
        add_call(new_lake, number, "answered", NOW - 2 * HOUR + number * SECOND)
    crm.faults.add(status=422, body={"error": "too odd"})
    run(new_lake, table)
    assert sorted(ledger(new_lake).values(), key=str) == [
        ("delivered", None),
        ("delivered", None),
        ("failed", "refused it: 422 too odd"),
    ]


def test_one_that_is_switched_off_stops_the_run_and_everything_waits(
    new_lake: Lake, table: dict[str, Any], crm: Webhook
) -> None:
    for number in range(1, 4):
        add_call(new_lake, number, "answered")
    crm.is_off = True
    result = run(new_lake, table)
    assert [type(error) for error in result.errors] == [SwitchedOff]
    assert (len(crm.requests), result.counts) == (1, {"pending": 3}), "calls of one number go in a row"
    crm.is_off = False
    assert run(new_lake, table).ok
    assert len(crm.events) == 3
    add_recording(new_lake, 1)
    crm.is_off = True
    run(new_lake, table)
    assert ledger(new_lake)["1 recording"][0] == "pending", "it has not failed"


def test_a_missed_caller_is_open_until_somebody_calls_back(new_lake: Lake, table: dict[str, Any], crm: Webhook) -> None:
    add_call(new_lake, 1, "missed", NOW - 50 * HOUR, miss_reason="no_answer", wait_seconds=90.0)
    put(new_lake, "pbxs", pbx_id="acme.main", account_id="acme")
    put(new_lake, "windows", pbx_id="acme.main", since=NOW - 999 * HOUR, until=NOW, state="complete")
    with new_lake.write() as connection:
        write_settings(connection, config(table), [2026])
    assert run(new_lake, table, missed_call_task=True).ok
    add_call(new_lake, 2, "not_connected", NOW - 3 * HOUR)
    add_call(new_lake, 3, "connected", NOW - 2 * HOUR)
    for hours in (2, 3):
        assert run(new_lake, table, hours=hours, missed_call_task=True).ok
    told = [(one["episode_id"], one["due_at"], one["closed_at"]) for one in crm.of("missed_call.open")]
    assert told == [("acme/acme.main:1", "2026-11-16T10:00:00Z", None)]
    told = [(one["episode_id"], one["due_at"], one["closed_at"]) for one in crm.of("missed_call.closed")]
    assert told == [("acme/acme.main:1", "2026-11-16T10:00:00Z", "2026-11-17T09:00:00Z")]
    assert [(one.number, one.is_done) for one in crm.tasks_there()] == [(JANE, True)]
