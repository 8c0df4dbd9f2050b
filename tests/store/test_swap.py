"""What was built anew takes the place of what the lake has, and of nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from trunkline.calls.columns import LEGS
from trunkline.calls.recordings import RECORDINGS
from trunkline.store.difference import note_difference
from trunkline.store.lake import Lake
from trunkline.store.load import load_window, quarantine_id
from trunkline.store.swap import Swapped, swap, written_since
from trunkline.store.windows import WindowRow, note_window
from trunkline.windows import Window

Leg = Callable[..., dict[str, Any]]
Load = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]
Days = tuple[Window, Window]
NOTHING = Swapped(0, 0, 0)


@pytest.fixture
def anew(tmp_path: Path) -> Lake:
    """The lake beside the real one."""
    (tmp_path / "it's new").mkdir()
    return Lake(tmp_path / "it's new" / "lake.duckdb")


@pytest.fixture
def build(anew: Lake, tmp_path: Path) -> Callable[..., None]:
    """Loads a window into the lake beside the real one."""

    def build(
        window: Window,
        *legs: dict[str, Any],
        recordings: list[dict[str, Any]] | None = None,
        quarantined: list[tuple[bytes, str]] | None = None,
    ) -> None:
        files = tmp_path / "new_legs.parquet", tmp_path / "new_recordings.parquet"
        pl.DataFrame(list(legs), schema=LEGS).write_parquet(files[0])
        pl.DataFrame(recordings or [], schema=RECORDINGS).write_parquet(files[1])
        with anew.write() as connection:
            load_window(connection, WindowRow("pbx", window, "complete", window.until), *files, quarantined or [])

    return build


@pytest.fixture
def swapped(lake: Lake, anew: Lake, days: Days) -> Callable[..., Swapped]:
    """Swaps; both days are covered unless others are named."""

    def swapped(*covered: Window, read: list[bytes] | None = None) -> Swapped:
        ids = {quarantine_id("pbx", row) for row in read or []}
        with lake.read() as connection:
            note_difference(connection, "pbx", anew.path, covered or days, anew.path.parent)
        with lake.write() as connection:
            return swap(connection, "pbx", anew.path, anew.path.parent, ids)

    return swapped


def test_what_is_the_same_is_not_written(
    load: Load, build: Load, swapped: Callable[..., Swapped], everything: Callable[[], Any], staged_leg: Leg, days: Days
) -> None:
    load(days[0], staged_leg("1", -40), quarantined=[(b"null", "no object")], late=7200)
    before = everything()
    build(days[0], staged_leg("1", -40), quarantined=[(b"null", "no object")])
    assert swapped(read=[b"null"]) == NOTHING
    assert everything() == before


def test_calls_are_added_changed_and_removed(
    load: Load, build: Load, swapped: Callable[..., Swapped], rows: Rows, staged_leg: Leg, days: Days
) -> None:
    load(days[0], staged_leg("1", -40), staged_leg("2", -30), staged_leg("3", -20, call_id="pbx:gone"))
    build(days[0], staged_leg("1", -40), staged_leg("4", -10, call_id="pbx:new"))
    assert swapped() == Swapped(added=1, changed=1, removed=1)
    assert rows("SELECT call_id, leg_count FROM calls ORDER BY 1") == [("pbx:c", 1), ("pbx:new", 1)]
    assert rows("SELECT leg_id FROM legs ORDER BY 1") == [("pbx:1",), ("pbx:4",)]


def test_a_call_that_was_not_built_from_all_its_legs_stays(
    load: Load, build: Load, swapped: Callable[..., Swapped], everything: Callable[[], Any], staged_leg: Leg, days: Days
) -> None:
    over_midnight = staged_leg("1", -40), staged_leg("2", 15)
    load(days[0], *over_midnight, staged_leg("3", -7200, call_id="pbx:d"))
    before = everything()
    build(days[1], over_midnight[1])
    assert swapped(days[1]) == NOTHING, "it began before what is covered"
    build(days[0], over_midnight[0], staged_leg("3", -7200, call_id="pbx:d", talk_seconds=1.0))
    assert swapped(days[0]) == Swapped(0, 1, 0), "of `c` a leg lies beyond, but it was built too"
    assert everything() != before


def test_a_leg_that_only_the_lake_has_keeps_its_call(
    load: Load, build: Load, swapped: Callable[..., Swapped], everything: Callable[[], Any], staged_leg: Leg, days: Days
) -> None:
    load(days[0], staged_leg("1", -40), staged_leg("2", 15))
    before = everything()
    build(days[0], staged_leg("1", -40))
    assert swapped(days[0]) == NOTHING
    assert everything() == before


def test_another_pbx_is_left_alone(
    load: Load, build: Load, swapped: Callable[..., Swapped], rows: Rows, staged_leg: Leg, days: Days
) -> None:
    load(days[0], staged_leg("1", -40, pbx_id="other", call_id="other:c"), staged_leg("2", -30))
    build(days[0])
    assert swapped() == Swapped(0, 0, 1)
    assert rows("SELECT call_id FROM calls") == [("other:c",)]


def test_a_recording_follows_its_call_and_keeps_its_state(
    load: Load,
    build: Load,
    swapped: Callable[..., Swapped],
    rows: Rows,
    staged_leg: Leg,
    recording: Leg,
    days: Days,
    lake: Lake,
) -> None:
    own = [recording(), recording("8", call_id=None, link="none")]
    load(days[0], staged_leg("1", -40), recordings=own)
    with lake.write() as connection:
        connection.execute("UPDATE recordings SET state = 'stored', path = 'a.wav' WHERE native_id = '7'")
        connection.execute(
            "INSERT INTO recordings (recording_id, call_id, pbx_id, state) "
            "VALUES ('pbx:c:expected', 'pbx:c', 'pbx', 'missing')"
        )
    build(
        days[0],
        staged_leg("1", -40, call_id="pbx:new"),
        recordings=[recording(call_id="pbx:new"), recording("8", call_id="pbx:new"), recording("9")],
    )
    assert swapped() == Swapped(added=1, changed=0, removed=1)
    assert rows("SELECT recording_id, call_id, link, state, path FROM recordings ORDER BY 1") == [
        ("pbx:7", "pbx:new", "exact", "stored", "a.wav"),
        ("pbx:8", None, "none", "pending", None),
    ]


def test_a_row_that_can_be_read_now_is_no_longer_set_aside(
    load: Load, build: Load, swapped: Callable[..., Swapped], rows: Rows, days: Days
) -> None:
    bad = [(b"1", "no object"), (b"2", "no object"), (b"3", "no object"), (b"4", "no object")]
    load(days[0], quarantined=bad)
    build(days[0], quarantined=[(b"1", "no object"), (b"2", "a number"), (b"5", "new")])
    swapped(read=[b"1", b"2", b"3", b"5"])
    assert rows("SELECT row::VARCHAR, reason FROM quarantine ORDER BY 1") == [
        ("1", "no object"),
        ("2", "a number"),
        ("4", "no object"),
        ("5", "new"),
    ]


def test_where_no_complete_window_is_noted_the_ledger_is_restored(
    build: Load, swapped: Callable[..., Swapped], rows: Rows, staged_leg: Leg, recording: Leg, days: Days, lake: Lake
) -> None:
    failed = Window(days[0].since + dt.timedelta(hours=1), days[1].until)
    with lake.write() as connection:
        for window in (days[0].halves()[0], failed):
            note_window(connection, WindowRow("pbx", window, "failed", window.until))
        note_window(connection, WindowRow("other", days[0], "failed", days[0].until))
    build(days[0], staged_leg("1", -40), recordings=[recording()])
    swapped(days[0])
    assert rows("SELECT pbx_id, since, state, read_at FROM windows ORDER BY 1, 2") == [
        ("other", days[0].since, "failed", days[0].until),
        ("pbx", days[0].since, "complete", days[0].until),
        ("pbx", failed.since, "failed", failed.until),
    ]
    assert rows("SELECT recording_id, state FROM recordings") == [("pbx:7", "pending")]


def test_whether_the_lake_was_written_since(load: Load, staged_leg: Leg, days: Days, lake: Lake) -> None:
    load(days[0], staged_leg("1", -40), late=60)
    read_at = days[0].until + dt.timedelta(seconds=60)
    with lake.read() as connection:
        assert not written_since(connection, "pbx", read_at)
        assert written_since(connection, "pbx", read_at - dt.timedelta(seconds=1))
        assert not written_since(connection, "other", read_at - dt.timedelta(seconds=1))
