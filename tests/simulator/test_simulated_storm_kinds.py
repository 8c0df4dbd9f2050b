"""What a client meets in a storm of each kind."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path, sign_in
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

Connect = Callable[[SimulatedPbx], httpx.Client]

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
STATUS = "/xapi/v1/SystemStatus"
LOG = call_log_path(NOW - DAY, NOW)


def always(pbx: SimulatedPbx, kind: str) -> None:
    pbx.faults.storm(1, 1.0, (kind,))


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [
        ("429", 429, None),
        ("429_after_0", 429, ("retry-after", "0")),
        ("429_after_1", 429, ("retry-after", "1")),
        ("500", 500, None),
        ("502", 502, ("content-type", "text/html")),
        ("503", 503, None),
        ("504", 504, None),
        ("page", 200, ("content-type", "text/html")),
        ("to_login", 302, ("location", "/#/login")),
        ("to_elsewhere", 302, ("location", "http://127.0.0.1:9/")),
        ("signed_out", 401, None),
        ("delay", 200, None),
    ],
)
def test_each_kind(
    kind: str, status: int, header: tuple[str, str] | None, pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    always(pbx, kind)
    answer = xapi.get(STATUS)
    assert answer.status_code == status
    if header:
        assert answer.headers[header[0]] == header[1]
    elif kind == "429":
        assert "retry-after" not in answer.headers


def test_a_cut_answer_is_as_long_as_it_says(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    (call,) = pbx.add(place(SCENARIOS["answered_direct"], NOW - DAY / 4))
    download = f"/xapi/v1/Recordings/Pbx.DownloadRecording(recId={call.recordings[0].recording_id})"
    whole = {path: xapi.get(path).content for path in (STATUS, download)}
    always(pbx, "cut")
    for path, content in whole.items():
        answer = xapi.get(path)
        assert (answer.status_code, answer.content) == (200, content[: len(content) // 2])
    with pytest.raises(json.JSONDecodeError):
        xapi.get(STATUS).json()
    assert xapi.get("/xapi/v1/Nonsense").status_code == 404


@pytest.mark.parametrize("path", [STATUS, "/xapi/v1/Nonsense"])
def test_a_connection_breaks_even_where_nothing_was_to_be_said(
    path: str, pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    always(pbx, "drop")
    with pytest.raises(httpx.RemoteProtocolError):
        xapi.get(path)


def test_a_sign_in_that_is_lost_made_no_session(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    sign_in(client, pbx)
    always(pbx, "drop")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/connect/token", data={})
    pbx.faults.clear()
    assert pbx.log.tokens_minted == pbx.log.login_attempts == 1
    assert client.get(STATUS).status_code == 200


def test_lies_of_the_call_log(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["rang_out"], NOW - DAY / 24), place(SCENARIOS["rang_out"], NOW - 3 * DAY))
    path = call_log_path(NOW - 4 * DAY, NOW - 2 * DAY)
    found = []
    for kind in ("empty", "other_period"):
        always(pbx, kind)
        found.append([row["StartTime"][:10] for row in xapi.get(path).json()["value"]])
        assert xapi.get(STATUS).status_code == 200
    pbx.faults.clear()
    found.append([row["StartTime"][:10] for row in xapi.get(path).json()["value"]])
    assert found == [[], ["2026-09-16"], ["2026-09-13"]]


def test_a_lie_that_nobody_hears_is_not_told_later(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.add(place(SCENARIOS["rang_out"], NOW - DAY / 24))
    pbx.rights.history = False
    always(pbx, "empty")
    assert xapi.get(LOG).status_code == 403
    pbx.faults.clear()
    pbx.rights.history = True
    assert len(xapi.get(LOG).json()["value"]) == 1


def test_planned_faults_come_first(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    always(pbx, "503")
    pbx.faults.add("SystemStatus", status=418)
    assert [xapi.get(STATUS).status_code for _ in range(2)] == [418, 503]
    pbx.faults.clear()
    assert xapi.get(STATUS).status_code == 200
