"""Calls go to a Salesforce org through the engine: each once, with every field right (CRM reference §2.3)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from lake_rows import call_row, insert

from trunkline.config import Account
from trunkline.simulator.crm.salesforce import Salesforce
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, STRANGER = "+61412345678", "+61423456789", "+61434567890"
DID, KEY = "+61882345678", "Trunkline_Call_Id__c"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
UPSERT = "PATCH .*/composite/sobjects/Task"


@pytest.fixture
def crm() -> Salesforce:
    return Salesforce({JANE: "Jane", OMAR: "Omar"})


@pytest.fixture
def address(crm: Salesforce, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("SF_SECRET", crm.client_secret)
    with Server(crm.app) as server:
        yield server.url


@pytest.fixture
def lake(new_lake: Lake) -> Lake:
    return new_lake


def account(address: str, crm: Salesforce, **more: Any) -> Account:
    table = {"id": "acme-sf", "kind": "salesforce", "login_url": address, "client_id": crm.client_id}
    return Account.model_validate(
        {
            "id": "acme",
            "name": "Acme",
            "timezone": "Australia/Adelaide",
            "country": "AU",
            "crm": [{**table, "client_secret": "env:SF_SECRET", **more}],
        }
    )


def call(number: int, **more: Any) -> dict[str, Any]:
    return call_row(number, **{"talk_seconds": 200.4, "loaded_at": NOW, **more})


def recording(number: int, **more: Any) -> dict[str, Any]:
    """A stored recording of the first call."""
    head = {"recording_id": f"pbx:r{number}", "call_id": "pbx:1", "account_id": "acme", "pbx_id": "pbx"}
    kept = {"state": "stored", "path": f"acme/{number}.wav", "bytes": 4, "sha256": "abc", "media_type": "audio/wav"}
    return {**head, **kept, **more}


async def open_recording(path: str) -> bytes:
    return b"RIFF" + path.encode()


def run(
    lake: Lake, address: str, crm: Salesforce, *, table: dict[str, Any] | None = None, **more: Any
) -> DeliveryResult:
    client = account(address, crm, **(table or {}))
    return asyncio.run(deliver(lake, client, client.crm[0], open_recording, **{"clock": lambda: NOW, **more}))


def states(lake: Lake) -> dict[str, str]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id, kind, state FROM activities").fetchall()
    return {f"{call_id} {kind}": state for call_id, kind, state in rows}


def asked(crm: Salesforce, part: str) -> list[Any]:
    return [seen for seen in crm.requests if part in f"{seen.method} {seen.path}"]


def test_a_call_is_a_completed_task_on_its_contact(lake: Lake, address: str, crm: Salesforce) -> None:
    insert(lake, "calls", call(1))
    result = run(lake, address, crm)
    assert (result.ok, result.counts) == (True, {"delivered": 1})
    [task] = crm.tasks
    jane = next(iter(crm.org.rows["Contact"]))
    assert {name: value for name, value in task.items() if name not in {"Id", "CreatedDate"}} == {
        KEY: "pbx:1",
        "Subject": "Inbound call, answered",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "Priority": "Normal",
        "WhoId": jane,
        "CallObject": "pbx:1",
        "CallType": "Inbound",
        "CallDurationInSeconds": 200,
        "CallDisposition": "answered",
        "ActivityDate": "2026-11-17",
        "Description": (
            "Inbound call, answered\nStarted: Tue 17 Nov 2026, 11:31:03 (Australia/Adelaide)\n"
            f"Our number: {DID}\nWaited: 12 s\nTalked: 3 min 20 s\n[trunkline pbx:1]"
        ),
    }
    [logged] = crm.logged()
    assert (logged.key, logged.number, logged.direction, logged.is_spoken) == ("pbx:1", JANE, "inbound", True)
    crm.requests.clear()
    assert run(lake, address, crm).ok
    assert crm.requests == []


def test_direction_duration_result_and_local_date(lake: Lake, address: str, crm: Salesforce) -> None:
    cases: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
        ("2026-11-17T01:00:00Z", {"outcome": "missed", "miss_reason": "busy"}, ("Inbound", 0, "missed: busy")),
        ("2026-11-17T02:00:00Z", {"outcome": "missed", "miss_reason": None}, ("Inbound", 0, "missed")),
        ("2026-11-17T03:00:00Z", {"direction": "outbound", "outcome": "connected"}, ("Outbound", 200, "connected")),
        (
            "2026-11-17T04:00:00Z",
            {"direction": "outbound", "outcome": "not_connected"},
            ("Outbound", 0, "not connected"),
        ),
    ]
    # In Adelaide clocks go from +09:30 to +10:30 at 2 h on 4 October 2026, and back on 5 April.
    dates = {
        "2026-10-03T14:29:59Z": "2026-10-03",
        "2026-10-03T14:30:00Z": "2026-10-04",
        "2026-10-04T13:29:59Z": "2026-10-04",
        "2026-10-04T13:30:00Z": "2026-10-05",
        "2026-04-04T13:30:00Z": "2026-04-05",
        "2026-04-05T14:29:59Z": "2026-04-05",
        "2026-04-05T14:30:00Z": "2026-04-06",
    }
    told = [(at, more) for at, more, _want in cases] + [(at, {}) for at in dates]
    insert(lake, "calls", *(call(n, **{**more, "started_at": at}) for n, (at, more) in enumerate(told)))
    assert run(lake, address, crm).ok
    tasks = {task[KEY]: task for task in crm.tasks}
    fields = ("CallType", "CallDurationInSeconds", "CallDisposition")
    assert [tuple(tasks[f"pbx:{n}"][one] for one in fields) for n in range(len(cases))] == [want for *_, want in cases]
    got = [tasks[f"pbx:{n}"]["ActivityDate"] for n in range(len(cases), len(told))]
    assert got == list(dates.values())
    assert "Sun 05 Apr 2026, 00:00:00" in tasks[f"pbx:{len(cases) + 4}"]["Description"]
    assert len(asked(crm, "PATCH")) == 1


@pytest.mark.usefixtures("impatient")
def test_after_a_lost_answer_each_call_is_there_once_and_what_a_person_wrote_stays(
    lake: Lake, address: str, crm: Salesforce
) -> None:
    insert(lake, "calls", call(1), call(2))
    crm.faults.add(UPSERT, drop_after_commit=True)
    crm.faults.add(UPSERT, drop_before_commit=True, times=9)
    assert not run(lake, address, crm).ok
    assert set(states(lake).values()) == {"pending"}
    crm.tasks[0]["Subject"] = "Jane about the invoice"
    crm.faults.clear()
    assert run(lake, address, crm).ok
    assert [(task[KEY], task["Subject"]) for task in crm.tasks] == [
        ("pbx:1", "Jane about the invoice"),
        ("pbx:2", "Inbound call, answered"),
    ]


def test_each_call_of_a_batch_is_settled_by_its_own_result(
    lake: Lake, address: str, crm: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.adapters.crm.salesforce_rest.LOCK_WAITS_SECONDS", (0.01, 0.01))
    insert(lake, "calls", *(call(number) for number in range(1, 5)), call(5, external_number=OMAR))
    crm.org.refuse["pbx:2"] = "Calls need an account"
    crm.org.locked.update({"pbx:3": 2, "pbx:4": 3})
    run(lake, address, crm)
    assert states(lake) == {
        "pbx:1 call": "delivered",
        "pbx:2 call": "failed",
        "pbx:3 call": "delivered",
        "pbx:4 call": "pending",
        "pbx:5 call": "delivered",
    }
    crm.org.refuse.clear()
    crm.org.delete("Contact", next(iter(crm.org.rows["Contact"])))
    other = crm.org.add("Contact", LastName="Jane again", Phone="0412 345 678")
    for _ in range(2):  # the contact that was remembered is gone, and is looked up again
        run(lake, address, crm, retry_failed=True)
    assert set(states(lake).values()) == {"delivered"}
    owners = {task[KEY]: task["WhoId"] for task in crm.tasks}
    assert owners["pbx:2"] == owners["pbx:4"] == other["Id"]
    assert len(owners) == len(crm.tasks) == 5


def test_the_limit_of_the_day_stops_the_run(lake: Lake, address: str, crm: Salesforce) -> None:
    insert(lake, "calls", call(1), call(2, external_number=OMAR))
    crm.limit.most = 3  # the sign-in and a search for each number: nothing is left to log with
    [error] = run(lake, address, crm).errors
    assert error.code == "rate_limit"
    assert (set(states(lake).values()), crm.tasks, crm.limit.refused) == ({"pending"}, [], 1)


def test_changed_facts_are_told_and_what_people_wrote_stays(lake: Lake, address: str, crm: Salesforce) -> None:
    outbound = {"direction": "outbound", "outcome": "connected"}
    insert(lake, "calls", call(1, outcome="missed", miss_reason="no_answer"), call(2, **outbound), call(3))
    run(lake, address, crm)
    ann = crm.org.add("Contact", LastName="Ann")["Id"]
    for task in crm.tasks[:2]:
        task["Description"] = f"Wants a quote\r\n{task['Description']}\r\nSent on Monday"
        task["WhoId"] = ann
    crm.tasks[1]["Subject"] = "Outbound call"
    crm.tasks[1]["CallDisposition"] = "connected, sold"
    crm.tasks[2] |= {"Description": "All mine", "Subject": "Quote", "CallDisposition": "sold"}
    with lake.write() as connection:
        connection.execute("DELETE FROM calls")
    later = {"talk_seconds": 61.0, "loaded_at": NOW + dt.timedelta(minutes=5)}
    insert(lake, "calls", call(1, **later), call(2, **outbound, **later), call(3, **later))
    assert run(lake, address, crm).ok
    first, second, third = crm.tasks
    words = [(one["Subject"], one["CallDisposition"], one["CallDurationInSeconds"]) for one in crm.tasks]
    assert words == [
        ("Inbound call, answered", "answered", 61),
        ("Outbound call", "connected, sold", 61),
        ("Quote", "sold", 61),
    ]
    assert third["Description"] == "All mine"
    heads = ((first, "Inbound call, answered"), (second, "Outbound call, connected"))
    for number, (task, head) in enumerate(heads, start=1):
        lines = task["Description"].splitlines()
        assert lines[:2] == ["Wants a quote", head]
        assert lines[-3:] == ["Talked: 1 min 1 s", f"[trunkline pbx:{number}]", "Sent on Monday"]
        assert task["Description"].count(" call, ") == 1
        assert task["WhoId"] == ann


def test_recordings_and_the_transcript_are_there_once(lake: Lake, address: str, crm: Salesforce) -> None:
    insert(lake, "calls", call(1))
    insert(lake, "recordings", recording(1, transcript="Hello, it is Jane"), recording(2))
    crm.faults.add("POST .*/sobjects/ContentVersion", drop_after_commit=True)
    assert not run(lake, address, crm).ok
    [version] = crm.org.rows["ContentVersion"].values()
    version["Title"] = "Renamed by a person"
    assert run(lake, address, crm).ok
    assert sorted(crm.org.files.values()) == [b"RIFFacme/1.wav", b"RIFFacme/2.wav"]
    second = list(crm.org.rows["ContentVersion"].values())[1]
    assert (second["Title"], second["PathOnClient"]) == ("2026-11-17 11.31 call-2", "call-2.wav")
    [logged] = crm.logged()
    assert logged.recordings == 2
    assert logged.text.endswith("[trunkline pbx:1]\n\nWhat was said:\nHello, it is Jane\n[trunkline pbx:1 transcript]")
