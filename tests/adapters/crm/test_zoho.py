"""Zoho CRM through the real engine: each call once, every field right, what people wrote kept."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trunkline.adapters.crm import zoho_words as words
from trunkline.adapters.crm.base import AnswerLost, DeletedThere, Recording, Task
from trunkline.adapters.crm.contacts import chosen
from trunkline.adapters.crm.zoho import Adapter
from trunkline.config import Account
from trunkline.crms import Zoho as Table
from trunkline.delivery import Listed
from trunkline.entries import CallFacts, Entry
from trunkline.errors import RemoteError, Unreachable
from trunkline.simulator.crm.site import TaskThere
from trunkline.simulator.crm.zoho import Zoho
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, LEA = "+61412345678", "+61423456789", "+61434567890"
STRANGER, DID = "+61455678901", "+61882345678"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
KEY = "Trunkline_Call_Id"
ZONE = "Australia/Adelaide"
Run = Callable[..., DeliveryResult]
Use = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def crm() -> Zoho:
    return Zoho({JANE: "Jane", OMAR: "Omar"}, leads={LEA: "Lea"})


@pytest.fixture
def lake(new_lake: Lake) -> Lake:
    return new_lake


@pytest.fixture
def table(crm: Zoho, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The CRM's table in the config."""
    with Server(crm.app) as server:
        settings = crm.settings(server.url)
        for key in ("client_secret", "refresh_token"):
            monkeypatch.setenv(f"ZOHO_{key}", settings[key])
            settings[key] = f"env:ZOHO_{key}"
        yield {"id": "acme-zoho", "kind": "zoho", **settings}


@pytest.fixture
def run(table: dict[str, Any], lake: Lake) -> Run:
    """Delivers what is outstanding, a run of its own each time."""

    def go(at: dt.datetime = NOW, link_to: Any = None, **more: Any) -> DeliveryResult:
        head = {"id": "acme", "name": "Acme", "timezone": ZONE, "country": "AU"}
        client = Account.model_validate({**head, "crm": [{**table, **more}]})
        return asyncio.run(deliver(lake, client, client.crm[0], open_recording, link_to=link_to, clock=lambda: at))

    return go


@pytest.fixture
def use(table: dict[str, Any], tmp_path: Path) -> Use:
    """What a function does with an adapter of its own."""

    def go(what: Callable[[Adapter], Awaitable[Any]], **more: Any) -> Any:
        async def connected() -> Any:
            adapter = Adapter(Table.model_validate({**table, **more}), tmp_path / "state")
            try:
                return await what(adapter)
            finally:
                await adapter.aclose()

        return asyncio.run(connected())

    return go


async def open_recording(path: str) -> bytes:
    return b"RIFF" + path.encode()


def insert(lake: Lake, table: str, **row: Any) -> None:
    with lake.write() as connection:
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})"  # noqa: S608
        connection.execute(sql, list(row.values()))


def add_call(lake: Lake, number: int, **more: Any) -> str:
    """One inbound answered call of Jane's, a minute after the one before."""
    row = {
        "call_id": f"pbx:{number}",
        "account_id": "acme",
        "pbx_id": "pbx",
        "started_at": dt.datetime(2026, 11, 17, 1, number, 3, tzinfo=dt.UTC),
        "loaded_at": NOW,
        "direction": "inbound",
        "outcome": "answered",
        "external_number": JANE,
        "did": DID,
        "wait_seconds": 12.0,
        "talk_seconds": 200.0,
        **more,
    }
    insert(lake, "calls", **row)
    return str(row["call_id"])


def add_recording(lake: Lake, call_id: str, native: int, **more: Any) -> None:
    row = {
        "recording_id": f"pbx:r{native}",
        "call_id": call_id,
        "account_id": "acme",
        "pbx_id": "pbx",
        "state": "stored",
        "path": f"acme/{native}.wav",
        "bytes": 40,
        "sha256": "abc",
        "media_type": "audio/wav",
    }
    insert(lake, "recordings", **row, **more)


def states(lake: Lake) -> dict[str, str]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id, kind, state FROM activities ORDER BY ALL").fetchall()
    return {f"{call_id} {kind}": state for call_id, kind, state in rows}


def calls(crm: Zoho) -> list[dict[str, Any]]:
    return sorted(crm.records["Calls"].values(), key=lambda call: str(call[KEY]))


def sent(crm: Zoho, what: str) -> list[Any]:
    return [seen for seen in crm.requests if what in f"{seen.method} {seen.path}"]


def test_every_field_of_every_kind_of_call(lake: Lake, run: Run, crm: Zoho) -> None:
    add_call(lake, 1, queue="Sales")
    add_call(lake, 2, outcome="missed", miss_reason="queue_abandoned", talk_seconds=None)
    add_call(lake, 3, direction="outbound", outcome="connected", external_number=OMAR, talk_seconds=3723.4)
    add_call(lake, 4, direction="outbound", outcome="not_connected", external_number=LEA, talk_seconds=None)
    assert run().ok
    jane, omar = (one["id"] for one in crm.records["Contacts"].values())
    (lea,) = crm.records["Leads"]
    answered, missed, outbound, unanswered = calls(crm)
    del answered["id"]
    assert answered == {
        "Subject": "Inbound call, answered",
        "Call_Type": "Inbound",
        "Call_Start_Time": "2026-11-17T11:31:03+10:30",
        "Call_Duration": "03:20",
        "Caller_ID": JANE,
        "Description": (
            "Inbound call, answered\nStarted: Tue 17 Nov 2026, 11:31:03 (Australia/Adelaide)\nQueue: Sales\n"
            f"Our number: {DID}\nWaited: 12 s\nTalked: 3 min 20 s\n[trunkline pbx:1]"
        ),
        KEY: "pbx:1",
        "Who_Id": {"id": jane},
    }
    assert (missed["Call_Type"], missed.get("Call_Duration"), missed["Who_Id"]) == ("Missed", None, {"id": jane})
    assert "the caller hung up while waiting in the queue" in missed["Description"]
    assert (outbound["Call_Type"], outbound["Call_Duration"], outbound["Dialled_Number"]) == ("Outbound", "62:03", OMAR)
    assert (outbound["Who_Id"], outbound.get("Caller_ID")) == ({"id": omar}, None)
    assert (unanswered["Call_Duration"], unanswered["Subject"]) == ("00:00", "Outbound call, not connected")
    assert (unanswered["What_Id"], unanswered["$se_module"], unanswered.get("Who_Id")) == ({"id": lea}, "Leads", None)
    assert [seen.status for seen in sent(crm, "POST /crm/v8/Calls")] == [201], "all in one request"


def test_the_offset_is_the_zones_on_both_sides_of_a_change() -> None:
    change = dt.datetime(2026, 10, 3, 16, 30, tzinfo=dt.UTC)  # in Adelaide 02:00 became 03:00
    moments = (change - dt.timedelta(seconds=1), change)
    calls = [Entry(CallFacts("pbx:1", at, "inbound", "answered"), ZONE) for at in moments]
    told = [words.new_call(call, KEY)["Call_Start_Time"] for call in calls]
    assert told == ["2026-10-04T01:59:59+09:30", "2026-10-04T03:00:00+10:30"]


@pytest.mark.parametrize(
    ("fault", "is_unique"), [("drop_after_commit", True), ("drop_after_commit", False), ("drop_before_commit", False)]
)
def test_a_lost_answer_is_not_doubled(lake: Lake, run: Run, crm: Zoho, fault: str, is_unique: bool) -> None:
    crm.schema.modules["Calls"][KEY].is_unique = is_unique
    for number in (1, 2, 3):
        add_call(lake, number)
    crm.faults.add("POST /crm/v8/Calls$", **{fault: True})  # type: ignore[arg-type]
    assert not run().ok
    assert run().ok
    assert [call[KEY] for call in calls(crm)] == ["pbx:1", "pbx:2", "pbx:3"]
    assert set(states(lake).values()) == {"delivered"}
    with lake.read() as connection:
        ids = connection.execute("SELECT remote_id FROM activities ORDER BY call_id").fetchall()
    assert ids == [(call["id"],) for call in calls(crm)]


def test_a_call_that_is_there_already_is_done(use: Use, crm: Zoho) -> None:
    entry = Entry(CallFacts("pbx:1", NOW, "inbound", "answered"), ZONE)
    for told, done in (({"duplicate_record": {"id": "42"}}, "42"), ({"id": "42"}, "42"), ({}, None)):
        details = {"api_name": KEY, **told}
        row = {"code": "DUPLICATE_DATA", "details": details, "message": "duplicate data", "status": "error"}
        crm.faults.add("POST /crm/v8/Calls$", status=202, body={"data": [row]})
        (result,) = use(lambda adapter: adapter.log_calls([entry]))
        assert result == done or (done is None and isinstance(result, AnswerLost)), (
            "one whose id is not told is looked up"
        )


def test_each_call_of_a_request_is_settled_by_its_own_result(lake: Lake, run: Run, crm: Zoho) -> None:
    add_call(lake, 1)
    add_call(lake, 2, queue="x" * 32_000)
    add_call(lake, 3, call_id="pbx:" + "9" * 300)
    result = run()
    assert [seen.status for seen in sent(crm, "POST /crm/v8/Calls")] == [207]
    assert result.counts == {"delivered": 2, "failed": 1}
    with lake.read() as connection:
        (reason,) = connection.execute("SELECT reason FROM activities WHERE state = 'failed'").fetchone() or ()
    assert reason == f"refused it: INVALID_DATA invalid data {KEY}"
    assert len(calls(crm)[1]["Description"]) == 32_000


def test_a_contact_that_was_deleted_is_looked_up_again(lake: Lake, run: Run, crm: Zoho) -> None:
    add_call(lake, 1, external_number=LEA)
    assert run().ok
    crm.records["Leads"].clear()  # converted
    crm.add("Contacts", {"Last_Name": "Lea", "Phone": "0434 567 890"})
    add_call(lake, 2, external_number=LEA)
    assert not run().ok
    assert run().ok
    assert (calls(crm)[0].get("Who_Id"), calls(crm)[1]["Who_Id"]) == (None, {"id": list(crm.records["Contacts"])[-1]})


def test_what_changed_is_told_anew_and_what_people_wrote_stays(lake: Lake, run: Run, crm: Zoho) -> None:
    add_call(lake, 1)
    add_call(lake, 2, outcome="missed", miss_reason="no_answer", talk_seconds=None)
    run()
    first, second = calls(crm)
    first["Description"] = f"Ask for her order.\n{first['Description']}\nShe will call again."
    first["Call_Result"] = "Interested"
    with lake.write() as connection:
        connection.execute("UPDATE calls SET loaded_at = ?, talk_seconds = 260", [NOW + dt.timedelta(minutes=5)])
        connection.execute("UPDATE calls SET outcome = 'answered', miss_reason = NULL WHERE call_id = 'pbx:2'")
    crm.requests.clear()
    assert run(NOW + dt.timedelta(minutes=10)).counts == {"delivered": 2}
    assert first["Call_Duration"] == "04:20"
    assert first["Description"].startswith("Ask for her order.\nInbound call, answered\n")
    assert "Talked: 4 min 20 s" in first["Description"]
    assert first["Description"].endswith("[trunkline pbx:1]\nShe will call again.")
    assert first["Call_Result"] == "Interested"
    # Zoho lets nobody change the type; subject and text say what is right.
    assert (second["Call_Type"], second["Subject"]) == ("Missed", "Inbound call, answered")
    assert second["Description"].startswith("Inbound call, answered\n")
    changed = [seen.json["data"][0].keys() for seen in sent(crm, "PUT")]
    assert sorted(map(sorted, changed)) == [["Call_Duration", "Description"], ["Description", "Subject"]]


def test_a_text_whose_our_part_is_gone_is_left_alone(use: Use, crm: Zoho) -> None:
    entry, call = logged(use, crm)
    call["Subject"], call["Description"] = "Order 7", "Wants 20 boxes"
    longer = replace(entry, call=replace(entry.call, talk_seconds=260.0))
    assert use(lambda adapter: adapter.update_call(call["id"], longer)) == call["id"]
    assert (call["Subject"], call["Description"], call["Call_Duration"]) == ("Order 7", "Wants 20 boxes", "04:20")


def test_a_call_that_people_deleted_stays_deleted(use: Use, crm: Zoho) -> None:
    entry, call = logged(use, crm)
    crm.records["Calls"].clear()

    async def change(adapter: Adapter) -> None:
        for doing in (
            adapter.update_call(call["id"], entry),
            adapter.add_transcript(call["id"], entry, "Good morning"),
            adapter.add_recordings(call["id"], entry, [Recording("call-1.wav", "audio/wav", b"RIFF")]),
        ):
            with pytest.raises(DeletedThere):
                await doing

    use(change)
    assert (crm.records["Calls"], crm.attachments) == ({}, {})


def test_recordings_are_attached_once_though_an_answer_is_lost(lake: Lake, run: Run, crm: Zoho) -> None:
    call_id = add_call(lake, 1)
    add_recording(lake, call_id, 1)
    add_recording(lake, call_id, 2)
    crm.faults.add("POST .*/Attachments", drop_after_commit=True)
    assert not run().ok
    assert run().ok
    ((_, there),) = crm.attachments.items()
    assert [one["content"] for one in there] == [b"RIFFacme/1.wav", b"RIFFacme/2.wav"]
    assert [one["File_Name"][:7] for one in there] == ["call-1-", "call-2-"]
    assert states(lake)["pbx:1 recording"] == "delivered"


def test_links_are_attached_once_though_each_is_signed_anew(use: Use, crm: Zoho) -> None:
    entry, call = logged(use, crm)
    crm.faults.add("POST .*/Attachments", drop_after_commit=True)

    async def twice(adapter: Adapter) -> None:
        for turn in (0, 1):
            link = Recording("call-1.wav", "audio/wav", url=f"https://play.example/r/1?{turn}")
            with contextlib.nullcontext() if turn else pytest.raises(RemoteError):
                await adapter.add_recordings(call["id"], entry, [link])

    use(twice)
    there = [(one["File_Name"], one["$link_url"]) for one in crm.attachments[call["id"]]]
    assert there == [("call-1.wav", "https://play.example/r/1?0")]


@pytest.mark.parametrize("text", ["Good morning", "long " * 8000])
def test_a_transcript_is_there_once(use: Use, crm: Zoho, text: str) -> None:
    entry, call = logged(use, crm)
    crm.faults.add("POST .*/Attachments", drop_after_commit=True)

    async def thrice(adapter: Adapter) -> None:
        for _ in range(3):
            with contextlib.suppress(Unreachable):
                await adapter.add_transcript(call["id"], entry, text)

    use(thrice)
    is_short = len(text) < 1000
    said = f"\n\nWhat was said:\n{text}\n[trunkline pbx:1 transcript]" if is_short else ""
    assert call["Description"] == entry.text + said
    files = [(one["File_Name"], one["content"].decode().strip()) for one in crm.attachments.get(call["id"], [])]
    assert files == ([] if is_short else [("what-was-said.txt", text.strip())])


def logged(use: Use, crm: Zoho) -> tuple[Entry, dict[str, Any]]:
    facts = CallFacts("pbx:1", NOW, "inbound", "answered", external_number=JANE)
    entry = Entry(facts, ZONE, next(iter(crm.records["Contacts"])))
    use(lambda adapter: adapter.log_calls([entry]))
    return entry, next(iter(crm.records["Calls"].values()))


@pytest.mark.parametrize("number", [JANE, LEA])
def test_a_task_is_made_and_closed_once(use: Use, crm: Zoho, number: str) -> None:
    due_at = dt.datetime(2026, 11, 17, 15, 0, tzinfo=dt.UTC)  # the 18th in Adelaide

    async def made(adapter: Adapter) -> str:
        (person,) = await adapter.find_contacts(number)
        title = f"Call back {number}: a missed call"
        task = Task("acme/pbx:1", person.contact_id, title, "First missed: …", due_at, number, ZONE)
        other = Task("acme/pbx:11", person.contact_id, title, "First missed: …", due_at, number, ZONE)
        assert await adapter.find_task(task) is None
        crm.faults.add("POST /crm/v8/Tasks", drop_after_commit=True)
        with pytest.raises(RemoteError):
            await adapter.write_task(task)
        (task_id,) = crm.records["Tasks"]
        assert (await adapter.find_task(task), await adapter.find_task(other)) == (task_id, None)
        assert crm.tasks_there() == [TaskThere(number, title, "First missed: …\n[trunkline acme/pbx:1]", False)]
        for _ in range(2):
            await adapter.close_task(task_id, task)
        crm.records["Tasks"].clear()
        with pytest.raises(DeletedThere):
            await adapter.close_task(task_id, task)
        return task_id

    kept = crm.records["Tasks"]
    assert use(made)
    assert kept == {}


def test_429_is_obeyed_and_what_is_left_waits(lake: Lake, run: Run, crm: Zoho) -> None:
    add_call(lake, 1)
    crm.faults.add("POST /crm/v8/Calls", status=429, body=crm.app.too_many()[1], times=2)
    assert run().ok
    add_call(lake, 2)
    crm.faults.add("POST /crm/v8/Calls", status=429, body=crm.app.too_many()[1], times=9)
    assert run().errors[0].code == "rate_limit"
    assert states(lake)["pbx:2 call"] == "pending"


def test_a_number_is_found_however_it_is_written(use: Use, crm: Zoho) -> None:
    async def look(adapter: Adapter) -> list[str | None]:
        return [chosen(await adapter.find_contacts(STRANGER), STRANGER, "AU")[0]]

    assert use(look) == [None]
    for written in ("+61 455 678 901", "0455678901", "0455 678 901", "(0455) 678-901"):
        for module, prefix in (("Leads", "Leads/"), ("Contacts", "")):
            person = crm.add(module, {"Last_Name": "Sam", "Mobile": written})
            assert use(look) == [f"{prefix}{person}"], written
        del crm.records["Contacts"][person]
        crm.records["Leads"].clear()


def test_several_contacts_with_a_number_in_different_spellings(use: Use, crm: Zoho) -> None:
    crm.add("Contacts", {"Last_Name": "Sam", "Phone": STRANGER, "Created_Time": "2025-01-01T00:00:00+10:30"})
    new = crm.add("Contacts", {"Last_Name": "Sam", "Phone": "0455678901", "Created_Time": "2026-01-01T00:00:00+10:30"})
    found = use(lambda adapter: adapter.find_contacts(STRANGER), several_contacts="newest")
    assert chosen(found, STRANGER, "AU", "newest")[0] == new
    assert len(use(lambda adapter: adapter.find_contacts(STRANGER))) == 1, "the first is enough"


def test_the_list_of_a_span_has_our_calls_alone(use: Use, crm: Zoho) -> None:
    def at(second: int) -> dict[str, str]:
        return {"Call_Type": "Missed", "Call_Start_Time": f"2026-11-17T11:30:{second:02}+10:30"}

    ids = [crm.add("Calls", {KEY: f"pbx:{second}", **at(second)}) for second in (1, 2, 3)]
    crm.add("Calls", at(2))
    since = dt.datetime(2026, 11, 17, 1, 0, 2, tzinfo=dt.UTC)
    listed = use(lambda adapter: adapter.list_calls(since, since + dt.timedelta(seconds=1)))
    assert listed == [Listed(ids[1], "pbx:2")]
    for second in range(2010):
        crm.add("Calls", {KEY: f"pbx:more{second}", **at(2)})
    crm.requests.clear()
    assert len(use(lambda adapter: adapter.list_calls(since, since + dt.timedelta(seconds=1)))) == 2011
    assert len(sent(crm, "/coql")) == 2


def test_a_call_id_with_a_quote_is_found(use: Use, crm: Zoho) -> None:
    facts = [CallFacts(f"pbx:o'{n}", NOW, "inbound", "answered", external_number=JANE) for n in range(60)]
    entries = [Entry(one, ZONE, next(iter(crm.records["Contacts"]))) for one in facts]
    ids = use(lambda adapter: adapter.log_calls(entries))
    assert use(lambda adapter: adapter.find_calls(entries)) == dict(
        zip([one.call_id for one in facts], ids, strict=True)
    )


def test_a_stranger_is_made_a_contact_once_though_the_index_lags(lake: Lake, run: Run, crm: Zoho) -> None:
    crm.index_lag_seconds = 60
    add_call(lake, 1, external_number=STRANGER, external_name="Sam Stranger")
    crm.faults.add("POST /crm/v8/Contacts", drop_after_commit=True)
    assert not run(unknown_callers="create").ok
    run(NOW + dt.timedelta(minutes=5), unknown_callers="create")
    assert len(crm.records["Contacts"]) == 3, "it waits until the index surely has it"
    crm.index_lag_seconds = 0
    assert run(NOW + dt.timedelta(minutes=15), unknown_callers="create").ok
    made = list(crm.records["Contacts"].values())[2:]
    assert [(one["Last_Name"], one["Phone"]) for one in made] == [("Sam Stranger", STRANGER)]
    assert "Made by trunkline" in made[0]["Description"]
    assert calls(crm)[0]["Who_Id"] == {"id": made[0]["id"]}


def test_without_the_key_field_nothing_is_logged(lake: Lake, run: Run, crm: Zoho) -> None:
    crm.schema.modules["Calls"].pop(KEY)
    crm.schema.ignores_unknown = True
    add_call(lake, 1)
    result = run()
    assert result.errors[0].code == "not_set_up"
    assert f"field {KEY}: calls do not have it — in Zoho: Setup, Customization" in str(result.errors[0])
    assert (crm.records["Calls"], states(lake)) == ({}, {"pbx:1 call": "pending"})
