from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.store.lake import Lake
from trunkline.store.recordings import Waiting, note_expected, note_results, settle_unreachable, waiting

NOW = dt.datetime(2026, 9, 15, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
Rows = Callable[..., list[tuple[Any, ...]]]
Found = tuple[str, str, str | None] | None


def put_day(put: Callable[..., None], day: dt.date, **says: Any) -> None:
    """What the PBX says of itself on a day."""
    put("pbx_settings", pbx_id="pbx", dn="pbx", kind="pbx", day=day, settings=json.dumps(says))


@pytest.fixture
def office(put: Callable[..., None]) -> Callable[..., None]:
    """An account that wants everything recorded, its PBX, and one answered call an hour and a half ago."""

    def office(
        policy: str = "all", pbx: dict[str, Any] | None = None, says: dict[str, Any] | None = None, **call: Any
    ) -> None:
        put("accounts", account_id="acme", recording_policy=policy, timezone="Australia/Adelaide")
        put("pbxs", **{"pbx_id": "pbx", "account_id": "acme", "can_list_recordings": True} | (pbx or {}))
        if says:
            put_day(put, NOW.date(), **says)
        started = call.pop("started_at", NOW - 1.5 * HOUR)
        given = {
            "call_id": "pbx:c",
            "account_id": "acme",
            "pbx_id": "pbx",
            "started_at": started,
            "ended_at": started + dt.timedelta(seconds=60),
            "direction": "inbound",
            "outcome": {"outbound": "connected", "internal": "internal"}.get(call.get("direction", ""), "answered"),
            "answered_by": "101",
            "answered_by_kind": "extension",
            "talk_seconds": 55.0,
        }
        put("calls", **given | call)

    return office


@pytest.fixture
def expected(lake: Lake, rows: Rows) -> Callable[..., Found]:
    """What is noted of the call that has no recording: id, state and cause."""

    def expected(now: dt.datetime = NOW) -> Found:
        with lake.write() as connection:
            note_expected(connection, "pbx", now)
        found = rows("SELECT recording_id, state, cause FROM recordings WHERE native_id IS NULL")
        return found[0] if found else None

    return expected


ID = "pbx:c:expected"


def test_a_call_that_was_looked_for_and_not_found(office: Callable[..., None], expected: Callable[..., Found]) -> None:
    office()
    assert expected() == (ID, "missing", "not_recorded")


def test_a_young_call_is_waited_for(office: Callable[..., None], expected: Callable[..., Found]) -> None:
    office(started_at=NOW - dt.timedelta(minutes=30))
    assert expected() == (ID, "pending", None)
    assert expected(NOW + 2 * HOUR) == (ID, "missing", "not_recorded")


@pytest.mark.parametrize(
    ("pbx", "says", "cause"),
    [
        ({"can_list_recordings": False}, {}, "access"),
        ({"problems": '[{"code": "sees_part"}]'}, {}, "access"),
        ({"can_list_recordings": None}, {}, "unexplained"),
        ({}, {"licence_active": False}, "licence"),
        ({}, {"licence_records": False, "quota_reached": True}, "licence"),
        ({}, {"recording_stopped": True}, "quota"),
        ({}, {"quota_reached": True}, "quota"),
        ({}, {"licence_active": True, "licence_records": True, "quota_reached": False}, "not_recorded"),
        ({"can_list_recordings": False}, {"quota_reached": True}, "access"),
    ],
)
def test_what_the_pbx_says_of_itself(
    pbx: dict[str, Any],
    says: dict[str, Any],
    cause: str,
    office: Callable[..., None],
    expected: Callable[..., Found],
) -> None:
    office(pbx=pbx, says=says)
    assert expected() == (ID, "missing", cause)


@pytest.mark.parametrize(
    ("stopped_on", "cause"),
    [({14}, "quota"), ({15}, "quota"), ({16}, "not_recorded"), ({13}, "not_recorded"), (set(), "not_recorded")],
)
def test_what_held_on_the_days_around_the_call(
    stopped_on: set[int],
    cause: str,
    office: Callable[..., None],
    put: Callable[..., None],
    expected: Callable[..., Found],
    rows: Rows,
) -> None:
    office()
    for day in (13, 14, 15, 16):
        put_day(put, dt.date(2026, 9, day), recording_stopped=day in stopped_on)
    assert expected() == (ID, "missing", cause)
    if cause == "quota":
        ((evidence,),) = rows("SELECT evidence FROM recordings")
        assert json.loads(evidence) == {"recording_stopped": True, "seen_on": f"2026-09-{stopped_on.pop()}"}


@pytest.mark.parametrize(("days", "cause"), [((2, 30), "purged"), ((30, 2), "purged"), ((30, 30), "not_recorded")])
def test_the_shortest_retention_since_the_call_took_it(
    days: tuple[int, int],
    cause: str,
    office: Callable[..., None],
    put: Callable[..., None],
    expected: Callable[..., Found],
) -> None:
    office(started_at=NOW - 49 * HOUR)
    put_day(put, NOW.date() - dt.timedelta(days=3), auto_delete_days=1)  # before the call
    for back, kept in zip((1, 0), days, strict=True):
        put_day(put, NOW.date() - dt.timedelta(days=back), auto_delete_days=kept)
    assert expected() == (ID, "missing", cause)


@pytest.mark.parametrize(
    ("listed", "cause"), [((False,), "unreachable"), ((False, True), "not_recorded"), ((None,), "not_recorded")]
)
def test_a_list_that_could_not_be_read_proves_nothing(
    listed: tuple[bool | None, ...],
    cause: str,
    office: Callable[..., None],
    put: Callable[..., None],
    expected: Callable[..., Found],
) -> None:
    office()
    for back, was_listed in enumerate(listed, start=2):
        window = {"since": NOW - back * HOUR, "until": NOW, "state": "complete", "read_at": NOW}
        put("windows", pbx_id="pbx", listed=was_listed, **window)
    assert expected() == (ID, "missing", cause)


def test_a_list_that_is_read_at_last(
    office: Callable[..., None], put: Callable[..., None], expected: Callable[..., Found]
) -> None:
    office()
    window = {"pbx_id": "pbx", "since": NOW - 2 * HOUR, "until": NOW, "state": "complete"}
    put("windows", listed=False, **window)
    assert expected() == (ID, "missing", "unreachable")
    put("windows", listed=True, **window)
    assert expected() == (ID, "missing", "not_recorded")


def test_retention_took_it(office: Callable[..., None], expected: Callable[..., Found]) -> None:
    office(pbx={"auto_delete_days": 2}, started_at=NOW - 49 * HOUR)
    assert expected() == (ID, "missing", "purged")


@pytest.mark.parametrize(
    ("records", "direction", "cause"),
    [
        ("no", "inbound", "policy"),
        ("external", "inbound", "not_recorded"),
        ("external", "internal", "policy"),
        ("yes", "inbound", "not_recorded"),
    ],
)
def test_an_extension_that_does_not_record(
    records: str,
    direction: str,
    cause: str,
    office: Callable[..., None],
    put: Callable[..., None],
    expected: Callable[..., Found],
) -> None:
    office(direction=direction)
    put("legs", leg_id="pbx:1", call_id="pbx:c", seq=1, source_dn="101", source_kind="extension", spoke=True)
    put("pbx_settings", pbx_id="pbx", dn="101", day=NOW.date(), kind="extension", records=records)
    assert expected() == (ID, "missing", cause)


def test_the_evidence_of_an_outbound_call_names_the_extension_that_dialled(
    office: Callable[..., None], put: Callable[..., None], expected: Callable[..., Found], rows: Rows
) -> None:
    office(direction="outbound", answered_by="+61491570156", answered_by_kind="external")
    put("legs", leg_id="pbx:1", call_id="pbx:c", seq=1, source_dn="105", source_kind="extension", spoke=True)
    for day, records in ((13, "yes"), (14, "no"), (15, "no")):
        put("pbx_settings", pbx_id="pbx", dn="105", day=dt.date(2026, 9, day), kind="extension", records=records)
    assert expected() == (ID, "missing", "policy")
    ((evidence,),) = rows("SELECT evidence FROM recordings")
    assert json.loads(evidence) == {
        "extension": "105",
        "records": "no",
        "seen_on": "2026-09-15",
        "changed_on": "2026-09-14",
    }


@pytest.mark.parametrize(
    ("policy", "call"),
    [
        ("none", {}),
        ("on-demand", {}),
        ("external", {"direction": "internal"}),
        ("all", {"answered_by": None, "outcome": "missed"}),
        ("all", {"talk_seconds": 2.9}),
        ("all", {"started_at": NOW - dt.timedelta(days=40)}),
    ],
)
def test_calls_of_which_no_recording_is_expected(
    policy: str, call: dict[str, Any], office: Callable[..., None], expected: Callable[..., Found]
) -> None:
    office(policy, **call)
    assert expected() is None


def test_talk_that_is_not_known_counts_as_talk(office: Callable[..., None], expected: Callable[..., Found]) -> None:
    office(talk_seconds=None)
    assert expected() == (ID, "missing", "not_recorded")


def test_a_call_with_a_recording_needs_no_other(
    office: Callable[..., None], put: Callable[..., None], expected: Callable[..., Found]
) -> None:
    office()
    put("recordings", recording_id="pbx:7", native_id="7", call_id="pbx:c", pbx_id="pbx", state="pending")
    assert expected() is None


def test_a_recording_that_turns_up_takes_the_place(
    office: Callable[..., None], put: Callable[..., None], expected: Callable[..., Found]
) -> None:
    office()
    assert expected()
    put("recordings", recording_id="pbx:7", native_id="7", call_id="pbx:c", pbx_id="pbx", state="stored")
    assert expected() is None


def test_a_cause_is_judged_again_when_the_right_is_there(
    office: Callable[..., None], put: Callable[..., None], expected: Callable[..., Found]
) -> None:
    office(pbx={"can_list_recordings": False})
    assert expected() == (ID, "missing", "access")
    put("pbxs", pbx_id="pbx", can_list_recordings=True)
    assert expected() == (ID, "missing", "not_recorded")
    put_day(put, NOW.date(), quota_reached=True)
    assert expected() == (ID, "missing", "not_recorded")


@pytest.mark.parametrize(
    ("row", "with_access", "waits"),
    [
        ({"state": "pending"}, True, True),
        ({"state": "pending"}, False, True),
        ({"state": "stored"}, True, False),
        ({"state": "missing", "cause": "damaged", "attempts": 4}, True, True),
        ({"state": "missing", "cause": "damaged", "attempts": 5, "tried_at": NOW - HOUR}, True, False),
        ({"state": "missing", "cause": "damaged", "attempts": 5, "tried_at": NOW - 24 * HOUR}, True, True),
        ({"state": "missing", "cause": "build", "attempts": 30, "tried_at": NOW - 24 * HOUR}, True, False),
        ({"state": "missing", "cause": "unreachable", "attempts": 50}, False, True),
        ({"state": "missing", "cause": "access"}, True, True),
        ({"state": "missing", "cause": "access"}, False, False),
        ({"state": "missing", "cause": "purged"}, True, False),
        ({"state": "pending", "native_id": None}, True, False),
        ({"state": "pending", "pbx_id": "other"}, True, False),
    ],
)
def test_what_waits_to_be_fetched(
    row: dict[str, Any], with_access: bool, waits: bool, put: Callable[..., None], lake: Lake
) -> None:
    put("recordings", **{"recording_id": "pbx:7", "native_id": "7", "pbx_id": "pbx", "started_at": NOW} | row)
    with lake.read() as connection:
        assert bool(waiting(connection, "pbx", NOW, with_access=with_access)) is waits


def test_the_oldest_is_fetched_first(put: Callable[..., None], lake: Lake) -> None:
    for native, hours in (("7", 1), ("8", 3), ("9", 2)):
        put(
            "recordings",
            recording_id=f"pbx:{native}",
            native_id=native,
            pbx_id="pbx",
            state="pending",
            started_at=NOW - hours * HOUR,
            evidence='{"archived":true}' if native == "9" else None,
        )
    with lake.read() as connection:
        found = waiting(connection, "pbx", NOW, with_access=True)
    assert found == [
        Waiting("pbx:8", "8", NOW - 3 * HOUR, 0, False, NOW - 3 * HOUR),
        Waiting("pbx:9", "9", NOW - 2 * HOUR, 0, True, NOW - 2 * HOUR),
        Waiting("pbx:7", "7", NOW - HOUR, 0, False, NOW - HOUR),
    ]


def test_what_became_of_an_attempt(put: Callable[..., None], lake: Lake, rows: Rows) -> None:
    put("recordings", recording_id="pbx:7", native_id="7", transcript="hello", state="pending")
    result = {"recording_id": "pbx:7", "state": "missing", "cause": "purged", "evidence": {"status": 400}}
    with lake.write() as connection:
        note_results(connection, [result])
    assert rows("SELECT state, cause, evidence::VARCHAR, transcript FROM recordings") == [
        ("missing", "purged", '{"status": 400}', "hello")
    ]


def test_a_pbx_that_does_not_answer_makes_unknown_what_is_due(put: Callable[..., None], lake: Lake, rows: Rows) -> None:
    for native, hours, more in (
        ("7", 2, {"state": "pending", "evidence": '{"archived": true, "status": 400}'}),
        ("8", 0.5, {"state": "pending"}),
        ("9", 2, {"state": "missing", "cause": "purged"}),
    ):
        started_at = NOW - hours * HOUR
        put("recordings", recording_id=f"pbx:{native}", native_id=native, pbx_id="pbx", started_at=started_at, **more)
    with lake.write() as connection:
        settle_unreachable(connection, "pbx", "connection refused", NOW)
    assert rows("SELECT native_id, state, cause, evidence::VARCHAR FROM recordings ORDER BY ALL") == [
        ("7", "missing", "unreachable", '{"archived":true,"said":"connection refused"}'),
        ("8", "pending", None, None),
        ("9", "missing", "purged", None),
    ]
