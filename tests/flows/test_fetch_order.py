"""Which recordings are asked for first, and how soon again those that are not there yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from trunkline.flows.parts import fetch_recordings
from trunkline.simulator.pbx.model import Keeping, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.store.lake import Lake
from trunkline.tasks import fetch_many, recordings

NOW = dt.datetime(2026, 9, 15, 12, 0, tzinfo=dt.UTC)
DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)


class Desk:
    """A stage whose lake knows of recordings by hand: each is one of the PBX's."""

    def __init__(self, stage: Any) -> None:
        self.stage, self.pbx = stage, stage.pbx
        self._lake = Lake(stage.folder / "data" / "lake.duckdb")
        with self._lake.write() as connection:  # else the probe would ask for a recording too
            connection.execute("INSERT INTO pbxs (pbx_id, can_download_recordings) VALUES ('acme-main', true)")

    def add(self, started_at: dt.datetime, *, call_lasted: dt.timedelta = SECOND, **columns: Any) -> int:
        """A recording that the PBX has, and the lake waits for; returns its id."""
        call = self.pbx.add(place(SCENARIOS["answered_direct"], started_at - HOUR))[0]
        number = call.recordings[0].recording_id
        row = {
            "recording_id": f"acme-main:{number}",
            "call_id": f"call:{number}",
            "account_id": "acme",
            "pbx_id": "acme-main",
            "native_id": str(number),
            "state": "pending",
            "started_at": started_at,
            **columns,
        }
        with self._lake.write() as connection:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO recordings ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608
            connection.execute(
                "INSERT INTO calls (call_id, pbx_id, started_at, ended_at) VALUES (?, 'acme-main', ?, ?)",
                [row["call_id"], started_at, started_at + call_lasted],
            )
        return number

    def fetch(self) -> list[int]:
        """One run of `trunkline recordings`; the ids in the order in which they were asked for."""
        self.pbx.log.downloads.clear()
        assert self.stage.run(fetch_recordings).failures == []
        return list(self.pbx.log.downloads)

    def became(self, number: int) -> tuple[Any, ...]:
        """State, cause and attempts."""
        sql = "SELECT state, cause, attempts FROM recordings WHERE native_id = ?"
        return self.stage.query(sql, str(number))[0]  # type: ignore[no-any-return]


@pytest.fixture
def desk(stage: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(recordings, "SOON_SECONDS", 0.05)
    monkeypatch.setattr(fetch_many, "FETCHERS", 1)
    pbx = SimulatedPbx("acme-main", keeping=Keeping(auto_delete_days=30))
    with time_machine.travel(NOW, tick=True), stage(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as running:
        yield Desk(running)


def test_what_the_pbx_deletes_soon_is_asked_for_first_and_what_ended_just_now_last(desk: Desk) -> None:
    tried = {"tried_at": NOW - HOUR, "attempts": 1}
    young = desk.add(NOW - 2 * HOUR, call_lasted=2 * HOUR - 20 * SECOND)
    tried_before = desk.add(NOW - 3 * DAY, **tried)
    new = desk.add(NOW - HOUR)
    older = desk.add(NOW - 22 * DAY)
    soon_tried = desk.add(NOW - 25 * DAY, **tried)
    soon = desk.add(NOW - 24 * DAY)
    sooner = desk.add(NOW - 29 * DAY)
    deleted = desk.add(NOW - 40 * DAY)
    assert desk.fetch() == [sooner, soon_tried, soon, deleted, older, new, tried_before, young]
    assert desk.became(deleted) == ("missing", "purged", 1)
    assert {desk.became(one)[0] for one in (sooner, soon_tried, soon, older, new, tried_before, young)} == {"stored"}


def test_a_file_that_is_not_there_seconds_after_its_call_is_asked_for_again_in_the_same_run(desk: Desk) -> None:
    number = desk.add(NOW - HOUR / 2, call_lasted=HOUR / 2 - 20 * SECOND)
    desk.pbx.faults.add("DownloadRecording", status=404)
    desk.fetch()
    assert desk.became(number) == ("stored", None, 1)


@pytest.mark.parametrize("ago", [20 * SECOND, HOUR / 2])
def test_a_file_that_is_not_there_within_an_hour_of_a_long_call_is_waited_for(ago: dt.timedelta, desk: Desk) -> None:
    number = desk.add(NOW - 3 * HOUR, call_lasted=3 * HOUR - ago)
    missing = desk.pbx.faults.add("DownloadRecording", status=404, times=None)
    desk.fetch()
    asked = desk.pbx.log.count("DownloadRecording", 404)
    desk.pbx.faults.planned.remove(missing)
    assert desk.became(number) == ("pending", None, 1)
    assert asked == (2 if ago < HOUR / 2 else 1), "only what may come within seconds is asked for twice"
    desk.fetch()
    assert desk.became(number) == ("stored", None, 2)
