"""What retention removes of recordings, transcripts and rows set aside; what is loaded afterwards passes by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.delivery import skip_reason
from trunkline.entries import CallFacts
from trunkline.retention import Lines
from trunkline.store import activities
from trunkline.store.difference import note_difference
from trunkline.store.lake import Lake
from trunkline.store.purge import (
    Due,
    due,
    files_of,
    mark_stored,
    note_removed,
    pass_over,
    purge_rows,
    purge_transcripts,
)
from trunkline.store.purge_calls import purge_calls
from trunkline.store.recordings import waiting
from trunkline.store.swap import swap
from trunkline.windows import Window

Leg = Callable[..., dict[str, Any]]
Load = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]
Days = tuple[Window, Window]
LINE = dt.datetime(2026, 9, 15, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def put_recording(put: Callable[..., None]) -> Callable[..., None]:
    """A recording of before the line, unless told otherwise."""

    def recording(native: str, state: str, **more: Any) -> None:
        given = {"account_id": "acme", "pbx_id": "pbx", "native_id": native, "started_at": LINE - HOUR}
        put("recordings", **{"recording_id": f"pbx:{native}", "state": state, **given, **more})

    return recording


def test_a_file_goes_between_two_notes(lake: Lake, rows: Rows, put_recording: Callable[..., None]) -> None:
    put_recording("old", "stored", path="a", bytes=7)
    put_recording("new", "stored", path="b", started_at=LINE)
    put_recording("theirs", "stored", path="c", account_id="other")
    said = "SELECT native_id, state, path, purged_at, bytes FROM recordings WHERE native_id <> 'theirs' ORDER BY 1 DESC"
    with lake.write() as connection:
        assert files_of(connection, "acme", LINE) == ({"a"}, {"b"})
        assert mark_stored(connection, "acme", LINE, NOW) == 1
        assert files_of(connection, "acme", None) == ({"a"}, {"b"}), "also where the config keeps all by now"
        note_removed(connection, "acme", ["a", "b", "c"])
        assert files_of(connection, "acme", LINE) == (set(), {"b"})
        assert mark_stored(connection, "acme", LINE, NOW + HOUR) == 0
    assert rows(said) == [("old", "stored", None, NOW, 7), ("new", "stored", "b", None, None)]
    assert rows("SELECT path FROM recordings WHERE native_id = 'theirs'") == [("c",)]


def test_what_is_too_old_to_be_fetched_is_let_go_of(lake: Lake, rows: Rows, put_recording: Callable[..., None]) -> None:
    put_recording("a", "pending", evidence="{}")
    put_recording("b", "missing", cause="access")
    put_recording("c", "missing", cause="damaged", attempts=1)
    put_recording("d", "missing", cause="purged")
    put_recording("e", "pending", started_at=LINE)
    put_recording("f", "missing", cause="not_recorded", native_id=None)
    with lake.write() as connection:
        assert due(connection, "acme", Lines(recordings=LINE)) == Due(not_fetched=3)
        assert pass_over(connection, "acme", LINE, 30, NOW) == 3
        assert pass_over(connection, "acme", LINE, 30, NOW) == 0
        assert [one.native_id for one in waiting(connection, "pbx", NOW, with_access=True)] == ["e"]
    assert rows("SELECT recording_id[5:], state, cause, evidence::VARCHAR, purged_at FROM recordings ORDER BY 1") == [
        ("a", "missing", "policy", '{"retention_days": 30}', NOW),
        ("b", "missing", "access", None, NOW),
        ("c", "missing", "damaged", None, NOW),
        ("d", "missing", "purged", None, None),
        ("e", "pending", None, None, None),
        ("f", "missing", "not_recorded", None, None),
    ]


def test_transcripts_go_and_no_window_brings_them_back(
    lake: Lake, rows: Rows, load: Load, staged_leg: Leg, recording: Leg, days: Days
) -> None:
    said = {"transcript": "hello", "summary": "greets", "sentiment": 5}
    own = [recording("7", started_at=LINE - HOUR, **said), recording("8", started_at=LINE, **said)]
    load(days[0], staged_leg("1", -40), recordings=own)
    with lake.write() as connection:
        assert purge_transcripts(connection, "acme", LINE, NOW) == 1
        assert purge_transcripts(connection, "acme", LINE, NOW) == 0
    load(days[0], staged_leg("1", -40), recordings=own)
    told = "SELECT native_id, transcript, summary, sentiment, transcript_purged_at FROM recordings ORDER BY 1"
    assert rows(told) == [("7", None, None, None, NOW), ("8", "hello", "greets", 5, None)]


def test_what_was_said_before_the_line_is_never_loaded(
    rows: Rows, load: Load, staged_leg: Leg, recording: Leg, days: Days
) -> None:
    own = [recording(str(n), started_at=LINE + n * HOUR, transcript="hello") for n in (-1, 0)]
    load(days[0], staged_leg("1", -40), recordings=own, transcripts_since=LINE)
    assert rows("SELECT native_id, transcript FROM recordings ORDER BY 1") == [("-1", None), ("0", "hello")]


def test_a_call_that_is_removed_is_loaded_no_more(
    lake: Lake, load: Load, staged_leg: Leg, days: Days, everything: Callable[[], Any]
) -> None:
    legs = staged_leg("1", -40, source_name="Jo"), staged_leg("2", 3600, call_id="pbx:d")
    load(days[0], legs[0])
    load(days[1], legs[1])
    with lake.write() as connection:
        assert purge_calls(connection, "acme", LINE, "secret", NOW) == 1
    before = {table: content for table, content in everything().items() if table != "windows"}
    assert load(days[0], *legs, staged_leg("3", -20, source_name="Jo")) == 0
    assert {table: content for table, content in everything().items() if table != "windows"} == before


def test_a_replay_leaves_calls_that_are_removed_and_what_is_noted_of_those_that_are_not(
    lake: Lake, load: Load, staged_leg: Leg, days: Days, rows: Rows, put: Callable[..., None]
) -> None:
    anew = Lake(lake.path.parent / "anew" / "lake.duckdb")
    legs = staged_leg("1", -40), staged_leg("2", 3600, call_id="pbx:d", spoke=False)
    load(days[0], legs[0])
    load(days[1], legs[1])
    anew.path.parent.mkdir()
    anew.path.write_bytes(lake.path.read_bytes())
    with lake.write() as connection:
        purge_calls(connection, "acme", LINE, "secret", NOW)
    put("calls", call_id="pbx:d", queue="old")
    before = rows("FROM calls WHERE call_id = 'pbx:c'")
    with lake.read() as connection:
        note_difference(connection, "pbx", anew.path, days, anew.path.parent)
    with lake.write() as connection:
        swap(connection, "pbx", anew.path, anew.path.parent, ())
    assert rows("FROM calls WHERE call_id = 'pbx:c'") == before
    assert rows("SELECT queue, known_before FROM calls WHERE call_id = 'pbx:d'") == [(None, True)]
    assert rows("SELECT count(*) FROM legs WHERE source_raw IS NULL") == [(1,)]


def test_rows_set_aside_are_emptied_and_staff_of_then_have_no_names(
    lake: Lake, rows: Rows, put: Callable[..., None]
) -> None:
    put("pbxs", pbx_id="pbx", account_id="acme")
    for key, seen_at, row in (
        ("a", LINE - HOUR, '{"CallId": 1}'),
        ("b", LINE + HOUR, '{"CallId": 1}'),
        ("c", LINE + HOUR, '{"StartTime": "2026-09-14T10:00:00Z"}'),
        ("d", LINE + HOUR, '{"CallTime": "not a time"}'),
        ("e", LINE - HOUR, '"no object"'),
    ):
        put("quarantine", quarantine_id=key, pbx_id="pbx", seen_at=seen_at, row=row)
    put("quarantine", quarantine_id="f", pbx_id="theirs", seen_at=LINE - HOUR, row="{}")
    for dn, kind in (("101", "extension"), ("801", "queue")):
        for day in (LINE.date() - dt.timedelta(days=1), LINE.date()):
            put("pbx_settings", pbx_id="pbx", dn=dn, day=day, kind=kind, name=f"Name of {dn}")
    with lake.write() as connection:
        assert due(connection, "acme", Lines(calls=LINE)) == Due(quarantined=3, staff_names=1)
        assert purge_rows(connection, "acme", LINE) == 3
        assert due(connection, "acme", Lines(calls=LINE)) == Due()
    assert rows("SELECT quarantine_id FROM quarantine WHERE row IS NULL ORDER BY 1") == [("a",), ("c",), ("e",)]
    assert rows("SELECT dn, day FROM pbx_settings WHERE name IS NULL") == [("101", LINE.date() - dt.timedelta(days=1))]


def test_a_call_that_is_removed_waits_for_no_crm(lake: Lake, load: Load, staged_leg: Leg, days: Days) -> None:
    load(days[0], staged_leg("1", -40))
    load(days[1], staged_leg("2", 3600, call_id="pbx:d"))
    with lake.write() as connection:
        assert activities.enqueue(connection, "acme", "crm", None) == 2
        purge_calls(connection, "acme", LINE, "secret", NOW)
        waits = activities.outstanding(connection, "acme", "crm", ["call"], now=NOW, retry_failed=True)
        assert [work.call.call_id for work in waits] == ["pbx:d"]
        connection.execute("DELETE FROM activities")
        assert activities.count_new(connection, "acme", "crm", None) == 1
    facts = CallFacts("c", LINE, "inbound", "missed", external_number="removed:0123456789abcdef")
    assert skip_reason(facts, ()) == "removed by retention"
