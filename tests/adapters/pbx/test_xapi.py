from __future__ import annotations

import asyncio
import datetime as dt
import json
from itertools import pairwise
from typing import Any

import pytest
import time_machine

from trunkline.adapters.pbx import AT_ONCE
from trunkline.adapters.pbx.base import Truncated
from trunkline.errors import BadAnswer, Forbidden
from trunkline.models import WindowRead
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.tasks.extract import read_halving
from trunkline.windows import Window

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
DAY = Window(NOW - 24 * HOUR, NOW)


def busy(bench: Any, calls: int, every: dt.timedelta = 10 * MINUTE) -> None:
    """One-legged missed calls, the newest an hour old."""
    for index in range(calls):
        bench.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR - every * index))


def starts(answer: WindowRead) -> list[str]:
    return sorted(json.loads(row)["StartTime"] for row in answer.rows)


async def read_day(surface: Any) -> WindowRead:
    return await surface.read(DAY)  # type: ignore[no-any-return]


async def halved(surface: Any, window: Window = DAY) -> list[tuple[Window, WindowRead, bool]]:
    return [piece async for piece in read_halving(surface, window)]


def test_a_window_is_read_page_by_page_with_a_size_that_is_learnt_once(v20: Any) -> None:
    v20.pbx.report_top_limit = 10
    busy(v20, 25)

    async def twice(surface: Any) -> list[int]:
        return [len((await surface.read(DAY)).rows) for _ in range(2)]

    assert v20.run(twice) == [25, 25]
    assert v20.pbx.log.count("GetCallLogData", 400) == 1
    assert v20.pbx.log.count("GetCallLogData", 200) == 6


def test_a_window_brings_dids_and_recordings_and_is_kept_as_received(v20: Any) -> None:
    call = v20.pbx.add(place(SCENARIOS["answered_direct"], NOW - HOUR))[0]
    answer = v20.run(read_day)
    assert answer.dids[call.main_id] == call.did
    assert [one.native_id for one in answer.recordings] == [
        str(r.recording_id) for leg in call.legs for r in leg.recordings
    ]
    assert answer.raw["calls"] == answer.rows
    assert len(answer.raw["recordings"]) == 1
    assert (answer.pages, answer.problem) == (1, None)


def test_no_recordings_right_leaves_the_history(v20: Any) -> None:
    busy(v20, 3)
    v20.pbx.rights.list_recordings = False
    answer = v20.run(read_day)
    assert (len(answer.rows), answer.recordings) == (3, None)


def test_an_empty_recording_list_is_not_a_missing_right(v20: Any) -> None:
    busy(v20, 1)
    assert v20.run(read_day).recordings == []


def test_no_history_right_is_forbidden(v20: Any) -> None:
    v20.pbx.rights.history = False
    with pytest.raises(Forbidden, match="GetCallLogData: 403"):
        v20.run(read_day)


def test_the_row_limit_is_noticed(v20: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.adapters.pbx.call_log.ROW_LIMIT", 10)
    v20.pbx.row_limit, v20.pbx.report_top_limit = 10, 5
    busy(v20, 25)
    with pytest.raises(Truncated) as cut:
        v20.run(read_day)
    assert len(cut.value.read.rows) == 10


def test_halves_of_a_cut_window_cover_the_whole_and_lose_no_call(v20: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.adapters.pbx.call_log.ROW_LIMIT", 10)
    v20.pbx.row_limit, v20.pbx.report_top_limit = 10, 5
    busy(v20, 25)
    pieces = v20.run(halved)
    windows = [window for window, _answer, _whole in pieces]
    assert windows[0].since == DAY.since
    assert windows[-1].until == DAY.until
    assert all(one.until == other.since for one, other in pairwise(windows))
    assert len(windows) > 2
    assert all(whole for _window, _answer, whole in pieces)
    assert len({start for _window, answer, _whole in pieces for start in starts(answer)}) == 25


def test_a_minute_that_is_still_too_full_is_given_back_as_not_whole(v20: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.adapters.pbx.call_log.ROW_LIMIT", 5)
    v20.pbx.row_limit = 5
    busy(v20, 9, every=dt.timedelta(seconds=1))
    minute = Window(NOW - HOUR - MINUTE, NOW - HOUR)
    pieces = v20.run(lambda surface: halved(surface, Window(minute.since, minute.until)))
    assert [(window, len(answer.rows), whole) for window, answer, whole in pieces] == [(minute, 5, False)]


@pytest.mark.parametrize("spelling", ["raw", "encoded"])
def test_a_build_that_ignores_one_spelling_is_asked_in_the_other(v20: Any, spelling: str) -> None:
    v20.pbx.quirks.ignores_spelling = spelling
    v20.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR), place(SCENARIOS["rang_out"], NOW - 48 * HOUR))
    before = Window(NOW - 60 * HOUR, NOW - 36 * HOUR)

    async def twice(surface: Any) -> list[list[str]]:
        return [[start[:10] for start in starts(await surface.read(before))] for _ in range(2)]

    assert v20.run(twice) == [["2026-09-14"], ["2026-09-14"]]
    assert v20.pbx.log.count("GetCallLogData") == (3 if spelling == "raw" else 2)
    assert v20.run(twice) == [["2026-09-14"], ["2026-09-14"]], "another run"
    assert v20.pbx.log.count("GetCallLogData") == (5 if spelling == "raw" else 4), "the spelling is remembered"


def test_a_build_that_ignores_the_period_is_not_believed(v20: Any) -> None:
    v20.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR), place(SCENARIOS["rang_out"], NOW - 48 * HOUR))
    v20.pbx.faults.add(kind="ignore_period", times=None)
    with pytest.raises(BadAnswer, match="it answered with rows of other days than asked for"):
        v20.run(lambda surface: surface.read(Window(NOW - 60 * HOUR, NOW - 36 * HOUR)))


@pytest.mark.parametrize("shape", ["xapi-u0", "xapi-u10"])
def test_todays_rows_are_not_taken_for_all_of_a_window_in_which_today_begins(v20: Any, shape: str) -> None:
    v20.pbx.shape = shape
    v20.pbx.add(place(SCENARIOS["rang_out"], NOW - 20 * HOUR), place(SCENARIOS["rang_out"], NOW - HOUR))
    v20.pbx.faults.add("GetCallLogData", kind="ignore_period")
    with time_machine.travel(NOW, tick=True):  # today began at 14:30 UTC of the day before
        answer = v20.run(lambda surface: surface.read(Window(NOW - 24 * HOUR, NOW)))
    assert sorted(start[:13] for start in starts(answer)) == ["2026-09-15T07", "2026-09-16T02"]


def test_no_rows_although_the_newest_call_lies_inside_is_suspect(v20: Any) -> None:
    v20.pbx.add(place(SCENARIOS["outbound_connected"], NOW - HOUR))
    v20.pbx.faults.add(kind="suspect_empty", times=None)
    assert v20.run(read_day).problem == (
        "no rows, although the PBX's newest call started at 02:00:00 UTC, inside the window"
    )


def test_no_rows_although_another_report_has_calls_is_suspect(v20: Any) -> None:
    v20.pbx.add(place(SCENARIOS["rang_out"], NOW - 9 * HOUR), place(SCENARIOS["rang_out"], NOW - HOUR))
    v20.pbx.faults.add("GetCallLogData", kind="suspect_empty", times=None)
    answer = v20.run(lambda surface: surface.read(Window(DAY.since, NOW - 4 * HOUR)))
    assert answer.problem == "no rows, although the PBX's inbound-calls report has 1 calls of that time"


def test_an_empty_answer_is_asked_for_again(v20: Any) -> None:
    busy(v20, 3)
    v20.pbx.faults.add("GetCallLogData", kind="suspect_empty")
    answer = v20.run(read_day)
    assert (len(answer.rows), answer.problem) == (3, None)


def test_no_rows_and_no_call_is_an_honest_answer(v20: Any) -> None:
    assert v20.run(read_day).problem is None
    v20.pbx.add(place(SCENARIOS["rang_out"], NOW - 48 * HOUR))
    assert v20.run(read_day).problem is None


def test_rows_of_any_shape_are_handed_on(v20: Any) -> None:
    busy(v20, 1)
    v20.pbx.faults.add("GetCallLogData", kind="extra_rows", rows=("not an object", {"CdrId": 7}))
    assert [json.loads(row) for row in v20.run(read_day).rows][1:] == ["not an object", {"CdrId": 7}]


def test_never_more_requests_at_once_than_allowed(v20: Any) -> None:
    busy(v20, 3)
    v20.pbx.faults.add("GetCallLogData", delay_seconds=0.05, times=None)

    async def many(surface: Any) -> None:
        await asyncio.gather(*(surface.read(DAY) for _ in range(9)))

    v20.run(many)
    assert 1 < v20.pbx.log.most_at_once <= AT_ONCE


@pytest.mark.parametrize("body", ["<html>app</html>", "{}", '{"value": null}'])
def test_a_page_that_is_no_list_is_a_bad_answer_and_no_empty_window(v20: Any, body: str) -> None:
    v20.pbx.faults.add("GetCallLogData", body=body, times=None)
    with pytest.raises(BadAnswer):
        v20.run(read_day)


def test_a_page_that_fails_in_the_middle_fails_the_window(v20: Any) -> None:
    v20.pbx.report_top_limit = 10
    busy(v20, 25)
    v20.pbx.faults.add(r"skip=10", status=500, body='{"error": "database"}', times=None)
    with pytest.raises(BadAnswer, match="500 database"):
        v20.run(read_day)


def test_the_directory_names_kinds_and_what_they_record(v20: Any) -> None:
    v20.pbx.directory.extension("105").record_calls = False
    known = {one.dn: one for one in v20.run(lambda surface: surface.directory())}
    assert {one.kind for one in known.values()} == {"extension", "queue", "ring_group", "ivr"}
    assert (known["101"].records, known["105"].records) == ("yes", "no")


def test_who_forbids_recording_is_not_recorded(v20: Any) -> None:
    v20.pbx.directory.extension("105").forbid_recording = True
    known = {one.dn: one for one in v20.run(lambda surface: surface.directory())}
    assert (known["101"].records, known["105"].records) == ("yes", "no")


def test_dids_are_part_of_the_directory(v20: Any) -> None:
    v20.pbx.directory.dids = [f"+618701010{number:02}" for number in range(40)]
    v20.pbx.entity_top_limit = 25
    dids = [one.dn for one in v20.run(lambda surface: surface.directory()) if one.kind == "did"]
    assert dids == v20.pbx.directory.dids


def test_a_part_of_the_directory_that_is_refused_is_left_out(v20: Any) -> None:
    v20.pbx.faults.add("/Queues", status=403)
    assert {one.kind for one in v20.run(lambda surface: surface.directory())} == {"extension", "ring_group", "ivr"}


def test_a_download_renews_a_lost_token(v20: Any) -> None:
    call = v20.pbx.add(place(SCENARIOS["answered_direct"], NOW - HOUR))[0]
    native = str(next(one.recording_id for leg in call.legs for one in leg.recordings))

    async def go(surface: Any) -> list[int]:
        statuses = []
        for _ in range(2):
            async with surface.download(native) as response:
                statuses.append(response.status_code)
            v20.pbx.sessions.expire()
        return statuses

    assert v20.run(go) == [200, 200]
    assert v20.pbx.log.login_attempts == 2
