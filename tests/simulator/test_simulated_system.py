from __future__ import annotations

import httpx

from trunkline.simulator.pbx.model import SimulatedPbx


def test_status_is_a_right_of_its_own(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    assert xapi.get("/xapi/v1/SystemStatus").json()["Version"] == "20.0.8.1109"
    pbx.rights.system_status = False
    assert xapi.get("/xapi/v1/SystemStatus").status_code == 403
    assert xapi.get("/xapi/v1/Defs/Pbx.GetSystemParameters").json()["Version"] == "20.0.8.1109"


def test_metadata_tells_the_shape(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    assert 'Name="Recordings"' not in xapi.get("/xapi/v1/$metadata").text
    pbx.shape = "xapi-u10"
    answer = xapi.get("/xapi/v1/$metadata")
    assert 'Name="Recordings"' in answer.text
    assert answer.headers["content-type"] == "application/xml"


def test_users_must_be_selected_with_their_id(xapi: httpx.Client) -> None:
    assert xapi.get("/xapi/v1/Users", params={"$select": "Number"}).status_code == 400
    found = xapi.get("/xapi/v1/Users", params={"$select": "Id,Number,RecordCalls", "$top": 2, "$skip": 1}).json()
    assert [one["Number"] for one in found["value"]] == ["102", "103"]
    assert set(found["value"][0]) == {"Id", "Number", "RecordCalls"}


def test_entity_sets_refuse_a_large_top(xapi: httpx.Client) -> None:
    for name in ("Users", "Queues", "RingGroups", "Receptionists", "Peers"):
        assert xapi.get(f"/xapi/v1/{name}", params={"$top": 100}).status_code == 200
        refused = xapi.get(f"/xapi/v1/{name}", params={"$top": 500})
        assert refused.status_code == 400
        assert "The limit of '100' for Top query" in refused.text


def test_peers_know_every_kind(xapi: httpx.Client) -> None:
    kinds = {one["Number"]: one["Type"] for one in xapi.get("/xapi/v1/Peers").json()["value"]}
    expected = {"101": "Extension", "801": "Queue", "600": "RingGroup", "800": "IVR", "888": "Fax"}
    assert {number: kinds[number] for number in expected} == expected
