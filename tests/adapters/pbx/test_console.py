from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from trunkline.errors import BadAnswer, BadCredentials, Forbidden, NotThere, OutOfReach, SignInFailed
from trunkline.models import WindowRead
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.windows import Window

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)
DAY = Window(NOW - 24 * HOUR, NOW)


def busy(bench: Any, calls: int) -> None:
    """One missed call an hour, the newest an hour old."""
    for index in range(calls):
        bench.pbx.add(place(SCENARIOS["rang_out"], NOW - HOUR * (index + 1)))


async def read_day(surface: Any) -> WindowRead:
    return await surface.read(DAY)  # type: ignore[no-any-return]


def test_one_row_a_call_of_the_window_alone(v18: Any) -> None:
    busy(v18, 30)
    answer = v18.run(read_day)
    assert len(answer.rows) == 24
    assert all({"CallTime", "CallerId", "Destination"} <= set(json.loads(row)) for row in answer.rows)
    assert v18.pbx.log.login_attempts == 1


def test_pages_are_read_while_more_rows_follow(v18: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.adapters.pbx.console.PAGE", 10)
    busy(v18, 40)

    async def two_windows(surface: Any) -> list[tuple[int, int]]:
        windows = [DAY, Window(NOW - 36 * HOUR, NOW - 24 * HOUR)]
        return [(len(answer.rows), answer.pages) for answer in [await surface.read(one) for one in windows]]

    assert v18.run(two_windows) == [(24, 3), (12, 1)]
    assert v18.pbx.log.count("/api/CallLog") == 4


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 401},
        {"redirect_to": "/login"},
        {"body": "<html>sign in</html>"},
    ],
    ids=["401", "redirect", "sign-in page"],
)
def test_a_lost_session_is_opened_anew_once(v18: Any, fault: dict[str, Any]) -> None:
    busy(v18, 3)
    v18.pbx.faults.add("CallLog", **fault)
    assert len(v18.run(read_day).rows) == 3
    assert v18.pbx.log.login_attempts == 2


def test_a_session_that_ended_on_the_pbx_is_opened_anew(v18: Any) -> None:
    busy(v18, 3)

    async def go(surface: Any) -> int:
        await surface.directory()
        v18.pbx.sessions.expire()
        return len((await surface.read(DAY)).rows)

    assert v18.run(go) == 3
    assert v18.pbx.log.login_attempts == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"status": 401}, Forbidden), ({"redirect_to": "/login"}, NotThere), ({"body": "<html>"}, NotThere)],
)
def test_a_page_that_stays_refused_is_not_asked_for_ever(v18: Any, fault: dict[str, Any], error: type) -> None:
    v18.pbx.faults.add("CallLog", times=None, **fault)
    with pytest.raises(error):
        v18.run(read_day)
    assert v18.pbx.log.login_attempts == 3
    assert v18.pbx.log.count("CallLog") <= 1 + 2 * 4, "once in the lost session, and what retries are for in new ones"


def test_a_wrong_password_is_tried_once_and_then_never_again(v18: Any) -> None:
    for _ in range(3):
        with pytest.raises(BadCredentials, match="the credentials of 'admin' were refused"):
            v18.run(read_day, secret="wrong")
    assert v18.pbx.log.login_attempts == 1
    assert v18.run(read_day).rows == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, SignInFailed),
        ({"status": 403}, Forbidden),
        ({"status": 404}, NotThere),
        ({"body": "<html>app</html>"}, NotThere),
    ],
)
def test_a_sign_in_that_cannot_be_judged_refuses_nobody(v18: Any, fault: dict[str, Any], error: type) -> None:
    v18.pbx.faults.add("/api/login", **fault, times=3 if fault.get("status") == 500 else 1)
    with pytest.raises(error):
        v18.run(read_day)
    assert v18.run(read_day).rows == []


@pytest.mark.parametrize("days", [8, 29, 60, 88])
def test_the_log_is_read_back_as_far_as_ninety_days(v18: Any, days: int) -> None:
    at = NOW - dt.timedelta(days=days)
    v18.pbx.add(place(SCENARIOS["rang_out"], at), place(SCENARIOS["rang_out"], NOW - HOUR))
    assert len(v18.run(lambda surface: surface.read(Window(at - HOUR, at + HOUR))).rows) == 1


def test_beyond_ninety_days_says_how_far_it_reaches(v18: Any) -> None:
    at = NOW - dt.timedelta(days=91)
    with pytest.raises(OutOfReach, match="reaches back 90 days only") as beyond:
        v18.run(lambda surface: surface.read(Window(at, at + HOUR)))
    assert beyond.value.mend.startswith("backfill since 20")


def test_no_recordings_right_leaves_the_history(v18: Any) -> None:
    busy(v18, 3)
    v18.pbx.rights.list_recordings = False
    answer = v18.run(read_day)
    assert (len(answer.rows), answer.recordings) == (3, None)


def test_the_recordings_of_the_window_are_listed(v18: Any) -> None:
    call = v18.pbx.add(place(SCENARIOS["answered_direct"], NOW - HOUR))[0]
    answer = v18.run(read_day)
    assert [one.native_id for one in answer.recordings] == [
        str(r.recording_id) for leg in call.legs for r in leg.recordings
    ]
    assert len(answer.raw["recordings"]) == 1


def test_no_history_right_is_forbidden_and_told_by_the_probe(v18: Any) -> None:
    v18.pbx.rights.history = False
    with pytest.raises(Forbidden, match="/api/CallLog: 403"):
        v18.run(read_day)
    found = v18.run(lambda surface: surface.probe())
    assert (found.can_history, [one.code for one in found.problems]) == (False, ["no_history_right"])


def test_the_probe_knows_version_rights_and_licence(v18: Any) -> None:
    found = v18.run(lambda surface: surface.probe())
    assert (found.version, found.surface, found.licence) == ("18.0.3.461", "console18", "SIMULATED-ENT")
    assert (found.can_history, found.can_list_recordings, found.can_download_recordings) == (True, True, None)
    assert found.problems == ()


def test_rows_of_any_shape_are_handed_on(v18: Any) -> None:
    busy(v18, 1)
    v18.pbx.faults.add("CallLog", kind="extra_rows", rows=("text", {"CallTime": "soon"}))
    assert [json.loads(row) for row in v18.run(read_day).rows][1:] == ["text", {"CallTime": "soon"}]


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"CallLogRows": 3}', '{"CallLogRows": ['])
def test_a_page_that_is_no_log_is_a_bad_answer_and_no_empty_window(v18: Any, body: str) -> None:
    v18.pbx.faults.add("CallLog", body=body, times=None)
    with pytest.raises(BadAnswer, match="no such list"):
        v18.run(read_day)


def test_the_directory_names_kinds(v18: Any) -> None:
    kinds = {one.kind for one in v18.run(lambda surface: surface.directory())}
    assert {"extension", "queue", "ring_group", "ivr"} <= kinds
