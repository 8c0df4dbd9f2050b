"""The HubSpot adapter, alone and through the whole delivery, against an account that refuses what HubSpot refuses."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from trunkline.adapters.crm import hubspot_fields, hubspot_search
from trunkline.adapters.crm.base import AnswerLost, Busy, DeletedThere, Finding, Recording, Refused, Task
from trunkline.adapters.crm.hubspot import Adapter
from trunkline.adapters.crm.hubspot_setup import NoKey
from trunkline.config import Account
from trunkline.crms import HubSpot as Table
from trunkline.delivery import Listed
from trunkline.entries import CallFacts, Entry
from trunkline.errors import BadCredentials, Unreachable
from trunkline.simulator.crm.hubspot import KEY, HubSpot, plain
from trunkline.simulator.crm.hubspot_rules import key_definition
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import DeliveryResult, deliver

JANE, OMAR, STRANGER, DID = "+61412345678", "+61423456789", "+61434567890", "+61882345678"
NOW = dt.datetime(2026, 11, 17, 12, 0, tzinfo=dt.UTC)
STARTED = dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC)
UPSERT, ASSOCIATE = "POST .*calls/batch/upsert", "POST .*batch/associate/default"
CONNECTED, NO_ANSWER = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "73a0d17f-1163-4015-bdd5-ec830791da20"
WRONG_NUMBER = "17b47fee-58de-441e-a44c-c6300d46f273"
COLUMNS = "call_id, account_id, pbx_id, did, loaded_at, started_at, direction, outcome, miss_reason, external_number"

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def crm() -> HubSpot:
    crm = HubSpot()
    crm.add_contact(firstname="Jane", phone="0412 345 678")
    crm.add_contact(firstname="Omar", mobilephone=OMAR)
    return crm


@pytest.fixture
def table(crm: HubSpot, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    with Server(crm.app) as server:
        yield made_table(crm, server.url, monkeypatch)


@pytest.fixture
def jane(crm: HubSpot) -> str:
    return next(iter(crm.store.records["contacts"]))


def made_table(crm: HubSpot, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    values = {"id": "acme-hub", "kind": "hubspot", **crm.settings(url)}
    for key in {"token", "client_secret", "refresh_token"} & values.keys():
        monkeypatch.setenv(f"HUB_{key.upper()}", values[key])
        values[key] = f"env:HUB_{key.upper()}"
    return values


def use(table: dict[str, Any], act: Callable[[Adapter], Awaitable[Any]], state: Path = Path("kept-nowhere")) -> Any:
    async def whole() -> Any:
        adapter = Adapter(Table.model_validate(table), state)
        try:
            return await act(adapter)
        finally:
            await adapter.aclose()

    return asyncio.run(whole())


def entry(number: int, contact: str | None, **more: Any) -> Entry:
    head = {"direction": "inbound", "outcome": "answered", "external_number": JANE, "did": DID, "talk_seconds": 200.0}
    call = CallFacts(call_id=f"pbx:{number}", started_at=STARTED, **{**head, **more})
    return Entry(call, "Australia/Adelaide", contact)


def log(table: dict[str, Any], *entries: Entry) -> Any:
    return use(table, lambda adapter: adapter.log_calls(entries))


def on_timeline(crm: HubSpot) -> dict[str | None, list[str]]:
    return {one.key: crm.store.associated("calls", one.remote_id, "contacts") for one in crm.logged()}


def asked(crm: HubSpot, part: str) -> list[Any]:
    return [seen for seen in crm.requests if part in f"{seen.method} {seen.path}"]


# Through the whole delivery


def add_calls(lake: Lake, *calls: tuple[Any, ...]) -> None:
    """Each: when, direction, outcome, why missed, number, seconds waited and talked, queue."""
    with lake.write() as connection:
        for number, call in enumerate(calls, start=1):
            connection.execute(
                f"""INSERT INTO calls ({COLUMNS}, wait_seconds, talk_seconds, queue)
                VALUES (?, 'acme', 'pbx', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",  # noqa: S608
                [f"pbx:{number}", DID, NOW, *call],
            )


def run(lake: Lake, table: dict[str, Any], *, at: dt.datetime = NOW) -> DeliveryResult:
    async def no_file(_path: str) -> bytes:
        raise AssertionError("HubSpot is given links")

    head = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU"}
    account = Account.model_validate({**head, "crm": [table]})
    client = account.crm[0]
    return asyncio.run(
        deliver(lake, account, client, no_file, link_to="https://rec.example/r/{}?a=1&b=2".format, clock=lambda: at)
    )


def states(lake: Lake) -> dict[str, tuple[str, str | None]]:
    with lake.read() as connection:
        rows = connection.execute("SELECT call_id, kind, state, reason FROM activities ORDER BY 1, 2").fetchall()
    return {f"{call_id} {kind}": (state, reason) for call_id, kind, state, reason in rows}


def test_every_field_of_every_kind_of_call(new_lake: Lake, table: dict[str, Any], crm: HubSpot) -> None:
    before_dst = dt.datetime(2026, 10, 3, 16, 29, 59, 500_000, tzinfo=dt.UTC)
    add_calls(
        new_lake,
        (before_dst, "inbound", "answered", None, JANE, 12.4, 200.0, "Sales & <Service>"),
        (before_dst + dt.timedelta(seconds=1), "inbound", "missed", "voicemail", JANE, 9.0, 0.0, None),
        (STARTED, "inbound", "missed", "busy", OMAR, 0.0, 0.0, None),
        (STARTED, "inbound", "missed", "queue_abandoned", JANE, 60.0, 0.0, None),
        (STARTED, "outbound", "connected", None, OMAR, 5.0, 61.6, None),
        (STARTED, "outbound", "not_connected", None, JANE, 5.0, None, None),
    )
    assert run(new_lake, table).ok
    assert crm.call("pbx:1") == {
        KEY: "pbx:1",
        "hs_timestamp": "2026-10-03T16:29:59.500Z",
        "hs_call_direction": "INBOUND",
        "hs_call_duration": "200000",
        "hs_call_status": "COMPLETED",
        "hs_call_from_number": JANE,
        "hs_call_to_number": DID,
        "hs_call_title": "Inbound call, answered",
        "hs_call_disposition": CONNECTED,
        "hs_call_body": (
            "Inbound call, answered<br>Started: Sun 04 Oct 2026, 01:59:59 (Australia/Adelaide)<br>Queue: Sales &amp; "
            f"&lt;Service&gt;<br>Our number: {DID}<br>Waited: 12 s<br>Talked: 3 min 20 s<br>[trunkline pbx:1]"
        ),
    }
    told = [
        (one.key, one.direction, one.seconds, crm.call(str(one.key))["hs_call_status"], one.number or "mobile")
        for one in crm.logged()
    ]
    assert told == [
        ("pbx:1", "inbound", 200, "COMPLETED", JANE),
        ("pbx:2", "inbound", 0, "NO_ANSWER", JANE),
        ("pbx:3", "inbound", 0, "BUSY", "mobile"),
        ("pbx:4", "inbound", 0, "NO_ANSWER", JANE),
        ("pbx:5", "outbound", 62, "COMPLETED", "mobile"),
        ("pbx:6", "outbound", 0, "NO_ANSWER", JANE),
    ]
    assert "Started: Sun 04 Oct 2026, 03:00:00" in crm.call("pbx:2")["hs_call_body"]
    assert [crm.call(f"pbx:{number}")["hs_call_disposition"][:4] for number in range(1, 7)] == [
        *("f240", "b2cf", "9d91", "73a0", "f240", "73a0")
    ]
    assert (crm.call("pbx:5")["hs_call_from_number"], crm.call("pbx:5")["hs_call_to_number"]) == (DID, OMAR)
    jane, omar = crm.store.records["contacts"]
    assert list(on_timeline(crm).values()) == [[jane], [jane], [omar], [jane], [omar], [jane]]
    assert (len(asked(crm, "batch/upsert")), len(asked(crm, "associate")), len(asked(crm, "search"))) == (1, 1, 2)


def test_a_call_from_first_to_last(new_lake: Lake, table: dict[str, Any], crm: HubSpot) -> None:
    """Answers are lost, one call is refused, audio comes, people write, facts change: each thing is there once."""
    crm.store.index_lag_seconds = 60.0
    options = crm.store.definitions["calls"]["hs_call_status"]["options"]
    options[:] = [one for one in options if one["value"] != "BUSY"]
    table = {**table, "unknown_callers": "create"}
    add_calls(
        new_lake,
        (STARTED, "inbound", "answered", None, STRANGER, 12.0, 200.0, None),
        (STARTED, "inbound", "missed", "busy", JANE, 0.0, 0.0, None),
    )
    crm.faults.add(UPSERT, drop_after_commit=True, times=4)
    assert run(new_lake, table).counts == {"pending": 2}
    with new_lake.write() as connection:
        for number in (1, 2):
            connection.execute(
                """INSERT INTO recordings (recording_id, call_id, account_id, pbx_id, state, path, bytes, sha256,
                    media_type, transcript) VALUES (?, 'pbx:1', 'acme', 'pbx', 'stored', ?, 4, 'a', 'audio/wav', ?)""",
                [f"pbx:r{number}", f"acme/{number}.wav", "Hello <b>you</b>\nBye" if number == 1 else None],
            )
    crm.faults.add("PATCH", drop_after_commit=True, times=8)
    run(new_lake, table, at=NOW + dt.timedelta(minutes=1))
    assert states(new_lake)["pbx:1 call"] == ("delivered", None)
    state, reason = states(new_lake)["pbx:2 call"]
    assert (state, "BUSY was not one of the allowed options" in str(reason)) == ("failed", True)
    assert [seen.status for seen in asked(crm, "batch/upsert")] == [0, 0, 0, 0, 207]
    there = crm.call("pbx:1")
    there["hs_call_body"] = f"Ring again!<br>{there['hs_call_body']}"
    with new_lake.write() as connection:
        connection.execute("UPDATE calls SET talk_seconds = 65, loaded_at = ?", [NOW + dt.timedelta(hours=1)])
    assert run(new_lake, table, at=NOW + dt.timedelta(hours=2)).counts == {"delivered": 3}
    assert there["hs_call_body"] == (
        "Ring again!<br>Inbound call, answered<br>Started: Tue 17 Nov 2026, 11:32:03 (Australia/Adelaide)<br>"
        f"Our number: {DID}<br>Waited: 12 s<br>Talked: 1 min 5 s<br>[trunkline pbx:1]"
        "<br><br><strong>More recordings</strong><br>"
        '<a href="https://rec.example/r/acme/2.wav?a=1&amp;b=2/call-2.wav">call-2.wav</a>'
        "<br>[trunkline pbx:1 recordings]"
        "<br><br><strong>What was said</strong><br>Hello &lt;b&gt;you&lt;/b&gt;<br>Bye<br>[trunkline pbx:1 transcript]"
    )
    assert there["hs_call_recording_url"] == "https://rec.example/r/acme/1.wav?a=1&b=2/call-1.wav"
    assert [(one.key, one.number, one.recordings, one.seconds) for one in crm.logged()] == [("pbx:1", STRANGER, 2, 65)]
    assert crm.numbers() == [JANE, STRANGER]
    assert {key: state for key, (state, _reason) in states(new_lake).items()} == {
        **dict.fromkeys(("pbx:1 call", "pbx:1 recording", "pbx:1 transcript"), "delivered"),
        "pbx:2 call": "failed",
    }


# The adapter alone


@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
@pytest.mark.parametrize("path", [UPSERT, ASSOCIATE])
def test_a_lost_answer_doubles_nothing_and_keeps_what_people_wrote_meanwhile(
    table: dict[str, Any], crm: HubSpot, jane: str, path: str, fault: str
) -> None:
    crm.faults.add(path, **{fault: True}, times=4)  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        log(table, entry(1, jane), entry(2, jane))
    was_there = bool(crm.logged())
    for call in crm.store.records["calls"].values():
        call.properties |= {
            "hs_call_body": f"Wants a quote.<br>{call.properties['hs_call_body']}",
            "hs_call_title": "!",
        }
    assert log(table, entry(1, jane, talk_seconds=9.0), entry(2, jane)) == [one.remote_id for one in crm.logged()]
    assert on_timeline(crm) == {"pbx:1": [jane], "pbx:2": [jane]}
    there = crm.call("pbx:1")
    assert (there["hs_call_duration"], there["hs_call_title"] == "!") == ("9000", was_there)
    text = plain(there["hs_call_body"])
    assert (text.count("Wants a quote."), text.count("[trunkline pbx:1]"), "Talked: 9 s" in text) == (
        was_there,
        1,
        True,
    )


def test_what_is_wrong_with_some_calls_is_said_of_those_alone(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    options = crm.store.definitions["calls"]["hs_call_status"]["options"]
    options[:] = [one for one in options if one["value"] != "BUSY"]
    crm.conflicts = {"pbx:2"}
    busy = entry(3, jane, outcome="missed", miss_reason="busy")
    results = log(table, entry(1, jane), entry(2, jane), busy, entry(4, jane), entry(5, "404404"))
    assert [one for one in results if isinstance(one, str)] == [one.remote_id for one in crm.logged()[:2]]
    assert [type(one) for one in results] == [str, Refused, Refused, str, DeletedThere]
    assert "409" in results[1].message
    assert "BUSY was not one of the allowed options" in results[2].message
    assert on_timeline(crm) == {"pbx:1": [jane], "pbx:4": [jane], "pbx:5": []}
    later = log(table, entry(5, jane))
    assert (later, on_timeline(crm)["pbx:5"]) == ([crm.logged()[2].remote_id], [jane])


def test_a_call_of_which_nothing_is_told_is_not_delivered(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    other = {
        "errors": [{"category": "VALIDATION_ERROR", "message": "no", "context": {"objectWriteTraceId": ["pbx:9"]}}]
    }
    crm.faults.add(UPSERT, status=207, body={"status": "COMPLETE", "results": [], **other})
    assert [type(one) for one in log(table, entry(1, jane), entry(2, jane))] == [AnswerLost, AnswerLost]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (None, "calls have no property trunkline_call_id"),
        (key_definition(KEY, is_unique=False), "takes the same value twice"),
    ],
)
def test_without_the_unique_property_nothing_is_logged(
    table: dict[str, Any], crm: HubSpot, jane: str, definition: Any, words: str
) -> None:
    crm.store.definitions["calls"].pop(KEY)
    if definition:
        crm.store.definitions["calls"][KEY] = definition
    with pytest.raises(NoKey, match=words) as caught:
        log(table, entry(1, jane))
    assert "Require unique values" in caught.value.mend
    assert crm.logged() == []


def test_an_outcome_that_the_account_has_taken_away_is_left_out(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    options = crm.store.definitions["calls"]["hs_call_disposition"]["options"]
    options[:] = [one for one in options if one["label"] != "Connected"]
    log(table, entry(1, jane))
    assert "hs_call_disposition" not in crm.call("pbx:1")


def test_changed_facts_are_told_and_what_people_changed_stays(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    call = {"direction": "outbound", "outcome": "connected", "agent": "Bo Ray (102)"}
    [remote_id] = log(table, entry(1, jane, **call))
    there = crm.call("pbx:1")
    theirs = {"hs_call_title": "Quote", "hs_call_disposition": WRONG_NUMBER}
    there |= {"hs_call_body": f"<b>Mine</b><br>{there['hs_call_body']}<br>At six.", **theirs}

    def change(**more: Any) -> None:
        use(table, lambda adapter: adapter.update_call(remote_id, entry(1, jane, **{**call, **more})))

    change(talk_seconds=65.0)
    assert there["hs_call_duration"] == "65000"
    assert there["hs_call_body"] == (
        "<b>Mine</b><br>Outbound call, connected<br>Started: Tue 17 Nov 2026, 11:32:03 (Australia/Adelaide)<br>"
        f"Called by: Bo Ray (102)<br>Our number: {DID}<br>Talked: 1 min 5 s<br>[trunkline pbx:1]<br>At six."
    )
    assert {key: there[key] for key in theirs} == theirs
    there["hs_call_body"] = "All mine now."
    change(outcome="not_connected")
    assert (there["hs_call_body"], there["hs_call_duration"]) == ("All mine now.", "0")
    assert (there["hs_call_status"], there["hs_call_title"]) == ("NO_ANSWER", "Outbound call, not connected")
    assert there["hs_call_disposition"] == NO_ANSWER
    crm.store.delete("calls", remote_id)
    with pytest.raises(DeletedThere):
        change()


def test_recordings_go_to_https_addresses_only(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    [remote_id] = log(table, entry(1, jane))
    for recording in (Recording("a", "audio/wav", b"RIFF"), Recording("a", "audio/wav", url="http://127.0.0.1/r/a")):
        with pytest.raises(Refused, match="begin with https"):
            use(table, lambda adapter, one=recording: adapter.add_recordings(remote_id, entry(1, jane), [one]))
    assert (asked(crm, "PATCH"), [one.recordings for one in crm.logged()]) == ([], [0])


@pytest.mark.parametrize("longer", range(9))
def test_a_long_transcript_is_cut_to_what_fits_and_between_characters(longer: int) -> None:
    said = "." * longer + "&lt;<br>" * 20_000
    body = hubspot_fields.with_block("Ours", "What was said", said, "[trunkline pbx:1 transcript]")
    assert body is not None
    assert hubspot_fields.LONGEST_BODY - 10 < len(body) <= hubspot_fields.LONGEST_BODY
    assert re.search(r"(&lt;|<br>)… \(the rest did not fit here\)<br>\[trunkline pbx:1 transcript\]$", body)


def test_a_task_is_made_once_and_closed(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    crm.store.index_lag_seconds = 60.0  # no search would show it
    task = Task("acme/pbx:1", jane, "Call back Jane", "2 missed calls <today>", NOW, JANE)
    other = Task("acme/pbx:11", jane, "Call back Jane", "1 missed call", NOW, JANE)

    async def lost(adapter: Adapter) -> Any:
        assert await adapter.find_task(task) is None
        await adapter.write_task(other)
        crm.faults.add("POST .*/tasks$", drop_after_commit=True)
        with pytest.raises(Unreachable):
            await adapter.write_task(task)
        made = await adapter.find_task(task)
        for _ in range(2):
            await adapter.close_task(str(made), task)
        return made

    made = use(table, lost)
    assert crm.store.records["tasks"][made].properties == {
        "hs_timestamp": "2026-11-17T12:00:00.000Z",
        "hs_task_subject": "Call back Jane",
        "hs_task_body": "2 missed calls &lt;today&gt;<br>[trunkline acme/pbx:1]",
        "hs_task_status": "COMPLETED",
        "hs_task_type": "CALL",
    }
    assert [(one.number, one.is_done) for one in crm.tasks_there()] == [(JANE, False), (JANE, True)]


def test_a_new_contact_is_found_again_and_its_source_is_told(table: dict[str, Any], crm: HubSpot) -> None:
    async def both(adapter: Adapter) -> Any:
        made = await adapter.create_contact(STRANGER, "Sam Stranger"), await adapter.create_contact(OMAR, "0423 456")
        return made, [await adapter.find_contacts(number) for number in (STRANGER, OMAR)]

    (sam, second), (of_sam, of_omar) = use(table, both)
    properties = crm.store.records["contacts"][sam].properties
    assert (properties["firstname"], properties["hs_object_source_detail_1"]) == ("Sam Stranger", "trunkline")
    assert [(one.contact_id, one.phones) for one in of_sam] == [(sam, (STRANGER,))]
    assert [one.contact_id for one in of_omar] == [list(crm.store.records["contacts"])[1], second], "the oldest first"
    assert "firstname" not in crm.store.records["contacts"][second].properties
    groups = asked(crm, "search")[0].json["filterGroups"]
    assert [tuple(one.values()) for group in groups for one in group["filters"]] == [
        ("phone", "EQ", STRANGER),
        ("mobilephone", "EQ", STRANGER),
        ("hs_searchable_calculated_phone_number", "EQ", "434567890"),
        ("hs_searchable_calculated_mobile_number", "EQ", "434567890"),
    ]


def test_401_renews_an_apps_token_once_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = HubSpot({JANE: "Jane"}, is_app=True)
    with Server(crm.app) as server:
        table = made_table(crm, server.url, monkeypatch)
        for ended, refreshes in ((False, 1), (False, 1), (True, 2)):
            if ended:
                crm.gate.end_tokens()
            assert len(use(table, lambda adapter: adapter.find_contacts(JANE), tmp_path)) == 1
            assert crm.gate.refreshes == refreshes
        assert use(table, lambda adapter: adapter.check(), tmp_path)[-1].state == "unknown", "no budget is told to apps"
        monkeypatch.setenv("HUB_REFRESH_TOKEN", "revoked")
        with pytest.raises(BadCredentials, match="install the app once more"):
            use(table, lambda adapter: adapter.find_contacts(JANE), tmp_path)
    assert [seen.status for seen in asked(crm, "oauth")] == [200, 200, 400]


def test_a_refused_token_is_tried_once(table: dict[str, Any], crm: HubSpot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", "pat-old")
    with pytest.raises(BadCredentials, match="service key"):
        use(table, lambda adapter: adapter.check())
    assert len(crm.requests) == 1


def test_429_is_obeyed_and_the_limits_are_kept(table: dict[str, Any], crm: HubSpot, jane: str) -> None:
    stamina.set_testing(False)  # the wait that is asked for is the point
    crm.limit.most, crm.limit.interval_seconds = 3, 0.15
    crm.gate.searches.most, crm.gate.searches.interval_seconds = 2, 0.3
    assert [crm.limit.allows() for _ in range(3)] == [True, True, True]

    async def much(adapter: Adapter) -> None:
        adapter._searching._pace.learn(2, 0.3)  # a second in truth
        await adapter.log_calls([entry(1, jane), entry(2, jane)])
        for _ in range(2):
            await adapter.add_transcript(crm.logged()[0].remote_id, entry(1, jane), "Hello")
        for _ in range(3):
            await adapter.find_contacts(JANE)

    use(table, much)
    assert (crm.limit.refused, crm.gate.searches.refused) == (1, 0), "the first answer tells the limit"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (423, {"message": "locked"}, "its rate limit is used up"),
        (429, {"policyName": "DAILY", "category": "RATE_LIMITS"}, "its requests of this day are used up"),
    ],
)
def test_what_may_be_done_later_stops_the_run(
    table: dict[str, Any], crm: HubSpot, jane: str, status: int, body: Any, words: str
) -> None:
    crm.faults.add(UPSERT, status=status, body=body, times=4)
    with pytest.raises(Busy, match=words):
        log(table, entry(1, jane))


def test_calls_are_listed_by_their_key_beyond_what_one_search_tells(
    table: dict[str, Any], crm: HubSpot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot_search, "SEARCH_PAGE", 3)
    monkeypatch.setattr(hubspot_search, "MAX_FOUND", 5)
    for second in range(7):
        key = {KEY: f"pbx:{second}"} if second != 3 else {}
        crm.store.make("calls", {"hs_timestamp": f"2026-11-17T01:00:0{second}.000Z", **key})
    begin = dt.datetime(2026, 11, 17, 1, 0, tzinfo=dt.UTC)
    listed = use(table, lambda adapter: adapter.list_calls(begin, begin + dt.timedelta(seconds=6)))
    ids = list(crm.store.records["calls"])
    assert listed == [Listed(ids[number], f"pbx:{number}") for number in (0, 1, 2, 4, 5)]
    assert [seen.json.get("after") for seen in asked(crm, "search")] == [None, None]


def doctor(table: dict[str, Any]) -> dict[str, Finding]:
    found = use({**table, "missed_call_task": True}, lambda adapter: adapter.check())
    return {one.what: one for one in found}


def test_doctor_finds_all_well_and_changes_nothing(table: dict[str, Any], crm: HubSpot) -> None:
    found = doctor(table)
    assert {one.state for one in found.values()} == {"ok"}
    assert found["rate budget"].message.endswith("requests left today")
    assert (crm.logged(), crm.tasks_there(), len(crm.store.records["contacts"])) == ([], [], 2)


def test_doctor_names_each_thing_that_is_missing(table: dict[str, Any], crm: HubSpot) -> None:
    crm.gate.scopes = {"crm.objects.contacts.read"}
    calls = crm.store.definitions["calls"]
    calls[KEY] = key_definition(KEY, "number")
    calls["hs_call_disposition"]["options"].pop(0)
    bad = {what: one for what, one in doctor(table).items() if one.state != "ok"}
    key = "unique property trunkline_call_id"
    assert set(bad) == {"write contacts", "write calls", "write tasks", key, "call outcomes"}
    assert bad["write calls"].message == "the scope crm.objects.contacts.write is missing"
    assert "crm.objects.contacts.write" in bad["write calls"].mend
    assert "is no text" in bad[key].message
    assert "busy" in bad["call outcomes"].message
    crm.gate.scopes = set()
    assert [doctor(table)[what].state for what in ("read calls", "properties of calls")] == ["fail", "fail"]
