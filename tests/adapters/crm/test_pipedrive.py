"""Pipedrive through the whole delivery, against a simulated company that refuses what Pipedrive refuses."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from lake_rows import call_row, insert

from trunkline.adapters.crm.base import Busy, DeletedThere, Recording, Refused, Task
from trunkline.adapters.crm.pipedrive import Adapter
from trunkline.config import Account
from trunkline.crms import Pipedrive as Table
from trunkline.delivery import DELETED_THERE, Listed
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadCredentials, RemoteError
from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.crm.pipedrive import Pipedrive
from trunkline.simulator.crm.pipedrive_bodies import CallLog
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, STRANGER, DID = "+61412345678", "+61423456789", "+61434567890", "+61882345678"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
LOG = "POST /v1/callLogs$"

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def crm() -> Pipedrive:
    crm = Pipedrive(rate_limit=(1000, 1.0))
    crm.add_person("Jane", "0412 345 678")
    crm.add_person("Omar", "+61 8 8111 2222", "0423 456 789")
    return crm


@pytest.fixture
def table(crm: Pipedrive, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    with Server(crm.app) as server:
        values = {"id": "acme-pd", "kind": "pipedrive", **crm.settings(server.url)}
        monkeypatch.setenv("PD_TOKEN", values["token"])
        yield {**values, "token": "env:PD_TOKEN"}


def write(lake: Lake, sql: str, *values: Any) -> None:
    with lake.write() as connection:
        connection.execute(sql, list(values))


def add_call(lake: Lake, number: int, **more: Any) -> None:
    insert(lake, "calls", call_row(number, loaded_at=NOW, **more))


def change_call(lake: Lake, talk_seconds: float = 260.0) -> None:
    sql = "UPDATE calls SET talk_seconds = ?, loaded_at = loaded_at + INTERVAL 5 MINUTE"
    write(lake, sql, talk_seconds)


def add_recording(lake: Lake, number: int, transcript: str | None = None) -> None:
    write(
        lake,
        """INSERT INTO recordings (recording_id, call_id, account_id, pbx_id, state, path, bytes, sha256, media_type,
            transcript)
        VALUES (?, 'pbx:1', 'acme', 'pbx', 'stored', ?, 4, ?, 'audio/wav', ?)""",
        *(f"pbx:r{number}", f"acme/{number}.wav", str(number), transcript),
    )


def states(lake: Lake) -> dict[str, tuple[str, str | None]]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id, kind, state, reason FROM activities ORDER BY 1, 2").fetchall()
    return {f"{call_id} {kind}": (state, reason) for call_id, kind, state, reason in rows}


async def open_recording(path: str) -> bytes:
    return b"RIFF" + path.encode()


def run(lake: Lake, table: dict[str, Any], *, at: dt.datetime = NOW, **more: Any) -> DeliveryResult:
    head = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU"}
    account = Account.model_validate({**head, "crm": [table]})
    return asyncio.run(deliver(lake, account, account.crm[0], open_recording, clock=lambda: at, **more))


def use(table: dict[str, Any], act: Callable[[Adapter], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        adapter = Adapter(Table.model_validate(table), Path("a-token-that-stays-is-kept-nowhere"))
        try:
            return await act(adapter)
        finally:
            await adapter.aclose()

    return asyncio.run(whole())


def sent(crm: Pipedrive, part: str) -> list[Seen]:
    return [seen for seen in crm.requests if part in f"{seen.method} {seen.path}"]


def told(talk_seconds: float = 200.0) -> Entry:
    call = CallFacts("pbx:1", NOW, "inbound", "answered", external_number=JANE, did=DID, talk_seconds=talk_seconds)
    return Entry(call, "UTC", "1")


def only(crm: Pipedrive) -> dict[str, Any]:
    [log] = crm.logs.values()
    return log


def test_every_field_of_a_call(new_lake: Lake, table: dict[str, Any], crm: Pipedrive) -> None:
    dst = dt.datetime(2026, 10, 3, 16, 29, 59, 900_000, tzinfo=dt.UTC)  # Adelaide's clocks go forward a moment later
    add_call(new_lake, 1, started_at=dst, ended_at=dst + dt.timedelta(seconds=212.5), queue="Sales")
    add_call(new_lake, 2, started_at=dst + dt.timedelta(seconds=1), outcome="missed", miss_reason="voicemail")
    add_call(new_lake, 3, outcome="missed", miss_reason="busy", talk_seconds=None, external_number=OMAR)
    add_call(new_lake, 4, direction="outbound", outcome="connected", external_number=OMAR, talk_seconds=61.6)
    add_call(new_lake, 5, direction="outbound", outcome="not_connected", did=None, talk_seconds=None)
    add_call(new_lake, 6, did=None)
    assert run(new_lake, table).ok
    jane, omar = crm.persons
    bodies = {rules.key_in(seen.json["note"]): seen.json for seen in sent(crm, "POST /v1/callLogs")}
    assert bodies["pbx:1"] == {
        "subject": "Inbound call, answered",
        "outcome": "connected",
        "duration": "200",
        "from_phone_number": JANE,
        "to_phone_number": DID,
        "start_time": "2026-10-03 16:29:59",
        "end_time": "2026-10-03 16:33:32",
        "person_id": jane,
        "note": (
            "Inbound call, answered<br>Started: Sun 04 Oct 2026, 01:59:59 (Australia/Adelaide)<br>Queue: Sales<br>"
            f"Our number: {DID}<br>Waited: 12 s<br>Talked: 3 min 20 s<br>[trunkline pbx:1]"
        ),
    }
    assert "Started: Sun 04 Oct 2026, 03:00:00" in bodies["pbx:2"]["note"]
    told = ("subject", "outcome", "duration", "from_phone_number", "to_phone_number", "start_time", "person_id")
    assert {key: tuple(body.get(name) for name in told) for key, body in bodies.items() if key != "pbx:1"} == {
        "pbx:2": ("Inbound call, missed", "no_answer", "0", JANE, DID, "2026-10-03 16:30:00", jane),
        "pbx:3": ("Inbound call, missed", "busy", "0", OMAR, DID, "2026-11-17 01:03:03", omar),
        "pbx:4": ("Outbound call, connected", "connected", "62", DID, OMAR, "2026-11-17 01:04:03", omar),
        "pbx:5": ("Outbound call, not connected", "no_answer", "0", None, JANE, "2026-11-17 01:05:03", jane),
        "pbx:6": ("Inbound call, answered", "connected", "200", JANE, "unknown", "2026-11-17 01:06:03", jane),
    }
    assert {seen.headers.get("authorization") for seen in crm.requests} == {None}, "the token is in its own header"


def test_the_national_number_is_searched_for(table: dict[str, Any], crm: Pipedrive) -> None:
    found = use(table, lambda adapter: adapter.find_contacts(OMAR))
    assert [(one.contact_id, one.phones) for one in found] == [("2", ("+61 8 8111 2222", "0423 456 789"))]
    assert [seen.query for seen in crm.requests] == ["term=423456789&fields=phone&limit=100"]


def test_a_lost_answer_is_looked_up_among_all_logs(new_lake: Lake, table: dict[str, Any], crm: Pipedrive) -> None:
    times = {"start_time": "2026-11-17 01:00:00", "end_time": "2026-11-17 01:00:00"}
    others = [CallLog(to_phone_number="1", outcome="busy", note=f"[trunkline pbx:1{n}]", **times) for n in range(60)]
    for other in others:
        crm.make_log(other)
    for number in (1, 2, 3):
        add_call(new_lake, number)
    crm.faults.add(LOG, drop_after_commit=True, times=2)
    crm.faults.add(LOG, drop_before_commit=True)
    assert not run(new_lake, table).ok
    assert run(new_lake, table).ok
    made = [rules.key_in(log["note"]) for log in crm.logs.values()][60:]
    assert sorted(str(key) for key in made) == ["pbx:1", "pbx:2", "pbx:3"]
    assert [seen.query for seen in sent(crm, "GET /v1/callLogs")] == ["start=0&limit=50", "start=50&limit=50"]


def test_a_token_that_is_refused_is_named_with_where_to_get_one(table: dict[str, Any], crm: Pipedrive) -> None:
    crm.token = "another"
    with pytest.raises(BadCredentials) as raised:
        use(table, lambda adapter: adapter.check())
    assert "Personal preferences > API" in raised.value.mend
    assert "pd-simulated" not in str(raised.value)
    assert len(crm.requests) == 1


def test_a_limit_that_is_used_up_is_waited_for(table: dict[str, Any], crm: Pipedrive) -> None:
    stamina.set_testing(False)
    crm.limit.most, crm.limit.interval_seconds = 1, 0.5
    assert crm.limit.allows()
    began = time.monotonic()
    assert len(use(table, lambda adapter: adapter.log_calls([told()]))) == 1
    assert crm.limit.refused == 1
    assert time.monotonic() - began >= 1, "as x-ratelimit-reset says, in whole seconds"
    assert len(crm.logs) == 1


def test_the_limit_that_answers_tell_is_kept(table: dict[str, Any], crm: Pipedrive) -> None:
    crm.limit.most, crm.limit.interval_seconds = 3, 60.0

    async def act(adapter: Adapter) -> None:
        await adapter.log_calls([told()])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(adapter.log_calls([told()] * 3), 0.3)

    use(table, act)
    assert (len(crm.logs), crm.limit.refused) == (3, 0)


def test_a_403_that_is_no_answer_of_the_api_is_the_limit(table: dict[str, Any], crm: Pipedrive) -> None:
    crm.faults.add("search", status=403, body="<html>blocked</html>")
    with pytest.raises(Busy):
        use(table, lambda adapter: adapter.find_contacts(JANE))


def test_one_that_is_refused_fails_alone(new_lake: Lake, table: dict[str, Any], crm: Pipedrive) -> None:
    add_call(new_lake, 1)
    add_call(new_lake, 2, external_number=OMAR)
    crm.faults.add(LOG, status=400, body=rules.Refusal(400, '"outcome" is required.').body)
    assert run(new_lake, table).counts == {"failed": 1, "delivered": 1}
    assert 'refused it: 400 "outcome" is required.' in {reason for _state, reason in states(new_lake).values()}
    assert len(crm.logs) == 1


def test_a_changed_call_is_logged_anew_where_people_worked_on_it(
    new_lake: Lake, table: dict[str, Any], crm: Pipedrive
) -> None:
    add_call(new_lake, 1)
    add_recording(new_lake, 1)
    run(new_lake, table)
    before, [activity] = only(crm), crm.timeline()
    activity["note"] = f"<p>She <b>will</b> buy.</p>{activity['note']}<p>Send the &quot;offer&quot;!</p>"
    activity |= {"subject": "Jane on the offer", "deal_id": 31}
    change_call(new_lake)
    run(new_lake, table)
    after = only(crm)
    assert (after["duration"], after["activity_id"], after["deal_id"]) == ("260", activity["id"], 31)
    assert crm.timeline() == [activity]
    assert activity["subject"] == "Jane on the offer"
    lines = rules.plain(activity["note"]).splitlines()
    assert lines[0] == "She will buy.Inbound call, answered"
    assert lines[-2:] == ["Talked: 4 min 20 s", '[trunkline pbx:1]Send the "offer"!']
    assert after["id"] != before["id"]
    assert crm.recordings == {}, "it went with the log before"
    assert run(new_lake, table).ok
    assert crm.recordings == {after["id"]: b"RIFFacme/1.wav"}
    assert set(states(new_lake).values()) == {("delivered", None)}
    crm.requests.clear()
    run(new_lake, table)
    assert crm.requests == []


def test_a_log_that_people_made_their_own_is_left_alone(table: dict[str, Any], crm: Pipedrive) -> None:
    [log_id] = use(table, lambda adapter: adapter.log_calls([told()]))
    crm.timeline()[0]["note"] = "Spoke to Jane."
    crm.requests.clear()
    assert use(table, lambda adapter: adapter.update_call(log_id, told(260))) == log_id
    assert list(crm.logs) == [log_id]
    assert {seen.method for seen in crm.requests} == {"GET"}


@pytest.mark.parametrize("converts_twice", [True, False])
@pytest.mark.parametrize("fault", [LOG, f"second {LOG}", "DELETE /v1/callLogs", "DELETE .*activities", "nothing"])
def test_a_change_that_is_interrupted_leaves_one_log(
    table: dict[str, Any], crm: Pipedrive, fault: str, converts_twice: bool
) -> None:
    [before] = use(table, lambda adapter: adapter.log_calls([told()]))
    crm.converts_twice = converts_twice
    crm.timeline()[0] |= {"note": f"Hers. {crm.timeline()[0]['note']}", "org_id": 5}
    if fault.startswith("second"):  # the first is refused where an activity holds one log
        crm.faults.add(LOG)
    planned = crm.faults.add(fault.removeprefix("second "), drop_after_commit=True, times=4)
    with contextlib.suppress(RemoteError):
        use(table, lambda adapter: adapter.update_call(before, told(260)))
    never = fault == "nothing" or (converts_twice and fault in {f"second {LOG}", "DELETE .*activities"})
    assert (planned.times == 4) == never
    crm.faults.clear()
    made = [log_id for log_id in crm.logs if log_id != before]
    changed = use(table, lambda adapter: adapter.update_call(before, told(260)))
    [activity] = crm.timeline()
    assert (only(crm)["duration"], only(crm)["activity_id"], activity["org_id"]) == ("260", activity["id"], 5)
    assert rules.plain(activity["note"]).startswith("Hers. Inbound call, answered\n")
    assert "Talked: 4 min 20 s" in activity["note"]
    assert (list(crm.logs), changed != before) == ([changed], True)
    assert changed in made or not made, "what an interrupted run made is kept"
    use(table, lambda adapter: adapter.update_call(changed, told(300)))
    assert (only(crm)["duration"], len(crm.timeline())) == ("300", 1)


def test_what_people_deleted_stays_deleted(new_lake: Lake, table: dict[str, Any], crm: Pipedrive) -> None:
    add_call(new_lake, 1)
    run(new_lake, table)
    crm.timeline()[0]["is_deleted"] = True
    crm.requests.clear()
    with pytest.raises(DeletedThere):
        use(table, lambda adapter: adapter.update_call(only(crm)["id"], told(260)))
    crm.logs.clear()
    change_call(new_lake)
    run(new_lake, table)
    assert states(new_lake) == {"pbx:1 call": ("skipped", DELETED_THERE)}
    assert {seen.method for seen in crm.requests} == {"GET"}


def test_a_recording_is_there_once_and_a_second_one_is_left_out(
    new_lake: Lake, table: dict[str, Any], crm: Pipedrive
) -> None:
    add_call(new_lake, 1)
    add_recording(new_lake, 1)
    add_recording(new_lake, 2)
    crm.faults.add("recordings", drop_after_commit=True)
    assert run(new_lake, table).ok
    assert list(crm.recordings.values()) == [b"RIFFacme/1.wav"]
    assert [seen.status for seen in sent(crm, "recordings")] == [0, 409]
    assert states(new_lake)["pbx:1 recording"] == ("delivered", "more recordings than Pipedrive takes (1)")


def test_a_transcript_is_one_note_on_the_person(new_lake: Lake, table: dict[str, Any], crm: Pipedrive) -> None:
    add_call(new_lake, 1)
    add_recording(new_lake, 1, transcript="A < B & C\nBye")
    crm.faults.add("POST /v1/notes", drop_after_commit=True)
    assert not run(new_lake, table).ok
    assert run(new_lake, table).ok
    [note] = crm.notes
    assert note["person_id"] == next(iter(crm.persons))
    assert rules.plain(note["content"]) == "What was said\nA < B & C\nBye\n[trunkline pbx:1 transcript]"


def test_a_task_is_made_once_and_closed(table: dict[str, Any], crm: Pipedrive) -> None:
    jane = str(next(iter(crm.persons)))
    due = dt.datetime(2026, 11, 18, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=10, minutes=30)))
    task = Task("acme/pbx:1", jane, "Call back", "Missed <twice>", due, JANE)

    async def act(adapter: Adapter) -> None:
        assert await adapter.find_task(task) is None
        made = await adapter.write_task(task)
        assert crm.activities[int(made)]["done"] is False
        for _ in range(2):
            await adapter.close_task(made, task)
        assert await adapter.find_task(task) == made, "what somebody did already is not to be done again"

    use(table, act)
    [there] = crm.activities.values()
    assert (there["due_date"], there["due_time"], there["type"]) == ("2026-11-17", "23:00", "call")
    [shown] = crm.tasks_there()
    assert (shown.number, shown.title, shown.is_done) == (JANE, "Call back", True)
    assert shown.text == "Missed <twice>\n[trunkline acme/pbx:1]"


def test_a_new_person_is_marked_found_again_and_made_once(
    new_lake: Lake, table: dict[str, Any], crm: Pipedrive
) -> None:
    add_call(new_lake, 1, external_number=STRANGER, external_name="Sam Stranger")
    add_call(new_lake, 2, external_number="+61445678901", external_name="0445678901")
    crm.faults.add("POST /v1/notes", status=500)
    assert run(new_lake, {**table, "unknown_callers": "create"}).ok
    made = list(crm.persons.values())[2:]
    assert {one["name"]: one["phones"] for one in made} == {
        name: [{"value": number, "primary": True, "label": "work"}]
        for name, number in (("Sam Stranger", STRANGER), ("+61445678901", "+61445678901"))
    }
    assert [note["content"] for note in crm.notes] == ["Added by trunkline, for a call with this number."]
    found = use(table, lambda adapter: adapter.find_contacts(STRANGER))
    assert [(one.contact_id, one.phones) for one in found] == [(str(made[0]["id"]), (STRANGER,))]


def test_when_persons_were_made_is_asked_only_where_it_decides(table: dict[str, Any], crm: Pipedrive) -> None:
    crm.add_person("Jane's twin", JANE)["add_time"] = "2026-12-01T00:00:00Z"
    crm.persons[1]["add_time"] = "2026-01-01T00:00:00Z"
    found = use({**table, "several_contacts": "newest"}, lambda adapter: adapter.find_contacts(JANE))
    assert {one.contact_id: one.created_at[:10] for one in found} == {"1": "2026-01-01", "3": "2026-12-01"}
    crm.requests.clear()
    assert len(use(table, lambda adapter: adapter.find_contacts(JANE))) == 2
    assert len(crm.requests) == 1


def test_the_logs_of_a_span_are_listed(table: dict[str, Any], crm: Pipedrive) -> None:
    for number, hour in enumerate((1, 2, 3)):
        at = f"2026-11-17 0{hour}:00:00"
        note = f"Hello<br>[trunkline pbx:{number}]" if hour != 3 else "by hand"
        crm.make_log(CallLog(to_phone_number=JANE, outcome="busy", start_time=at, end_time=at, note=note))
    span = (dt.datetime(2026, 11, 17, hour, tzinfo=dt.UTC) for hour in (2, 4))
    listed = use(table, lambda adapter: adapter.list_calls(*span))
    assert listed == [Listed(list(crm.logs)[1], "pbx:1")]


def test_logs_of_another_user_are_not_sent_twice_blindly(table: dict[str, Any], crm: Pipedrive) -> None:
    async def act(adapter: Adapter) -> None:
        assert await adapter.list_calls(NOW, NOW) is None
        with pytest.raises(Refused, match="no call logs of another user"):
            await adapter.find_calls([told()])

    use({**table, "user_id": 8}, act)
    assert sent(crm, "callLogs") == []
    assert use({**table, "user_id": crm.user_id}, lambda adapter: adapter.find_calls([told()])) == {}


def test_a_recording_of_a_log_that_is_gone_says_so(table: dict[str, Any]) -> None:
    recording = Recording("call-1.wav", "audio/wav", b"RIFF")
    with pytest.raises(DeletedThere):
        use(table, lambda adapter: adapter.add_recordings("CA1", told(), [recording]))


def test_doctor_names_each_thing_that_is_missing(table: dict[str, Any], crm: Pipedrive) -> None:
    good = {one.what: one for one in use(table, lambda adapter: adapter.check())}
    assert {what: one.state for what, one in good.items()} == {
        "reachable and signed in": "ok",
        "user_id": "ok",
        "call logs": "ok",
        "search for persons": "ok",
        "activity type Call": "ok",
        "rights to add persons, notes, activities and call logs": "unknown",
        "rate budget": "ok",
    }
    assert good["rate budget"].message.startswith("996 of 1000 requests left")
    crm.forbidden = {"/v1/callLogs", "/api/v2/persons"}
    crm.types["call"] = False
    bad = {one.what: one for one in use({**table, "user_id": 8}, lambda adapter: adapter.check())}
    failing = {what: one.mend for what, one in bad.items() if one.state == "fail"}
    assert set(failing) == {"user_id", "call logs", "search for persons", "activity type Call"}
    assert all(failing.values())
    crm.forbidden = {"/v1/activityTypes"}
    assert "a right is missing" in next(
        one.message for one in use(table, lambda adapter: adapter.check()) if one.what == "activity type Call"
    )
    assert {seen.method for seen in crm.requests} == {"GET"}, "nothing is changed"
