from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lake_rows import call_row, insert

from trunkline.config import Account
from trunkline.errors import StorageError
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, STRANGER = "+61412345678", "+61423456789", "+61434567890"
DID = "+61882345678"
TOKEN = "pit-0123456789abcdef"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
PROVIDER = "provider1"


@pytest.fixture
def crm() -> HighLevel:
    return HighLevel("loc1", TOKEN, PROVIDER, {JANE: "Jane", OMAR: "Omar"}, rate_limit=(100, 1.0))


@pytest.fixture
def address(crm: HighLevel) -> Iterator[str]:
    with Server(crm.app) as server:
        yield server.url


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake.duckdb")


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHL_TOKEN", TOKEN)


def account(address: str, **more: Any) -> Account:
    crm = {"id": "acme-ghl", "kind": "highlevel", "base_url": address, "location_id": "loc1", "provider_id": PROVIDER}
    return Account.model_validate(
        {
            "id": "acme",
            "name": "Acme",
            "timezone": "Australia/Adelaide",
            "country": "AU",
            "crm": [{**crm, "token": "env:GHL_TOKEN", **more}],
        }
    )


def add_call(lake: Lake, number: int, **more: Any) -> str:
    row = call_row(number, **more)
    insert(lake, "calls", row)
    return str(row["call_id"])


def add_recording(lake: Lake, call_id: str, native: int, state: str = "stored", size: int = 4) -> None:
    with lake.write() as connection:
        connection.execute(
            """INSERT INTO recordings (recording_id, call_id, account_id, pbx_id, state, path, bytes, sha256,
                media_type)
            VALUES (?, ?, 'acme', 'pbx', ?, ?, ?, 'abc', 'audio/wav')""",
            [f"pbx:r{native}", call_id, state, f"acme/{native}.wav", size],
        )


def ledger(lake: Lake) -> list[tuple[Any, ...]]:
    with lake.read() as connection:
        return connection.execute(
            "SELECT call_id, kind, state, reason, remote_id, attempts FROM activities ORDER BY call_id, kind"
        ).fetchall()


def states(lake: Lake) -> dict[str, str]:
    return {f"{call_id} {kind}": state for call_id, kind, state, *_rest in ledger(lake)}


async def open_recording(path: str) -> bytes:
    if "gone" in path:
        raise FileNotFoundError(path)
    return b"RIFF" + path.encode()


def run(
    lake: Lake, address: str, *, at: dt.datetime = NOW, crm: dict[str, Any] | None = None, **more: Any
) -> DeliveryResult:
    client = account(address, **(crm or {}))
    return asyncio.run(deliver(lake, client, client.crm[0], open_recording, clock=lambda: at, **more))


def sent(crm: HighLevel, part: str) -> list[Any]:
    return [seen for seen in crm.requests if part in f"{seen.method} {seen.path}"]


def test_a_call_is_logged_to_its_contact_with_a_note(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    result = run(lake, address)
    assert result.ok
    assert result.counts == {"delivered": 2}
    message, note = crm.messages[0], crm.notes[0]
    assert message["altId"] == "pbx:1"
    assert message["contactId"] == crm.contact_of(JANE)["id"]
    assert message["direction"] == "inbound"
    assert message["dateAdded"] == "2026-11-17T01:01:03.000Z"
    assert message["call"] == {"from": JANE, "to": DID, "status": "completed"}
    assert note["body"] == (
        "Inbound call, answered\nStarted: Tue 17 Nov 2026, 11:31:03 (Australia/Adelaide)\n"
        f"Our number: {DID}\nWaited: 12 s\nTalked: 3 min 20 s\n[trunkline pbx:1]"
    )
    assert ledger(lake) == [
        ("pbx:1", "call", "delivered", None, message["id"], 1),
        ("pbx:1", "note", "delivered", None, note["id"], 1),
    ]


def test_the_plus_of_a_number_is_percent_encoded(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    run(lake, address)
    assert "number=%2B61412345678" in sent(crm, "search/duplicate")[0].query


def test_a_second_run_sends_nothing_and_writes_nothing(lake: Lake, address: str, crm: HighLevel) -> None:
    call_id = add_call(lake, 1)
    add_call(lake, 2, external_number=STRANGER)
    add_call(lake, 3, direction="internal", outcome="internal", external_number=None)
    add_recording(lake, call_id, 1)
    run(lake, address)
    before, written = ledger(lake), lake.path.stat().st_mtime_ns
    crm.requests.clear()
    result = run(lake, address)
    assert (crm.requests, result.counts, result.ok) == ([], {}, True)
    assert ledger(lake) == before
    assert lake.path.stat().st_mtime_ns == written


def test_calls_no_crm_is_told_of(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1, direction="internal", outcome="internal", external_number=None)
    add_call(lake, 2, external_number=None)
    add_call(lake, 3, direction="outbound", outcome="connected", external_number=DID)
    run(lake, address, crm={"unknown_callers": "create"})
    assert crm.requests == []
    assert [row[1:4] for row in ledger(lake)] == [
        ("call", "skipped", "internal call"),
        ("call", "skipped", "no external number"),
        ("call", "skipped", "the number is the account's own"),
    ]


@pytest.mark.parametrize(
    ("policy", "created", "logged"),
    [("skip", 0, []), ("create-inbound", 1, ["pbx:1"]), ("create", 2, ["pbx:1", "pbx:2"])],
)
def test_unknown_callers_by_policy(
    lake: Lake, address: str, crm: HighLevel, policy: str, created: int, logged: list[str]
) -> None:
    add_call(lake, 1, external_number=STRANGER, external_name="Sam Stranger")
    add_call(lake, 2, external_number="+61445678901", direction="outbound", outcome="not_connected")
    add_call(lake, 3, external_number=None)
    run(lake, address, crm={"unknown_callers": policy})
    assert len(crm.contacts) == 2 + created
    assert sorted(message["altId"] for message in crm.messages) == logged
    skipped = {row[0]: row[3] for row in ledger(lake) if row[2] == "skipped"}
    assert skipped["pbx:3"] == "no external number"
    assert set(skipped.values()) <= {"no external number", "unknown caller"}
    assert len(skipped) == 3 - created
    if created:
        made = crm.contact_of(STRANGER)
        assert made is not None
        assert (made["name"], made["source"]) == ("Sam Stranger", "trunkline")


def test_two_calls_of_one_stranger_make_one_contact(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in range(1, 6):
        add_call(lake, number, external_number=STRANGER)
    run(lake, address, crm={"unknown_callers": "create"})
    assert len(crm.contacts) == 3
    assert len(crm.conversations) == 1
    assert len(sent(crm, "search/duplicate")) == 1
    assert [message["altId"] for message in crm.messages] == ["pbx:1", "pbx:2", "pbx:3", "pbx:4", "pbx:5"]


def test_an_unknown_caller_is_looked_up_again_for_a_day(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1, external_number=STRANGER)
    run(lake, address)
    run(lake, address, at=NOW + dt.timedelta(minutes=10))
    assert len(sent(crm, "search/duplicate")) == 1
    run(lake, address, at=NOW + dt.timedelta(minutes=20))
    assert len(sent(crm, "search/duplicate")) == 2
    crm.add_contact(STRANGER, "Made by hand")
    run(lake, address, at=NOW + dt.timedelta(minutes=70))
    assert [message["altId"] for message in crm.messages] == ["pbx:1"]


def test_an_unknown_caller_is_given_up_in_the_end(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1, external_number=STRANGER)
    for hours in (0, 0.3, 1.1, 4.1, 24.1, 25, 47, 49, 100):
        run(lake, address, at=NOW + dt.timedelta(hours=hours))
    assert len(sent(crm, "search/duplicate")) == 5
    assert ledger(lake) == [("pbx:1", "call", "skipped", "unknown caller", None, 5)]


@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
@pytest.mark.parametrize("path", ["messages/inbound", "/notes", "/conversations/$"])
def test_a_lost_answer_is_looked_up_before_it_is_sent_again(
    lake: Lake, address: str, crm: HighLevel, path: str, fault: str
) -> None:
    add_call(lake, 1)
    crm.faults.add(f"POST .*{path}", **{fault: True})  # type: ignore[arg-type]
    first = run(lake, address)
    assert not first.ok
    assert "pending" in states(lake).values()
    second = run(lake, address)
    assert second.ok
    assert [message["altId"] for message in crm.messages] == ["pbx:1"]
    assert len(crm.notes) == 1
    assert set(states(lake).values()) == {"delivered"}
    assert [row[4] for row in ledger(lake)] == [crm.messages[0]["id"], crm.notes[0]["id"]]


def test_an_old_call_is_found_far_back_in_a_long_conversation(lake: Lake, address: str, crm: HighLevel) -> None:
    contact = crm.contact_of(JANE)
    assert contact is not None
    crm.conversations["c1"] = {"id": "c1", "contactId": contact["id"], "locationId": "loc1"}
    for number in range(250):
        body = {"conversationId": "c1", "conversationProviderId": PROVIDER, "date": "2026-11-17T02:00:00Z"}
        crm.log_call({**body, "altId": f"other:{number}"}, "inbound")
    add_call(lake, 1)
    crm.faults.add("messages/inbound", drop_after_commit=True)
    run(lake, address)
    run(lake, address)
    assert sum(message["altId"] == "pbx:1" for message in crm.messages) == 1
    assert len(sent(crm, "GET /conversations/c1/messages")) == 3


def test_201_with_an_empty_body_is_no_delivery(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    crm.faults.add("messages/inbound", status=201)
    result = run(lake, address)
    assert "provider_id" in str(result.errors[0])
    assert states(lake) == {"pbx:1 call": "pending", "pbx:1 note": "pending"}
    assert run(lake, address).ok
    assert len(crm.messages) == 1


def test_unclear_answers_are_given_up_after_ten_attempts(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    crm.faults.add("messages/inbound", status=500, times=10)
    for _ in range(12):
        run(lake, address)
    assert len(sent(crm, "messages/inbound")) == 10
    assert ledger(lake)[0][2:] == ("failed", "answered 500", None, 10)
    assert run(lake, address, retry_failed=True).ok
    assert len(crm.messages) == 1


def test_an_outage_stops_the_run_and_the_next_one_goes_on(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in range(1, 21):
        add_call(lake, number)
    crm.faults.add("messages/inbound", status=500, times=100)
    run(lake, address)
    assert len(sent(crm, "messages/inbound")) == 5
    crm.faults.clear()
    assert run(lake, address).ok
    assert len(crm.messages) == 20
    assert {row[5] for row in ledger(lake) if row[1] == "call"} == {1, 2}


def test_401_stops_this_crm_and_everything_stays_pending(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in range(1, 4):
        add_call(lake, number)
    crm.faults.add("search/duplicate", status=401, body={"message": "Invalid JWT"})
    result = run(lake, address)
    assert result.errors[0].code == "bad_credentials"
    assert "private integration token" in str(result.errors[0])
    assert len(crm.requests) == 1
    assert states(lake) == {"pbx:1 call": "pending", "pbx:2 call": "pending", "pbx:3 call": "pending"}
    assert run(lake, address).ok
    assert len(crm.messages) == 3


def test_401_in_the_middle_takes_back_what_was_not_begun(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in range(1, 4):
        add_call(lake, number)
    crm.faults.add("messages/inbound", status=401, body={"message": "Invalid JWT"})
    assert run(lake, address).errors[0].code == "bad_credentials"
    assert [(row[0], row[5]) for row in ledger(lake) if row[1] == "call"] == [("pbx:1", 1), ("pbx:2", 0), ("pbx:3", 0)]
    assert run(lake, address).ok
    assert sorted(message["altId"] for message in crm.messages) == ["pbx:1", "pbx:2", "pbx:3"]


def test_an_unset_token_is_reported_and_the_calls_wait(
    lake: Lake, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GHL_TOKEN")
    add_call(lake, 1)
    result = run(lake, address)
    assert "GHL_TOKEN" in str(result.errors[0])
    assert states(lake) == {"pbx:1 call": "pending"}


def test_422_fails_one_call_and_the_others_go_on(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    add_call(lake, 2, external_number=OMAR)
    said = {"statusCode": 422, "message": ["property duration should not exist"]}
    crm.faults.add("messages/inbound", status=422, body=said)
    result = run(lake, address)
    assert result.counts["failed"] == 1
    assert [message["altId"] for message in crm.messages] in (["pbx:1"], ["pbx:2"])
    failed = next(row for row in ledger(lake) if row[2] == "failed")
    assert failed[3] == "refused it: 422 property duration should not exist"
    run(lake, address)
    assert len(crm.messages) == 1
    run(lake, address, retry_failed=True)
    assert len(crm.messages) == 2
    assert set(states(lake).values()) == {"delivered"}


def test_the_rate_limit_is_kept(lake: Lake, address: str, crm: HighLevel) -> None:
    crm.limit.most, crm.limit.interval_seconds = 10, 0.5
    for number in range(1, 13):
        add_call(lake, number)
    began = time.monotonic()
    assert run(lake, address).ok
    assert len(crm.messages) == 12
    assert time.monotonic() - began >= 1.0  # 26 requests, 10 in each half second
    assert crm.limit.refused == 0


def test_429_waits_for_the_interval_and_goes_on(lake: Lake, address: str, crm: HighLevel) -> None:
    crm.limit.most, crm.limit.interval_seconds = 3, 1.0
    add_call(lake, 1)
    assert [crm.limit.allows() for _ in range(3)] == [True, True, True]
    assert run(lake, address).ok
    assert crm.limit.refused >= 1
    assert len(crm.messages) == 1


def test_a_recording_is_attached_when_it_is_there(lake: Lake, address: str, crm: HighLevel) -> None:
    call_id = add_call(lake, 1)
    add_recording(lake, call_id, 1)
    add_recording(lake, call_id, 2, state="pending")
    run(lake, address)
    assert crm.messages[0]["attachments"] == []
    with lake.write() as connection:
        connection.execute("UPDATE recordings SET state = 'stored' WHERE recording_id = 'pbx:r2'")
    crm.requests.clear()
    assert run(lake, address).ok
    urls = crm.messages[0]["attachments"]
    assert [crm.uploads[url] for url in urls] == [b"RIFFacme/1.wav", b"RIFFacme/2.wav"]
    assert [f"{seen.method} {seen.path.split('/')[-1]}" for seen in crm.requests] == [
        f"GET {crm.messages[0]['id']}",
        "POST upload",
        "POST upload",
        "PUT attachments",
    ]
    assert states(lake)["pbx:1 recording"] == "delivered"


def test_a_recording_too_large_is_skipped_with_the_reason(lake: Lake, address: str, crm: HighLevel) -> None:
    add_recording(lake, add_call(lake, 1), 1, size=5 * 1024 * 1024 + 1)
    assert run(lake, address).ok
    assert ledger(lake)[2][1:4] == ("recording", "skipped", "recording is larger than HighLevel takes (5 MB)")
    assert crm.uploads == {}


def test_a_recording_that_cannot_be_read_fails_alone(lake: Lake, address: str, crm: HighLevel) -> None:
    add_recording(lake, add_call(lake, 1), 1)
    with lake.write() as connection:
        connection.execute("UPDATE recordings SET path = 'gone.wav'")
    run(lake, address)
    reason = "the stored recording cannot be read (FileNotFoundError)"
    assert ledger(lake)[2][1:4] == ("recording", "failed", reason)
    assert len(crm.notes) == 1


def test_a_recording_waits_while_the_object_store_does_not_answer(lake: Lake, address: str) -> None:
    add_recording(lake, add_call(lake, 1), 1)
    client = account(address)

    async def no_answer(_path: str) -> bytes:
        raise StorageError("s3://bucket: no answer from the store", mend="check it")

    asyncio.run(deliver(lake, client, client.crm[0], no_answer, clock=lambda: NOW))
    reason = "the stored recording cannot be had now: s3://bucket: no answer from the store"
    assert [row[2:4] for row in ledger(lake) if row[1] == "recording"] == [("pending", reason)]
    assert run(lake, address).ok
    assert states(lake)["pbx:1 recording"] == "delivered"


def test_a_lost_answer_to_attachments_leaves_each_recording_once(lake: Lake, address: str, crm: HighLevel) -> None:
    add_recording(lake, add_call(lake, 1), 1)
    crm.faults.add("PUT .*attachments", drop_after_commit=True)
    assert run(lake, address).ok
    assert len(crm.messages[0]["attachments"]) == 1


def test_a_hit_with_another_number_is_no_contact(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    other = {"contact": {"id": "contact0002", "phone": OMAR}}
    crm.faults.add("search/duplicate", status=200, body=other)
    run(lake, address)
    assert crm.messages == []
    assert ledger(lake)[0][2:4] == ("skipped", "unknown caller")


def test_a_call_is_logged_to_one_of_several_contacts(lake: Lake, address: str, crm: HighLevel) -> None:
    crm.add_contact(JANE, "Jane's twin")
    add_call(lake, 1)
    run(lake, address)
    run(lake, address)
    assert [message["contactId"] for message in crm.messages] == ["contact0001"]


def test_statuses_and_directions(lake: Lake, address: str, crm: HighLevel) -> None:
    cases = [
        ("inbound", "answered", None, "completed"),
        ("inbound", "missed", "voicemail", "voicemail"),
        ("inbound", "missed", "busy", "busy"),
        ("inbound", "missed", "queue_abandoned", "no-answer"),
        ("outbound", "connected", None, "completed"),
        ("outbound", "not_connected", None, "no-answer"),
    ]
    for number, (direction, outcome, reason, _status) in enumerate(cases, start=1):
        add_call(lake, number, direction=direction, outcome=outcome, miss_reason=reason)
    run(lake, address)
    got = {message["altId"]: (message["direction"], message["call"]["status"]) for message in crm.messages}
    assert got == {f"pbx:{number}": (case[0], case[3]) for number, case in enumerate(cases, start=1)}
    assert next(m for m in crm.messages if m["altId"] == "pbx:5")["call"]["from"] == DID


def test_oldest_first_since_and_limit(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in (5, 3, 1, 4, 2):
        add_call(lake, number)
    since = dt.datetime(2026, 11, 17, 1, 2, tzinfo=dt.UTC)
    run(lake, address, since=since, limit=2)
    assert [message["altId"] for message in crm.messages] == ["pbx:2", "pbx:3"]
    assert set(states(lake)) == {"pbx:2 call", "pbx:2 note", "pbx:3 call", "pbx:3 note", "pbx:4 call", "pbx:5 call"}
    run(lake, address, since=since)
    assert [message["altId"] for message in crm.messages] == ["pbx:2", "pbx:3", "pbx:4", "pbx:5"]


def test_a_delivered_call_whose_facts_change_is_left_alone(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    run(lake, address)
    with lake.write() as connection:
        connection.execute("UPDATE calls SET talk_seconds = 999")
    crm.requests.clear()
    run(lake, address)
    assert crm.requests == []


def test_the_note_names_who_answered(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1, answered_by="101", queue="Sales", external_number=JANE)
    add_call(lake, 2, direction="outbound", outcome="connected", external_number=OMAR)
    with lake.write() as connection:
        connection.execute(
            """INSERT INTO legs (leg_id, call_id, seq, source_dn, source_name, source_kind, destination_dn,
                destination_name)
            VALUES ('a', 'pbx:1', 1, '10000', 'Trunk', 'external', '101', 'Ann Lee'),
                ('b', 'pbx:2', 1, '102', 'Bo Ray', 'extension', '10000', 'Trunk')"""
        )
    run(lake, address)
    bodies = "\n".join(note["body"] for note in crm.notes)
    assert "Answered by: Ann Lee (101)\nQueue: Sales" in bodies
    assert "Outbound call, connected" in bodies
    assert "Called by: Bo Ray (102)" in bodies


def test_an_unreachable_crm_keeps_everything_pending(lake: Lake, crm: HighLevel) -> None:
    add_call(lake, 1)
    address = Server(crm.app).reserve()
    result = run(lake, address)
    assert result.errors[0].code == "unreachable"
    assert states(lake) == {"pbx:1 call": "pending"}


def test_two_deliveries_to_one_crm_never_run_at_once(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    crm.faults.add("search/duplicate", delay_seconds=0.3)
    client = account(address)

    async def both() -> list[DeliveryResult]:
        one = deliver(lake, client, client.crm[0], open_recording)
        two = deliver(lake, client, client.crm[0], open_recording)
        return list(await asyncio.gather(one, two))

    results = asyncio.run(both())
    assert sorted(result.ok for result in results) == [False, True]
    assert "another delivery" in str(next(result for result in results if not result.ok).errors[0])
    assert len(crm.messages) == 1


def test_no_token_and_no_full_number_is_logged(
    lake: Lake, address: str, crm: HighLevel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="trunkline")
    add_call(lake, 1)
    said = {"message": f"the phone {JANE} of Bearer {TOKEN} is wrong"}
    crm.faults.add("messages/inbound", status=500, body=said)
    run(lake, address)
    crm.faults.add("search/duplicate", status=401, body=said)
    run(lake, address)
    assert caplog.text
    ledger_text = str(ledger(lake))
    for text in (caplog.text, ledger_text):
        assert TOKEN not in text
        assert JANE not in text
        assert JANE[1:] not in text


KILLED = """
    import asyncio, sys
    from pathlib import Path
    sys.path[:0] = [sys.argv[3], str(Path(sys.argv[3]).parent)]
    import test_deliver
    from trunkline.store.lake import Lake
    client = test_deliver.account(sys.argv[2])
    asyncio.run(test_deliver.deliver(Lake(Path(sys.argv[1])), client, client.crm[0], test_deliver.open_recording))
"""


@pytest.mark.parametrize("after_messages", [0, 3, 7])
def test_a_killed_process_leaves_each_call_once(lake: Lake, address: str, crm: HighLevel, after_messages: int) -> None:
    for number in range(1, 13):
        add_call(lake, number, external_number=(JANE, OMAR)[number % 2])
    crm.faults.add("POST", delay_seconds=0.03, times=1000)
    script = textwrap.dedent(KILLED)
    folder = str(Path(__file__).parent)
    with subprocess.Popen([sys.executable, "-c", script, str(lake.path), address, folder]) as process:
        deadline = time.monotonic() + 60
        while len(crm.messages) <= after_messages and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
    crm.faults.clear()
    assert len(crm.messages) < 12
    assert {row[2] for row in ledger(lake)} == {"pending"}
    assert run(lake, address).ok
    assert sorted(message["altId"] for message in crm.messages) == sorted(f"pbx:{number}" for number in range(1, 13))
    assert len(crm.notes) == 12
    assert set(states(lake).values()) == {"delivered"}


def test_an_interrupted_run_keeps_what_it_knows(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in range(1, 5):
        add_call(lake, number)
    client = account(address)

    async def interrupted() -> None:
        crm.faults.add("POST", delay_seconds=0.05, times=1000)
        task = asyncio.create_task(deliver(lake, client, client.crm[0], open_recording))
        while len(crm.messages) < 2:  # noqa: ASYNC110 — the server lives in another thread
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    crm.faults.clear()
    attempts = {row[0]: row[5] for row in ledger(lake) if row[1] == "call"}
    assert (attempts["pbx:1"], attempts["pbx:4"]) == (1, 0)
    assert states(lake)["pbx:1 call"] == "delivered"
    assert run(lake, address).ok
    assert sorted(message["altId"] for message in crm.messages) == ["pbx:1", "pbx:2", "pbx:3", "pbx:4"]
    assert len(crm.notes) == 4


def test_a_contact_that_was_deleted_is_looked_up_again(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    assert run(lake, address).ok
    del crm.contacts[crm.contact_of(JANE)["id"]]  # type: ignore[index]
    crm.conversations.clear()
    add_call(lake, 2)
    assert not run(lake, address).ok
    crm.add_contact(JANE, "Jane again")
    assert run(lake, address).ok
    assert [one["altId"] for one in crm.messages] == ["pbx:1", "pbx:2"]
    assert crm.messages[1]["contactId"] == crm.contact_of(JANE)["id"]  # type: ignore[index]


def test_a_known_contact_is_not_asked_for_again_for_a_day(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    run(lake, address)
    add_call(lake, 2)
    run(lake, address)
    assert len(sent(crm, "search/duplicate")) == 1
    add_call(lake, 3)
    run(lake, address, at=NOW + dt.timedelta(days=1))
    assert len(sent(crm, "search/duplicate")) == 2


def test_facts_that_changed_are_told_anew_and_what_is_the_same_is_not(lake: Lake, address: str, crm: HighLevel) -> None:
    for number in (1, 2):
        add_call(lake, number, loaded_at=NOW)
    run(lake, address)
    with lake.write() as connection:
        connection.execute("UPDATE calls SET loaded_at = ?", [NOW + dt.timedelta(minutes=5)])
        connection.execute("UPDATE calls SET talk_seconds = 260 WHERE call_id = 'pbx:1'")
    crm.requests.clear()
    assert run(lake, address).counts == {"delivered": 1}
    assert [seen.method for seen in crm.requests] == ["PUT"]
    assert ["Talked: 4 min 20 s" in note["body"] for note in crm.notes] == [True, False]
    crm.requests.clear()
    run(lake, address)
    assert crm.requests == []


def test_what_is_left_out_is_not_told(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1, queue="Sales", external_name="Jane Doe")
    run(lake, address, crm={"leave_out": ["queue", "wait", "did"], "recordings": "none"})
    assert crm.messages[0]["call"] == {"from": JANE, "status": "completed"}
    assert crm.notes[0]["body"].splitlines()[2:] == ["Talked: 3 min 20 s", "[trunkline pbx:1]"]


def test_without_a_provider_calls_are_notes(lake: Lake, address: str, crm: HighLevel) -> None:
    add_call(lake, 1)
    crm.faults.add("POST /contacts/.*/notes", drop_after_commit=True)
    assert not run(lake, address, crm={"provider_id": None}).ok
    assert run(lake, address, crm={"provider_id": None}).ok
    assert (len(crm.messages), len(crm.notes)) == (0, 1)
    assert states(lake) == {"pbx:1 call": "delivered"}


def test_a_call_that_was_told_does_not_become_one_of_an_unknown_caller(
    lake: Lake, address: str, crm: HighLevel
) -> None:
    add_call(lake, 1, loaded_at=NOW)
    notes_only = {"provider_id": None}
    assert run(lake, address, crm=notes_only).ok
    crm.contacts.clear()
    with lake.write() as connection:
        connection.execute("UPDATE calls SET talk_seconds = 9, loaded_at = ?", [NOW + dt.timedelta(days=1)])
    run(lake, address, at=NOW + dt.timedelta(days=2), crm=notes_only)
    [(_call, _kind, state, reason, remote_id, _attempts)] = ledger(lake)
    assert (state, reason, remote_id) == ("failed", "no contact has this number any more", crm.notes[0]["id"])
