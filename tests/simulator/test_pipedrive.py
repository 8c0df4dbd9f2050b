from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.pipedrive import Pipedrive
from trunkline.simulator.serve import Server

JANE = "+61412345678"
TIMES = {"start_time": "2026-11-17 01:02:03", "end_time": "2026-11-17 01:03:03"}


@pytest.fixture(scope="module")
def crm() -> Pipedrive:
    return Pipedrive({JANE: "Jane"}, rate_limit=(500, 60.0), search_limit=(3, 60.0))


@pytest.fixture(scope="module")
def client(crm: Pipedrive) -> Iterator[httpx.Client]:
    headers = {"x-api-token": crm.token}
    with Server(crm.app) as server, httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def log(client: httpx.Client, **more: Any) -> httpx.Response:
    body = {"to_phone_number": JANE, "outcome": "connected", "duration": "60", "person_id": 1, **TIMES, **more}
    return client.post("/v1/callLogs", json={key: value for key, value in body.items() if value is not None})


def test_a_call_log_stands_on_an_activity_that_outlives_it(client: httpx.Client) -> None:
    made = log(client, note="one<br>two").json()["data"]
    assert made["start_time"] == "2026-11-17T01:02:03.000Z"
    assert client.get(f"/v1/callLogs/{made['id']}").json()["data"] == made
    assert client.delete(f"/v1/callLogs/{made['id']}").json() == {"success": True}
    assert [client.request(verb, f"/v1/callLogs/{made['id']}").status_code for verb in ("GET", "DELETE")] == [410, 410]
    activity = client.get(f"/api/v2/activities/{made['activity_id']}").json()["data"]
    assert (activity["type"], activity["done"], activity["person_id"]) == ("call", True, 1)
    assert activity["note"] == "one<br />two", "it keeps HTML in its own way"
    again = log(client, activity_id=activity["id"], person_id=None, note="three").json()["data"]
    assert (again["activity_id"], again["person_id"]) == (activity["id"], 1)
    client.delete(f"/api/v2/activities/{activity['id']}")
    assert client.get(f"/api/v2/activities/{activity['id']}").json()["data"]["is_deleted"] is True
    assert client.patch(f"/api/v2/activities/{activity['id']}", json={"done": True}).status_code == 404
    assert log(client, activity_id=activity["id"]).status_code == 404


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"direction": "inbound"}, 400, '"direction" is not allowed.'),
        ({"outcome": None}, 400, '"outcome" is required.'),
        ({"outcome": "missed"}, 400, "outcome"),
        ({"duration": 60}, 400, "duration"),
        ({"start_time": "2026-11-17T01:02:03Z"}, 400, "start_time"),
        ({"end_time": "2026-11-17 01:02:02"}, 400, "greater than or equal"),
        ({"person_id": "1"}, 400, "person_id"),
        ({"person_id": 99}, 404, "not found"),
        ({"user_id": 8}, 403, "permission"),
        ({"deal_id": 1, "lead_id": "f47ac10b-58cc-4372-a567-0e02b2c3d479"}, 400, "not both"),
    ],
)
def test_refuses_what_the_service_refuses(
    client: httpx.Client, crm: Pipedrive, more: dict[str, Any], status: int, words: str
) -> None:
    before = len(crm.logs)
    answer = log(client, **more)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert len(crm.logs) == before


@pytest.mark.parametrize(
    "headers", [{"x-api-token": "wrong"}, {"Authorization": "Bearer pd-simulated"}, {"x-api-token": ""}]
)
def test_takes_the_token_in_its_own_header_alone(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.get("/v1/users/me", headers=headers).status_code == 401


def test_a_recording_is_taken_once(client: httpx.Client, crm: Pipedrive) -> None:
    path = f"/v1/callLogs/{log(client).json()['data']['id']}/recordings"
    part = {"file": ("a.wav", b"RIFF\r\n\x00", "audio/wav")}
    assert [client.post(path, files=part).status_code for _ in range(2)] == [200, 409]
    assert list(crm.recordings.values()) == [b"RIFF\r\n\x00"]
    assert client.post(path, files={"recording": part["file"]}).status_code == 400
    assert client.post(path.replace("CA", "CB"), files=part).status_code == 404


def test_lists_come_in_pages_of_fifty_at_most(client: httpx.Client, crm: Pipedrive) -> None:
    for _ in range(3):
        log(client)
    assert client.get("/v1/callLogs?limit=51").status_code == 400
    assert client.get("/v1/callLogs?user_id=7001").status_code == 400
    found, start = 0, 0
    for _page in range(10):
        answer = client.get(f"/v1/callLogs?limit=2&start={start}").json()
        found += len(answer["data"])
        if not answer["additional_data"]["pagination"]["more_items_in_collection"]:
            break
        start = answer["additional_data"]["pagination"]["next_start"]
    assert found == len(crm.logs)
    assert client.get("/v1/notes?person_id=99").json()["data"] is None


def test_an_activity_gets_its_person_from_a_participant(client: httpx.Client) -> None:
    body = {"subject": "Call back", "type": "call", "due_date": "2026-11-18", "due_time": "01:30", "done": False}
    refused = client.post("/api/v2/activities", json={**body, "person_id": 1})
    assert "Add a primary participant" in refused.json()["error"]
    made = client.post("/api/v2/activities", json={**body, "participants": [{"person_id": 1, "primary": True}]})
    assert made.json()["data"]["person_id"] == 1
    assert client.post("/api/v2/activities", json={**body, "type": "lunch"}).status_code == 400
    assert client.post("/api/v2/activities", json={**body, "due_time": "1:30"}).status_code == 400


def test_searches_have_a_limit_of_their_own_and_show_a_new_person_late(client: httpx.Client, crm: Pipedrive) -> None:
    def search() -> httpx.Response:
        return client.get("/api/v2/persons/search", params={"term": "412 345 679", "fields": "phone"})

    crm.index_lag_seconds = 60.0
    client.post("/api/v2/persons", json={"name": "New", "phones": [{"value": "0412345679"}]})
    assert search().json()["data"]["items"] == []
    crm.index_lag_seconds = 0.0
    assert [row["item"]["name"] for row in search().json()["data"]["items"]] == ["New"]
    assert client.get("/api/v2/persons/search?term=4&fields=phone").status_code == 400
    assert [search().status_code for _ in range(2)] == [200, 429]
    told = client.get("/v1/users/me").headers
    assert (told["x-ratelimit-limit"], int(told["x-ratelimit-reset"]) <= 60) == ("500", True)
    crm.limit.most = 0
    assert client.get("/v1/users/me").json()["error"] == "request over limit"
