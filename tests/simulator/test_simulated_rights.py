"""What a login may do, and what of a PBX it sees."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path, sign_in, sign_in_v18, trunk_calls_path
from trunkline.simulator.pbx.model import Rights, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

Connect = Callable[[SimulatedPbx], httpx.Client]

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SINCE = NOW - dt.timedelta(days=1)


def claims(pbx: SimulatedPbx) -> dict[str, Any]:
    assert pbx.sessions.token is not None
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(pbx.sessions.token.split(".")[1] + "=="))
    return value


def values(client: httpx.Client, path: str, **query: str | int) -> list[dict[str, Any]]:
    answer = client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


@pytest.mark.parametrize("history", [True, False])
@pytest.mark.parametrize("role", ["system_owners", "system_admins", "group_owners", "users"])
def test_the_token_tells_the_role_and_what_it_may_do(role: Any, history: bool, serve: Connect) -> None:
    pbx = SimulatedPbx("acme-main", rights=Rights(history=history, max_role=role))
    sign_in(serve(pbx), pbx)
    said = claims(pbx)
    assert said["MaxRole"] == role
    assert ("Reports" in said["role"]) == history
    assert ("PhoneSystemAdmin" in said["role"]) == role.startswith("system_")
    assert ("GlobalAdmin" in said["role"]) == (role == "system_owners")


def test_v18_tells_the_role_in_its_token_and_another_one_to_its_console(serve: Connect) -> None:
    pbx = SimulatedPbx("plains", version="18.0.8.939", surface="xapi18", shape="xapi-v18")
    pbx.rights.max_role = "managers"
    client = serve(pbx)
    sign_in_v18(client, pbx)
    assert claims(pbx)["MaxRole"] == "managers"
    assert client.get("/api/CurrentUser").json()["roles"] == ["admin"]


@pytest.fixture
def bound(pbx: SimulatedPbx, xapi: httpx.Client) -> httpx.Client:
    """A login that sees nobody but Ben Birtles; Anna Agnew took another call."""
    pbx.add(place(SCENARIOS["menu_queue_agent"], NOW - HOUR), place(SCENARIOS["answered_direct"], NOW - 2 * HOUR))
    pbx.rights.extensions = frozenset({"102"})
    return xapi


def test_a_department_sees_its_own_people(pbx: SimulatedPbx, bound: httpx.Client) -> None:
    assert [one["Number"] for one in values(bound, "/xapi/v1/Users")] == ["102"]
    peers = {one["Number"]: one["Type"] for one in values(bound, "/xapi/v1/Peers")}
    assert [number for number, kind in peers.items() if kind == "Extension"] == ["102"]
    assert peers["801"] == "Queue"
    counted = bound.get("/xapi/v1/Users", params={"$top": 1, "$select": "Id", "$count": "true"}).json()
    assert counted["@odata.count"] == 1
    assert bound.get("/xapi/v1/SystemStatus").json()["ExtensionsTotal"] == len(pbx.directory.extensions)


def test_ids_do_not_depend_on_who_looks(pbx: SimulatedPbx, bound: httpx.Client) -> None:
    seen = {name: values(bound, f"/xapi/v1/{name}", **{"$filter": "Number eq '102'"}) for name in ("Users", "Peers")}
    pbx.rights.extensions = None
    assert seen == {name: values(bound, f"/xapi/v1/{name}", **{"$filter": "Number eq '102'"}) for name in seen}


def test_a_department_sees_whole_calls_that_touch_it(pbx: SimulatedPbx, bound: httpx.Client) -> None:
    own, other = (call.main_id for call in pbx.book.calls(SINCE, NOW, NOW))
    rows = values(bound, call_log_path(SINCE, NOW))
    assert {row["MainCallHistoryId"] for row in rows} == {own}
    assert {row["DestinationDn"] for row in rows} >= {"801", "102"}
    pbx.rights.extensions = frozenset({"101"})
    assert {row["MainCallHistoryId"] for row in values(bound, call_log_path(SINCE, NOW))} == {other}
    pbx.rights.extensions = frozenset()
    assert values(bound, call_log_path(SINCE, NOW)) == []


def test_reports_of_the_trunks_are_not_cut(bound: httpx.Client) -> None:
    assert len(values(bound, trunk_calls_path("inbound", SINCE, NOW))) == 2


def test_a_department_sees_its_own_recordings(pbx: SimulatedPbx, bound: httpx.Client) -> None:
    assert {one["ToDn"] for one in values(bound, "/xapi/v1/Recordings")} == {"102"}
    pbx.rights.extensions = None
    assert {one["ToDn"] for one in values(bound, "/xapi/v1/Recordings")} == {"101", "102"}


def test_a_made_up_row_is_seen_by_everybody(pbx: SimulatedPbx, bound: httpx.Client) -> None:
    pbx.book.add_row(NOW - HOUR / 2, {"CdrId": "made-up"})
    assert values(bound, call_log_path(SINCE, NOW))[0] == {"CdrId": "made-up"}
