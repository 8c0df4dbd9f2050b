"""Calls delivered to a simulated Dataverse, through the engine and by the adapter alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from lake_rows import call_row, insert

from trunkline.adapters.crm.base import AnswerLost, Busy, DeletedThere, Recording, Refused, Task
from trunkline.adapters.crm.dynamics import Adapter
from trunkline.adapters.crm.dynamics_web import NoKey
from trunkline.config import Account
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadAnswer, BadCredentials, RemoteError, Unreachable
from trunkline.simulator.crm.dynamics import SECRET, Dynamics
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, STRANGER = "+61412345678", "+61423456789", "+61434567890"
DID = "+61882345678"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
T = TypeVar("T")


@pytest.fixture
def crm() -> Dynamics:
    return Dynamics({JANE: "Jane Doe", OMAR: "Omar"})


@pytest.fixture(autouse=True)
def _impatient(impatient: None) -> None:
    """What is tried again is tried at once."""


@pytest.fixture
def address(crm: Dynamics, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DYNAMICS_SECRET", SECRET)
    with Server(crm.app) as server:
        yield server.url


def account(crm: Dynamics, address: str, **more: Any) -> Account:
    table = {"id": "acme-dyn", "kind": "dynamics", **crm.settings(address), "client_secret": "env:DYNAMICS_SECRET"}
    zone = {"timezone": "Australia/Adelaide", "country": "AU"}
    return Account.model_validate({"id": "acme", "name": "Acme", **zone, "crm": [{**table, **more}]})


@pytest.fixture
def run(crm: Dynamics, address: str, new_lake: Lake) -> Callable[..., DeliveryResult]:
    async def open_recording(path: str) -> bytes:
        return b"RIFF" + path.encode()

    def once(*, at: dt.datetime = NOW, links: bool = False, **more: Any) -> DeliveryResult:
        whose = account(crm, address, **more)
        link_to = (lambda path: f"https://play.example/{path}") if links else None
        return asyncio.run(deliver(new_lake, whose, whose.crm[0], open_recording, link_to=link_to, clock=lambda: at))

    return once


@pytest.fixture
def alone(crm: Dynamics, address: str, tmp_path: Path) -> Callable[..., Any]:
    """Runs what it is given with an adapter of its own."""

    def once(work: Callable[[Adapter], Awaitable[T]], **more: Any) -> T:
        async def whole() -> T:
            adapter = Adapter(account(crm, address, **more).crm[0], tmp_path / "state")  # type: ignore[arg-type]
            try:
                return await work(adapter)
            finally:
                await adapter.aclose()

        return asyncio.run(whole())

    return once


def add_calls(lake: Lake, *changes: dict[str, Any], recordings: dict[str, list[int]] | None = None) -> None:
    """Inbound answered calls of Jane's, `pbx:1` and on; and recordings by their call, each of so many bytes."""
    insert(lake, "calls", *(call_row(number, **change) for number, change in enumerate(changes, start=1)))
    with lake.write() as connection:
        for call_id, sizes in (recordings or {}).items():
            for native, size in enumerate(sizes, start=1):
                connection.execute(
                    """INSERT INTO recordings (recording_id, call_id, account_id, pbx_id, state, path, bytes, sha256,
                        media_type)
                    VALUES (?, ?, 'acme', 'pbx', 'stored', ?, ?, 'abc', 'audio/wav')""",
                    [f"{call_id}:r{native}", call_id, f"acme/{native}.wav", size],
                )


def states(lake: Lake) -> dict[str, str]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id || ' ' || kind, state FROM activities").fetchall()
    return dict(rows)


def calls(crm: Dynamics) -> list[dict[str, Any]]:
    return list(crm.rows["phonecalls"].values())


def notes(crm: Dynamics) -> list[dict[str, Any]]:
    return list(crm.rows["annotations"].values())


def person(crm: Dynamics, phone: str, table: str = "contacts") -> str:
    return next(row_id for row_id, row in crm.rows[table].items() if row["telephone1"] == phone)


def entry(crm: Dynamics, number: int = 1, **more: Any) -> Entry:
    facts = {"direction": "inbound", "outcome": "answered", "external_number": JANE, "talk_seconds": 20.0, **more}
    facts.setdefault("started_at", dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC))
    return Entry(CallFacts(f"pbx:{number}", **facts), "Australia/Adelaide", person(crm, JANE))


def test_a_call_is_made_with_every_column_and_closed(
    new_lake: Lake, run: Callable[..., DeliveryResult], crm: Dynamics
) -> None:
    add_calls(new_lake, {})
    assert run().counts == {"delivered": 1}
    [call] = calls(crm)
    told = {key: value for key, value in call.items() if value is not None and key not in {"activityid", "createdon"}}
    assert told == {
        "subject": "Inbound call, answered",
        "description": (
            "Inbound call, answered\nStarted: Tue 17 Nov 2026, 11:31:03 (Australia/Adelaide)\n"
            f"Our number: {DID}\nWaited: 12 s\nTalked: 3 min 20 s\n[trunkline pbx:1]"
        ),
        "phonenumber": JANE,
        "directioncode": False,
        "actualstart": "2026-11-17T01:01:03Z",
        "actualend": "2026-11-17T01:04:35Z",
        "actualdurationminutes": 4,
        "leftvoicemail": False,
        "trunkline_callid": "pbx:1",
        "_regardingobjectid_value": person(crm, JANE),
        "parties": [{"mask": 1, "who": person(crm, JANE)}],
        "statecode": 1,
        "statuscode": 4,
    }
    crm.requests.clear()
    assert run().counts == {}
    assert crm.requests == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (("inbound", "answered", None, 20.0), (False, 1, False, 4, 1, "Inbound call, answered")),
        (("inbound", "answered", None, 0.2), (False, 1, False, 4, 1, "Inbound call, answered")),
        (("inbound", "answered", None, 60.0), (False, 1, False, 4, 1, "Inbound call, answered")),
        (("inbound", "answered", None, 61.0), (False, 2, False, 4, 1, "Inbound call, answered")),
        (("inbound", "missed", "voicemail", 30.0), (False, 0, True, 4, 1, "Inbound call, missed")),
        (("inbound", "missed", "queue_abandoned", None), (False, 0, False, 4, 1, "Inbound call, missed")),
        (("outbound", "connected", None, 3599.0), (True, 60, False, 2, 2, "Outbound call, connected")),
        (("outbound", "not_connected", None, None), (True, 0, False, 2, 2, "Outbound call, not connected")),
    ],
)
def test_direction_outcome_and_minutes(
    alone: Callable[..., Any], crm: Dynamics, facts: tuple[Any, ...], told: tuple[Any, ...]
) -> None:
    direction, outcome, reason, talk = facts
    more = {"direction": direction, "outcome": outcome, "miss_reason": reason, "talk_seconds": talk}
    alone(lambda adapter: adapter.log_calls([entry(crm, **more)]))
    [call] = calls(crm)
    columns = ("directioncode", "actualdurationminutes", "leftvoicemail", "statuscode")
    assert (*(call[one] for one in columns), call["parties"][0]["mask"], call["subject"]) == told


def test_times_are_utc_and_the_text_is_local_over_a_change_of_clocks(alone: Callable[..., Any], crm: Dynamics) -> None:
    before, after = (dt.datetime(2026, 10, 3, 16, *at, tzinfo=dt.UTC) for at in ((29, 59), (30, 1)))

    async def log(adapter: Adapter) -> None:
        await adapter.log_calls([entry(crm, 1, started_at=before), entry(crm, 2, started_at=after)])

    alone(log)
    assert [(one["actualstart"], one["description"].splitlines()[1]) for one in calls(crm)] == [
        ("2026-10-03T16:29:59Z", "Started: Sun 04 Oct 2026, 01:59:59 (Australia/Adelaide)"),
        ("2026-10-03T16:30:01Z", "Started: Sun 04 Oct 2026, 03:00:01 (Australia/Adelaide)"),
    ]
    assert [(one.started, one.seconds) for one in crm.logged()] == [(before, 60), (after, 60)]


@pytest.mark.parametrize("path", ["POST .*phonecalls", "PATCH .*phonecalls"])
def test_a_lost_answer_is_looked_up_and_what_is_half_done_is_finished(
    new_lake: Lake, run: Callable[..., DeliveryResult], crm: Dynamics, path: str
) -> None:
    add_calls(new_lake, {})
    crm.faults.add(path, times=4, drop_after_commit="POST" in path, drop_before_commit="PATCH" in path)
    assert not run().ok
    assert states(new_lake) == {"pbx:1 call": "pending"}
    assert [one["statecode"] for one in calls(crm)] == [0]
    crm.faults.clear()
    assert run().ok
    assert [(one["trunkline_callid"], one["statecode"]) for one in calls(crm)] == [("pbx:1", 1)]


@pytest.mark.parametrize("key_state", ["Active", None])
def test_an_open_call_of_an_earlier_run_is_found_and_closed_with_a_key_or_without(
    alone: Callable[..., Any], crm: Dynamics, key_state: str | None
) -> None:
    crm.key_state = key_state

    async def lost(adapter: Adapter) -> Any:
        crm.faults.add("POST .*phonecalls", drop_after_commit=True)
        with pytest.raises(Unreachable):
            await adapter.log_calls([entry(crm)])
        odd = replace(entry(crm), call=replace(entry(crm).call, call_id="pbx:it's (1) or"))
        return await adapter.find_calls([entry(crm, 2), entry(crm), entry(crm, 11), odd])

    assert alone(lost) == {"pbx:1": calls(crm)[0]["activityid"]}
    assert [one["statecode"] for one in calls(crm)] == [1]


def test_a_call_that_is_there_already_is_the_same_call(alone: Callable[..., Any], crm: Dynamics) -> None:
    async def twice(adapter: Adapter) -> list[Any]:
        return [*await adapter.log_calls([entry(crm)]), *await adapter.log_calls([entry(crm)])]

    first, second = alone(twice)
    assert first == second == calls(crm)[0]["activityid"]


def test_a_missing_key_column_stops_the_run_and_the_calls_wait(
    new_lake: Lake, run: Callable[..., DeliveryResult], crm: Dynamics
) -> None:
    add_calls(new_lake, {}, {})
    crm.key_column = None
    result = run()
    assert result.errors[0].code == "no_key"
    assert "add to the table Phone Call the column" in str(result.errors[0])
    assert set(states(new_lake).values()) == {"pending"}
    assert sum(seen.method == "POST" and "phonecalls" in seen.path for seen in crm.requests) == 1
    crm.key_column = "trunkline_callid"
    assert run().ok
    assert len(calls(crm)) == 2


def test_ended_tokens_are_renewed_once_for_all_requests(alone: Callable[..., Any], crm: Dynamics) -> None:
    async def log(adapter: Adapter) -> None:
        await adapter.find_contacts(JANE)
        crm.end_tokens()
        await asyncio.gather(*(adapter.log_calls([entry(crm, number)]) for number in range(6)))

    alone(log)
    assert crm.sign_ins == 2
    assert len(calls(crm)) == 6


@pytest.mark.parametrize(
    ("setting", "said", "mend"),
    [
        ({"tenant_id": "other"}, "no such tenant", "check tenant_id"),
        ({"client_id": "other"}, "not known in this tenant", "check client_id"),
        ({"client_secret": "env:OTHER_SECRET"}, "client secret is wrong", "not its id"),
    ],
)
def test_a_refused_sign_in_says_what_to_do(
    alone: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], said: str, mend: str
) -> None:
    monkeypatch.setenv("OTHER_SECRET", "wrong-secret")
    alone(lambda adapter: adapter.find_contacts(JANE))  # a token that is still good must not hide what is wrong now
    with pytest.raises(BadCredentials) as raised:
        alone(lambda adapter: adapter.check(), **setting)
    assert said in raised.value.message
    assert mend in raised.value.mend
    assert "wrong-secret" not in str(raised.value)


def test_429_is_waited_for(alone: Callable[..., Any], crm: Dynamics) -> None:
    crm.faults.add("phonecalls", status=429, times=2)
    alone(lambda adapter: adapter.log_calls([entry(crm)]))
    assert [seen.status for seen in crm.requests if "phonecalls" in seen.path] == [429, 429, 201, 204]
    crm.faults.add("phonecalls", status=429, times=9)
    with pytest.raises(Busy):
        alone(lambda adapter: adapter.log_calls([entry(crm, 2)]))


def test_a_changed_call_keeps_what_people_wrote(
    new_lake: Lake, run: Callable[..., DeliveryResult], crm: Dynamics
) -> None:
    add_calls(new_lake, *({"loaded_at": NOW} for _ in range(3)))
    run()
    mine, own, emptied = calls(crm)
    mine["description"] = f"Wants a quote.\n{mine['description']}\nCall again on Monday."
    own["subject"] = "A quote for Jane"
    emptied["description"] = "All of it is mine."
    with new_lake.write() as connection:
        connection.execute("UPDATE calls SET loaded_at = ?, talk_seconds = 260", [NOW + dt.timedelta(minutes=5)])
    assert run().counts == {"delivered": 3}
    assert "Wants a quote.\nInbound call, answered\nStarted" in mine["description"]
    assert mine["description"].endswith("Talked: 4 min 20 s\n[trunkline pbx:1]\nCall again on Monday.")
    assert (own["subject"], "Talked: 4 min 20 s" in own["description"]) == ("A quote for Jane", True)
    assert emptied["description"] == "All of it is mine."
    assert {(one["actualdurationminutes"], one["statecode"], one["statuscode"]) for one in calls(crm)} == {(5, 1, 4)}


def test_the_outcome_of_a_changed_call_is_in_its_subject(alone: Callable[..., Any], crm: Dynamics) -> None:
    missed = entry(crm, outcome="missed", miss_reason="voicemail", talk_seconds=None)

    async def changed(adapter: Adapter) -> None:
        [call_id] = await adapter.log_calls([missed])
        await adapter.update_call(str(call_id), entry(crm))

    alone(changed)
    [call] = calls(crm)
    assert (call["subject"], call["leftvoicemail"], call["statecode"]) == ("Inbound call, answered", False, 1)


@pytest.mark.parametrize("lost_at", [1, 2, 3])
def test_a_change_is_taken_up_wherever_it_was_cut(alone: Callable[..., Any], crm: Dynamics, lost_at: int) -> None:
    async def change(adapter: Adapter) -> None:
        [call_id] = await adapter.log_calls([entry(crm)])
        crm.faults.add("PATCH", delay_seconds=0.0, times=lost_at - 1)
        crm.faults.add("PATCH", drop_after_commit=True, times=9)
        with pytest.raises(RemoteError):
            await adapter.update_call(str(call_id), entry(crm, talk_seconds=600.0))
        crm.faults.clear()
        await adapter.update_call(str(call_id), entry(crm, talk_seconds=600.0))

    alone(change)
    [call] = calls(crm)
    assert (call["actualdurationminutes"], call["statecode"], call["statuscode"]) == (10, 1, 4)


def test_a_deleted_call_is_not_made_anew(alone: Callable[..., Any], crm: Dynamics) -> None:
    async def change(adapter: Adapter) -> None:
        [call_id] = await adapter.log_calls([entry(crm)])
        crm.rows["phonecalls"].clear()
        with pytest.raises(DeletedThere):
            await adapter.update_call(str(call_id), entry(crm))
        crm.faults.add("GET .*phonecalls", status=200, body={"statecode": 0})  # deleted right after it was read
        with pytest.raises(DeletedThere):
            await adapter.update_call(str(call_id), entry(crm))
        with pytest.raises(DeletedThere):
            await adapter.add_recordings(str(call_id), entry(crm), [Recording("call-1.wav", "audio/wav", b"RIFF")])

    alone(change)
    assert (calls(crm), notes(crm)) == ([], [])


def test_a_call_on_a_contact_that_was_deleted_is_not_made(alone: Callable[..., Any], crm: Dynamics) -> None:
    gone = entry(crm)
    crm.rows["contacts"].clear()
    with pytest.raises(DeletedThere):
        alone(lambda adapter: adapter.log_calls([gone]))
    assert calls(crm) == []


def test_each_recording_is_there_once(new_lake: Lake, run: Callable[..., DeliveryResult], crm: Dynamics) -> None:
    add_calls(new_lake, {}, {}, recordings={"pbx:1": [4, 4], "pbx:2": [5 * 1024 * 1024]})
    crm.faults.add("POST .*annotations", drop_after_commit=True, times=2)
    assert not run(links=True).ok
    assert run(links=True).ok
    files, links = ([one for one in notes(crm) if bool(one["isdocument"]) is is_file] for is_file in (True, False))
    assert [(one["filename"], one["mimetype"], one["filesize"]) for one in files] == [
        ("call-1.wav", "audio/wav", 14),
        ("call-2.wav", "audio/wav", 14),
    ]
    assert [(one["subject"], one["notetext"]) for one in links] == [
        ("call-1.wav", "https://play.example/acme/1.wav/call-1.wav"),
    ], "too large for a file"
    assert [one.recordings for one in crm.logged()] == [2, 1]


def test_a_recording_that_is_another_by_now_takes_the_place_of_the_first(
    alone: Callable[..., Any], crm: Dynamics
) -> None:
    async def twice(adapter: Adapter) -> None:
        [call_id] = await adapter.log_calls([entry(crm)])
        for one in (Recording("a.wav", "audio/wav", b"RIFF"), Recording("a.wav", "audio/wav", b"RIFF longer")):
            await adapter.add_recordings(str(call_id), entry(crm), [one])
        for url in ("https://play.example/1", "https://play.example/2", "https://play.example/2"):
            await adapter.add_recordings(str(call_id), entry(crm), [Recording("b.wav", "audio/wav", url=url)])

    alone(twice)
    assert [(one["filesize"], one["notetext"]) for one in notes(crm)] == [(11, None), (None, "https://play.example/2")]


@pytest.mark.parametrize("length", [11, 100_000])
def test_what_was_said_is_there_once(alone: Callable[..., Any], crm: Dynamics, length: int) -> None:
    async def twice(adapter: Adapter) -> None:
        [call_id] = await adapter.log_calls([entry(crm)])
        crm.faults.add("POST .*annotations", drop_after_commit=True)
        with pytest.raises(RemoteError):
            await adapter.add_transcript(str(call_id), entry(crm), "x" * length)
        await adapter.add_transcript(str(call_id), entry(crm), "x" * length)

    alone(twice)
    [note] = notes(crm)
    marker = "\n[trunkline pbx:1 transcript]"
    assert note["notetext"] == ("x" * length + marker if length < 100_000 else None)
    assert note["filename"] == (None if length < 100_000 else "transcript.txt")


def test_a_task_is_made_once_and_closed_once(alone: Callable[..., Any], crm: Dynamics) -> None:
    due_at = dt.datetime(2026, 11, 18, 6, 30, tzinfo=dt.UTC)
    task = Task("acme/pbx:1", person(crm, JANE), "Call Jane back", "Caller: Jane", due_at, JANE)

    async def all_of_it(adapter: Adapter) -> None:
        assert await adapter.find_task(task) is None
        crm.faults.add("POST .*tasks", drop_after_commit=True)
        with pytest.raises(RemoteError):
            await adapter.write_task(task)
        found = await adapter.find_task(task)
        assert found is not None
        other = Task("acme/pbx:11", *(task.contact_id, task.title, task.text, task.due_at, task.number))
        assert await adapter.find_task(other) is None
        await adapter.close_task(found, task)
        crm.rows["tasks"][found]["statuscode"] = 6
        crm.rows["tasks"][found]["statecode"] = 2
        await adapter.close_task(found, task)

    alone(all_of_it)
    [there] = crm.rows["tasks"].values()
    assert (there["scheduledend"], there["statecode"]) == ("2026-11-18T06:30:00Z", 2), "a person's own end stays"
    assert there["description"] == "Caller: Jane\n[trunkline acme/pbx:1]"
    assert (crm.tasks_there()[0].number, crm.tasks_there()[0].title) == (JANE, "Call Jane back")


@pytest.mark.parametrize(
    "written",
    ["+61412345678", "+61 412 345 678", "0412 345 678", "0412345678", "61412345678", "0061412345678"],
)
def test_a_contact_is_found_however_its_number_is_written(
    alone: Callable[..., Any], crm: Dynamics, written: str
) -> None:
    crm.rows["contacts"].clear()
    made = crm.add_contact("+61882340000", "Jane O'Hara", mobilephone=written)
    crm.add_contact(written, "Gone", statecode=1, statuscode=2)
    crm.add_contact(OMAR, "Omar")
    found = alone(lambda adapter: adapter.find_contacts(JANE))
    assert [(one.contact_id, one.phones) for one in found] == [(made["contactid"], (written, "+61882340000"))]


def test_a_stranger_may_be_a_lead(alone: Callable[..., Any], crm: Dynamics) -> None:
    lead = crm.add_contact("0434 567 890", "Lee Lead", "leads")

    async def log(adapter: Adapter) -> None:
        [found] = await adapter.find_contacts(STRANGER)
        assert found.phones == ("0434 567 890",)
        await adapter.log_calls([replace(entry(crm), contact_id=found.contact_id)])
        task = Task("acme/pbx:1", found.contact_id, "Call back", "", NOW, STRANGER)
        await adapter.write_task(task)
        assert await adapter.find_task(task) is not None

    alone(log)
    assert [one["_regardingobjectid_value"] for one in calls(crm)] == [lead["leadid"]]
    assert calls(crm)[0]["parties"] == [{"mask": 1, "who": lead["leadid"]}]


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Sam A. Stranger", ("Sam A.", "Stranger")),
        ("Stranger", (None, "Stranger")),
        (None, (None, STRANGER)),
        (f"{'S' * 60} {'T' * 60}", ("S" * 50, "T" * 50)),
    ],
)
def test_a_contact_that_trunkline_makes_says_so_and_is_found(
    alone: Callable[..., Any], crm: Dynamics, name: str | None, names: tuple[str | None, str]
) -> None:
    async def make(adapter: Adapter) -> Any:
        return await adapter.create_contact(STRANGER, name), await adapter.find_contacts(STRANGER)

    made, found = alone(make)
    row = crm.rows["contacts"][made]
    assert [one.contact_id for one in found] == [made]
    assert (row["firstname"], row["lastname"], row["description"]) == (
        *names,
        "Made by trunkline for a call from this number",
    )


@pytest.mark.parametrize("without", ["leads", "prvReadLead"])
def test_an_environment_without_leads_is_asked_for_them_once(
    alone: Callable[..., Any], crm: Dynamics, without: str
) -> None:
    crm.has_leads = without != "leads"
    crm.rights.discard(without)

    async def find(adapter: Adapter) -> Any:
        return [await adapter.find_contacts(number) for number in (STRANGER, "+61445678901")]

    assert alone(find) == [[], []]
    assert sum(seen.path.endswith("/leads") for seen in crm.requests) == 1


def test_calls_are_listed_page_by_page(alone: Callable[..., Any], crm: Dynamics) -> None:
    crm.page_size = 2
    since = dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC)

    async def listed(adapter: Adapter) -> Any:
        for number in range(1, 6):
            await adapter.log_calls([entry(crm, number)])
        crm.add("phonecalls", {"subject": "By hand", "actualstart": "2026-11-17T01:02:03Z"})
        return await adapter.list_calls(since, since + dt.timedelta(seconds=1)), await adapter.list_calls(
            since + dt.timedelta(seconds=1), since + dt.timedelta(days=1)
        )

    found, later = alone(listed)
    assert [one.key for one in found] == [f"pbx:{number}" for number in range(1, 6)]
    assert later == []


def test_a_next_page_at_another_origin_is_not_asked_for(alone: Callable[..., Any], crm: Dynamics) -> None:
    crm.faults.add("GET .*phonecalls", status=200, body={"value": [], "@odata.nextLink": "http://evil.example/api"})
    with pytest.raises(BadAnswer, match="elsewhere"):
        alone(lambda adapter: adapter.list_calls(NOW, NOW + dt.timedelta(days=1)))


def findings(alone: Callable[..., Any], **more: Any) -> dict[str, tuple[str, str]]:
    return {one.what: (one.state, one.mend) for one in alone(lambda adapter: adapter.check(), **more)}


def test_doctor_finds_nothing_amiss_and_changes_nothing(alone: Callable[..., Any], crm: Dynamics) -> None:
    found = findings(alone, unknown_callers="create")
    assert {what: state for what, (state, _) in found.items()} == {
        "reachable and signed in": "ok",
        "rights": "ok",
        "column trunkline_callid of phone calls": "ok",
        "key on trunkline_callid": "ok",
        "rate budget": "ok",
    }
    assert {seen.method for seen in crm.requests if "oauth2" not in seen.path} == {"GET"}


def test_doctor_names_each_missing_right(alone: Callable[..., Any], crm: Dynamics) -> None:
    crm.rights -= {"prvCreateActivity", "prvAppendToContact", "prvCreateContact"}
    crm.contacts_depth = "Basic"
    found = findings(alone)
    assert {what for what, (state, _) in found.items() if state == "fail"} == {
        "right prvCreateActivity",
        "right prvAppendToContact",
    }
    assert "Create on the table Activity" in found["right prvCreateActivity"][1]
    assert found["right prvReadContact"][0] == "warn"
    assert "right prvCreateContact" in findings(alone, unknown_callers="create")


@pytest.mark.parametrize(
    ("change", "what", "state", "mend"),
    [
        ({"key_column": None}, "column trunkline_callid of phone calls", "fail", "single line of text"),
        ({"key_length": 50}, "column trunkline_callid of phone calls", "fail", "100 or more"),
        ({"key_state": None}, "key on trunkline_callid", "fail", "a key on trunkline_callid alone"),
        ({"key_state": "InProgress"}, "key on trunkline_callid", "warn", "wait"),
        ({"key_state": "Failed"}, "key on trunkline_callid", "fail", "reactivate the key"),
    ],
)
def test_doctor_looks_at_the_key(
    alone: Callable[..., Any], crm: Dynamics, change: dict[str, Any], what: str, state: str, mend: str
) -> None:
    for name, value in change.items():
        setattr(crm, name, value)
    found = findings(alone)[what]
    assert found[0] == state
    assert mend in found[1]


def test_an_app_that_is_no_user_of_the_environment(alone: Callable[..., Any], crm: Dynamics) -> None:
    crm.is_user = False
    with pytest.raises(RemoteError) as raised:
        findings(alone)
    assert raised.value.code == "forbidden"
    assert "application user" in raised.value.mend


def test_errors_of_one_request(alone: Callable[..., Any], crm: Dynamics) -> None:
    async def log(adapter: Adapter) -> None:
        await adapter.log_calls([entry(crm, direction="inbound")])

    crm.faults.add("POST .*phonecalls", status=500, body={"error": {"code": "0x0", "message": "Generic SQL error."}})
    with pytest.raises(AnswerLost, match="Generic SQL error"):
        alone(log)
    crm.faults.add("POST .*phonecalls", status=201, body={"subject": "x"})
    with pytest.raises(AnswerLost, match="without the id"):
        alone(log)
    crm.faults.add("POST .*phonecalls", status=412, body={"error": {"message": "violated"}})
    with pytest.raises(AnswerLost, match="does not show it"):
        alone(log)
    said = "The length of the 'trunkline_callid' attribute exceeded the maximum allowed length of '5'."
    crm.faults.add("POST .*phonecalls", status=400, body={"error": {"message": said}})
    with pytest.raises(NoKey, match="maximum allowed length"):
        alone(log)
    crm.faults.add("POST .*phonecalls", status=400, body={"error": {"message": "no"}})
    with pytest.raises(Refused, match="400 no"):
        alone(log)


def test_the_token_is_kept_between_runs_and_the_secret_nowhere(
    alone: Callable[..., Any], crm: Dynamics, tmp_path: Path
) -> None:
    for number in (1, 2):
        alone(lambda adapter, number=number: adapter.log_calls([entry(crm, number)]))
    assert crm.sign_ins == 1
    kept = list((tmp_path / "state").rglob("*.json"))
    assert [one.stat().st_mode & 0o777 for one in kept] == [0o600]
    assert SECRET not in kept[0].read_text()
    assert json.loads(kept[0].read_text())["access"] in crm.tokens
