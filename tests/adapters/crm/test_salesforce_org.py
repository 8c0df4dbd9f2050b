"""The Salesforce adapter alone: contacts, files, tasks, lists, the sign-in, `doctor` (CRM reference §2.3)."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trunkline.adapters.crm.base import DeletedThere, Finding, Recording, Task
from trunkline.adapters.crm.salesforce import Adapter
from trunkline.crms import Salesforce as Table
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadCredentials, Forbidden, RemoteError
from trunkline.simulator.crm.salesforce import Salesforce
from trunkline.simulator.serve import Server

JANE, STRANGER = "+61412345678", "+61434567890"
KEY = "Trunkline_Call_Id__c"
AT = dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC)
DUE_AT = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)  # the morning of the 18th in Adelaide
TASK = Task("acme:pbx:1", None, "Call back", "Twice", DUE_AT, JANE, "Australia/Adelaide")
Run = Callable[..., Any]


@pytest.fixture
def crm() -> Salesforce:
    return Salesforce({JANE: "Jane"}, page_size=2)


@pytest.fixture
def run(crm: Salesforce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Does something with an adapter of its own."""
    monkeypatch.setenv("SF_SECRET", crm.client_secret)
    with Server(crm.app) as server:

        def with_adapter(act: Callable[[Adapter], Awaitable[Any]], **more: Any) -> Any:
            async def whole() -> Any:
                fields = {"id": "sf", "kind": "salesforce", "login_url": server.url, "client_id": crm.client_id}
                adapter = Adapter(Table.model_validate({**fields, "client_secret": "env:SF_SECRET", **more}), tmp_path)
                try:
                    return await act(adapter)
                finally:
                    await adapter.aclose()

            return asyncio.run(whole())

        yield with_adapter


def entry(crm: Salesforce, number: int = 1, at: dt.datetime = AT) -> Entry:
    facts = CallFacts(f"pbx:{number}", at, "inbound", "answered", external_number=JANE, talk_seconds=61.0)
    return Entry(facts, "Australia/Adelaide", next(iter(crm.org.rows["Contact"])))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
def test_a_lost_answer_is_not_doubled(run: Run, crm: Salesforce, fault: str) -> None:
    entries = [entry(crm, number) for number in (1, 2)]
    crm.faults.add("PATCH", **{fault: True})  # type: ignore[arg-type]
    logged = run(lambda sf: sf.log_calls(entries))
    assert logged == [task["Id"] for task in crm.tasks]
    assert [(task[KEY], task["TaskSubtype"]) for task in crm.tasks] == [("pbx:1", "Call"), ("pbx:2", "Call")]
    assert run(lambda sf: sf.find_calls([*entries, entry(crm, 3)])) == dict(
        zip(("pbx:1", "pbx:2"), logged, strict=True)
    )


def test_a_session_that_ended_is_renewed_once(run: Run, crm: Salesforce) -> None:
    run(lambda sf: sf.log_calls([entry(crm)]))
    run(lambda sf: sf.find_contacts(JANE))
    assert crm.sign_ins == 1, "tokens are kept for the next run"
    crm.end_tokens()
    run(lambda sf: sf.log_calls([entry(crm, 2)]))
    assert (len(crm.tasks), crm.sign_ins) == (2, 2)
    assert [seen.status for seen in crm.requests][-3:] == [401, 200, 200]


def test_a_wrong_secret_is_told_with_its_mend(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SF_SECRET", "wrong")
    with pytest.raises(BadCredentials, match=r"invalid_client: invalid client credentials.*run-as user"):
        run(lambda sf: sf.check())


@pytest.mark.parametrize("gone", ["key", "field"])
def test_without_the_key_field_or_a_right_nothing_is_refused_for_good(run: Run, crm: Salesforce, gone: str) -> None:
    del crm.org.objects["Task"][KEY if gone == "key" else "CallType"]
    with pytest.raises(Forbidden, match="doctor"):
        run(lambda sf: sf.log_calls([entry(crm)]))


@pytest.mark.parametrize(
    "phone", ["+61412345678", "0412 345 678", "(0412) 345-678", "+61 (0)412 345 678", "0061412345678", "412345678"]
)
def test_finds_contacts_and_then_leads_by_any_phone_field(run: Run, crm: Salesforce, phone: str) -> None:
    lead = crm.org.add("Lead", LastName="Lee", Company="Acme", MobilePhone=phone, IsConverted=False)
    crm.org.add("Lead", LastName="Lee", Company="Acme", Phone=phone, IsConverted=True)
    crm.org.add("Contact", LastName="Other", Phone="0423 456 789")
    other = crm.org.add("Contact", LastName="Lou", Phone="0423 456 789", HomePhone=phone, CreatedDate="2026-02-03")
    found = run(lambda sf: sf.find_contacts(JANE))
    assert [one.contact_id for one in found] == [next(iter(crm.org.rows["Contact"])), other["Id"], lead["Id"]]
    assert [one.phones for one in found] == [(JANE,), ("0423 456 789", phone), (phone,)]
    assert found[1].created_at == "2026-02-03"


def test_a_contact_that_trunkline_makes_says_so_and_is_found(run: Run, crm: Salesforce) -> None:
    made = run(lambda sf: sf.create_contact(STRANGER, "Sam Stranger"))
    nameless = run(lambda sf: sf.create_contact("+61445678901", "101"))
    assert [one.contact_id for one in run(lambda sf: sf.find_contacts(STRANGER))] == [made]
    names = ("LastName", "Phone", "LeadSource")
    rows = [tuple(crm.org.rows["Contact"][one][name] for name in names) for one in (made, nameless)]
    assert rows == [("Sam Stranger", STRANGER, "trunkline"), ("+61445678901", "+61445678901", "trunkline")]
    crm.index_lag_seconds = 60.0
    assert run(lambda sf: sf.find_contacts(STRANGER)) == []


def test_a_call_that_was_deleted_there_stays_so(run: Run, crm: Salesforce) -> None:
    [remote_id] = run(lambda sf: sf.log_calls([entry(crm)]))
    crm.org.delete("Task", remote_id)
    with pytest.raises(DeletedThere):
        run(lambda sf: sf.update_call(remote_id, entry(crm)))
    with pytest.raises(DeletedThere):
        run(lambda sf: sf.add_transcript(remote_id, entry(crm), "Hello"))


def test_links_are_replaced_and_a_transcript_without_room_is_a_file(run: Run, crm: Salesforce) -> None:
    [remote_id] = run(lambda sf: sf.log_calls([entry(crm)]))
    for link in ("https://a/1", "https://a/2"):
        recordings = [Recording("call-1.wav", "audio/wav", url=link)]
        run(lambda sf, recordings=recordings: sf.add_recordings(remote_id, entry(crm), recordings))
    for _ in range(2):
        run(lambda sf: sf.add_transcript(remote_id, entry(crm), "word " * 7000))
    [task] = crm.tasks
    assert task["Description"].endswith(
        "[trunkline pbx:1]\n\nRecordings:\ncall-1.wav: https://a/2\n[trunkline pbx:1 recording]"
    )
    assert list(crm.org.files.values()) == [b"word " * 7000]
    assert crm.logged()[0].recordings == 1


def test_a_locked_record_is_tried_again(run: Run, crm: Salesforce, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.adapters.crm.salesforce_rest.LOCK_WAITS_SECONDS", (0.01, 0.01))
    [remote_id] = run(lambda sf: sf.log_calls([entry(crm)]))
    crm.org.locked[remote_id] = 2
    run(lambda sf: sf.update_call(remote_id, replace(entry(crm), timezone="UTC")))
    assert "01:02:03 (UTC)" in crm.tasks[0]["Description"]
    crm.org.locked[remote_id] = 3
    with pytest.raises(RemoteError, match="locked"):
        run(lambda sf: sf.update_call(remote_id, entry(crm)))


@pytest.mark.usefixtures("impatient")
def test_a_task_is_made_once_due_on_the_local_date_and_closed(run: Run, crm: Salesforce) -> None:
    task = replace(TASK, contact_id=next(iter(crm.org.rows["Contact"])))
    assert run(lambda sf: sf.find_task(task)) is None
    crm.faults.add("PATCH", drop_after_commit=True)
    made = run(lambda sf: sf.write_task(task))
    assert run(lambda sf: sf.find_task(task)) == made
    [row], [there] = crm.tasks, crm.tasks_there()
    assert (row["ActivityDate"], row["Status"]) == ("2026-11-18", "Not Started")
    assert (there.number, there.title, there.text, there.is_done) == (JANE, "Call back", "Twice", False)
    for _ in range(2):
        run(lambda sf: sf.close_task(made, task))
    assert [one.is_done for one in crm.tasks_there()] == [True]
    assert crm.logged() == []
    crm.org.delete("Task", made)
    with pytest.raises(DeletedThere):
        run(lambda sf: sf.close_task(made, task))


def test_lists_the_calls_of_a_span_page_after_page(run: Run, crm: Salesforce) -> None:
    days = [entry(crm, number, AT + dt.timedelta(days=number)) for number in range(7)]
    logged = run(lambda sf: sf.log_calls(days))
    run(lambda sf: sf.write_task(TASK))
    crm.org.add("Task", Subject="By hand", CallType="Inbound", ActivityDate="2026-11-19", Status="Completed")
    found = run(lambda sf: sf.list_calls(AT + dt.timedelta(days=1), AT + dt.timedelta(days=5)))
    assert [(one.remote_id, one.key) for one in found] == [(logged[n], f"pbx:{n}") for n in range(1, 6)]


def told(findings: list[Finding]) -> dict[str, tuple[str, str]]:
    return {one.what: (one.state, f"{one.message} — {one.mend}") for one in findings if one.state != "ok"}


def test_doctor_finds_nothing_wrong_with_a_good_org(run: Run, crm: Salesforce) -> None:
    found = run(lambda sf: sf.check(), unknown_callers="create")
    assert {one.what: one.state for one in found} == dict.fromkeys(
        [
            *("reachable and signed in", f"key field {KEY}", "task fields", "search contacts and leads"),
            *("make contacts", "upload files", "rate budget"),
        ],
        "ok",
    )
    assert found[-1].message == "99995 of 100000 requests left in these 24 hours"
    assert {seen.method for seen in crm.requests[1:]} == {"GET"}
    crm.limit.most = 8
    assert told(run(lambda sf: sf.check()))["rate budget"][0] == "warn"


@pytest.mark.parametrize(
    ("kind", "name", "change", "what", "words"),
    [
        ("Task", KEY, None, f"key field {KEY}", "no such field, .* Text.100. .* Unique and External ID"),
        ("Task", KEY, {"unique": False}, f"key field {KEY}", "not Unique — .* tick Unique"),
        ("Task", KEY, {"external_id": False}, f"key field {KEY}", "not External ID — .* tick External ID"),
        ("Task", KEY, {"updateable": False}, f"key field {KEY}", "may not write it — give edit access"),
        ("Task", "CallType", {"updateable": False}, "task fields", "not writable: CallType — give edit access"),
        ("Task", "Status", {"values": ("Open", "Done")}, "values of Status", "no Completed — .* activate Completed"),
        ("Contact", "HomePhone", None, "search contacts and leads", "HomePhone.* — give read access"),
        ("Contact", "LeadSource", {"restricted": True}, "make contacts", "no trunkline — .* add the value trunkline"),
        ("Contact", "LastName", {"createable": False}, "make contacts", "may not make contacts — give create"),
        ("ContentVersion", "VersionData", {"createable": False}, "upload files", "may not make files — set recordings"),
    ],
)
def test_doctor_names_what_is_missing_and_its_mend(
    run: Run, crm: Salesforce, kind: str, name: str, change: dict[str, Any] | None, what: str, words: str
) -> None:
    field = crm.org.objects[kind].pop(name)
    if change is not None:
        crm.org.objects[kind][name] = replace(field, **change)
    found = told(run(lambda sf: sf.check(), unknown_callers="create"))
    assert list(found) == [what]
    state, said = found[what]
    assert state == "fail"
    assert re.search(words, said), said
