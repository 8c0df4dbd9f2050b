from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.store.lake import Lake
from trunkline.store.windows import WindowRow, note_window, reads_of
from trunkline.windows import Read, Window

Leg = Callable[..., dict[str, Any]]
Load = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]
Days = tuple[Window, Window]
QUEUE = {"destination_kind": "queue", "destination_dn": "801", "spoke": False, "human": False, "recording_ids": []}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def note(lake: Lake) -> Callable[..., None]:
    """Notes that a window was read, or not."""

    def note(window: Window, state: str, error: str | None = None) -> None:
        with lake.write() as connection:
            note_window(connection, WindowRow("pbx", window, state, window.until + HOUR, error=error))

    return note


def test_the_same_window_twice_writes_nothing(
    load: Load, staged_leg: Leg, recording: Leg, days: Days, everything: Callable[[], Any]
) -> None:
    legs = staged_leg("1", -40, **QUEUE), staged_leg("2", -5, did="+61870100100")
    given = {"recordings": [recording(transcript="hello")], "quarantined": [(b"null", "no object")]}
    assert load(days[0], *legs, **given) == 1
    before = everything()
    assert load(days[0], *legs, **given) == 0
    assert everything() == before


def test_reading_again_later_changes_the_ledger_alone(
    load: Load, staged_leg: Leg, recording: Leg, days: Days, everything: Callable[[], Any]
) -> None:
    given = {"recordings": [recording()], "quarantined": [(b"null", "no object")]}
    load(days[0], staged_leg("1", -40), **given)
    before = everything()
    assert load(days[0], staged_leg("1", -40), late=7200, **given) == 0
    after = everything()
    assert {table for table in after if after[table] != before[table]} == {"windows"}
    assert len(after["windows"]) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_call_over_two_windows_is_one_call_whichever_comes_first(
    order: tuple[int, int], load: Load, staged_leg: Leg, days: Days, rows: Rows
) -> None:
    legs = (
        staged_leg("1", -40, talk_seconds=55.0, ring_seconds=0.0, duration_seconds=55.0, **QUEUE),
        staged_leg("2", 15),
    )
    for index in order:
        load(days[index], legs[index])
    assert rows(
        "SELECT call_id, outcome, first_destination, answered_by, wait_seconds, talk_seconds, leg_count FROM calls"
    ) == [("pbx:c", "answered", "801", "101", 60.0, 60.0, 2)]
    assert rows("SELECT leg_id, seq FROM legs ORDER BY seq") == [("pbx:1", 1), ("pbx:2", 2)]


def test_a_call_that_turns_out_answered_is_changed(load: Load, staged_leg: Leg, days: Days, rows: Rows) -> None:
    load(days[0], staged_leg("1", -40, **QUEUE))
    assert rows("SELECT outcome, miss_reason FROM calls") == [("missed", "queue_abandoned")]
    assert load(days[0], staged_leg("1", -40, **QUEUE), staged_leg("2", -5)) == 1
    assert rows("SELECT outcome, miss_reason FROM calls") == [("answered", None)]


def test_a_did_once_known_is_kept(load: Load, staged_leg: Leg, days: Days, rows: Rows) -> None:
    load(days[0], staged_leg("1", -40, did="+61870100100"))
    assert load(days[0], staged_leg("1", -40, did=None)) == 0
    assert rows("SELECT did FROM calls") == rows("SELECT did FROM legs") == [("+61870100100",)]
    load(days[0], staged_leg("1", -40, did="+61870100200"))
    assert rows("SELECT did FROM calls") == [("+61870100200",)]


def test_an_empty_window_is_complete_too(load: Load, days: Days, rows: Rows) -> None:
    assert load(days[0]) == 0
    assert rows("SELECT state, calls, rows FROM windows") == [("complete", 0, 0)]


def test_what_is_known_of_a_recording_is_only_added_to(
    load: Load, staged_leg: Leg, recording: Leg, days: Days, rows: Rows, lake: Lake
) -> None:
    load(days[0], staged_leg("1", -40), recordings=[recording(transcript="hello", link="matched")])
    with lake.write() as connection:
        connection.execute("UPDATE recordings SET state = 'stored', path = 'a.wav', attempts = 2")
    load(days[0], staged_leg("1", -40), recordings=[recording(call_id=None, link="none", summary="short")])
    load(days[0], staged_leg("1", -40), recordings=[recording()])
    assert rows("SELECT call_id, link, state, path, attempts, transcript, summary FROM recordings") == [
        ("pbx:c", "exact", "stored", "a.wav", 2, "hello", "short")
    ]


def test_a_quarantined_row_is_kept_once_as_received(load: Load, days: Days, rows: Rows) -> None:
    bad = [(b'{"CdrId":7}', "no time"), (b"\xff", "no text"), (b'"text"', "no object")]
    load(days[0], quarantined=bad)
    load(days[0], quarantined=bad)
    assert rows("SELECT reason, row::VARCHAR FROM quarantine ORDER BY reason") == [
        ("no object", '"text"'),
        ("no text", '"\ufffd"'),
        ("no time", '{"CdrId":7}'),
    ]


def test_a_failed_window_never_hides_a_complete_one(note: Callable[..., None], days: Days, rows: Rows) -> None:
    note(days[0], "complete")
    note(days[0], "failed", "refused")
    assert rows("SELECT state, error FROM windows") == [("complete", None)]


def test_a_complete_window_replaces_its_failures_and_smaller_ones(
    note: Callable[..., None], days: Days, rows: Rows
) -> None:
    first, second = days[0].halves()
    for state in ("failed", "partial", "suspect_empty"):
        note(first, state)
    note(second, "failed")
    note(days[1], "failed")
    assert rows("SELECT since, state FROM windows ORDER BY since") == [
        (first.since, "suspect_empty"),
        (second.since, "failed"),
        (days[1].since, "failed"),
    ]
    note(days[0], "complete")
    assert rows("SELECT since, state FROM windows ORDER BY since") == [
        (days[0].since, "complete"),
        (days[1].since, "failed"),
    ]


def test_halves_make_up_for_the_failure_of_the_whole(note: Callable[..., None], days: Days, rows: Rows) -> None:
    first, second = days[0].halves()
    note(days[0], "failed")
    note(first, "complete")
    assert rows("SELECT state FROM windows ORDER BY state") == [("complete",), ("failed",)]
    note(second, "complete")
    assert rows("SELECT since, state FROM windows ORDER BY since") == [
        (first.since, "complete"),
        (second.since, "complete"),
    ]


def test_the_ledgers_of_two_pbxs_are_apart(note: Callable[..., None], days: Days, rows: Rows, lake: Lake) -> None:
    note(days[0], "failed")
    with lake.write() as connection:
        note_window(connection, WindowRow("other", days[0], "complete", days[0].until))
    assert rows("SELECT pbx_id, state FROM windows ORDER BY 1") == [("other", "complete"), ("pbx", "failed")]


def test_only_complete_windows_count_as_read(note: Callable[..., None], days: Days, lake: Lake) -> None:
    note(days[0], "complete")
    note(days[1], "suspect_empty")
    with lake.read() as connection:
        assert reads_of(connection, "pbx") == [Read(days[0], days[0].until + HOUR)]
        assert reads_of(connection, "other") == []


def test_an_exact_link_is_never_pointed_elsewhere_by_a_guess(
    load: Load, recording: Callable[..., dict[str, Any]], days: Days, rows: Rows
) -> None:
    load(days[0], recordings=[recording(link="exact")])
    load(days[1], recordings=[recording(link="matched", call_id="pbx:other")])
    assert rows("SELECT call_id, link FROM recordings") == [("pbx:c", "exact")]
    load(days[1], recordings=[recording(link="exact", call_id="pbx:right")])
    assert rows("SELECT call_id, link FROM recordings") == [("pbx:right", "exact")]


def test_a_call_was_loaded_when_the_answer_that_brought_its_facts_was_landed(
    load: Load, staged_leg: Leg, days: Days, rows: Rows
) -> None:
    landed = [days[0].until + n * HOUR for n in range(3)]
    load(days[0], staged_leg("1", -40), late=9_000, landed_at=landed[0])
    load(days[0], staged_leg("1", -40), late=9_000, landed_at=landed[1])
    assert rows("SELECT loaded_at FROM calls") == [(landed[0],)]
    load(days[0], staged_leg("1", -40, talk_seconds=5.0), late=9_000, landed_at=landed[2])
    assert rows("SELECT loaded_at, (SELECT max(read_at) FROM windows) FROM calls") == [
        (landed[2], days[0].until + dt.timedelta(seconds=9_000))
    ]
