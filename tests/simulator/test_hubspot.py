"""The simulated HubSpot takes what its reference pages name, and refuses the rest in HubSpot's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.hubspot import KEY, HubSpot
from trunkline.simulator.serve import Server

JANE = "+61412345678"
OBJECTS = "/crm/objects/2026-03"
CALL = {"hs_timestamp": "2026-11-17T01:02:03.000Z", "hs_call_direction": "INBOUND", "hs_call_duration": "200000"}


@pytest.fixture
def crm() -> HubSpot:
    return HubSpot({JANE: "Jane"})


@pytest.fixture
def client(crm: HubSpot) -> Iterator[httpx.Client]:
    with Server(crm.app) as server:
        headers = {"Authorization": "Bearer pat-simulated"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            yield client


def upsert(client: httpx.Client, key: str = "pbx:1", **more: Any) -> httpx.Response:
    one = {"id": key, "idProperty": KEY, "properties": CALL, **more}
    return client.post(f"{OBJECTS}/calls/batch/upsert", json={"inputs": [one]})


def search(client: httpx.Client, name: str, value: str, **more: Any) -> httpx.Response:
    groups = [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]}]
    return client.post(f"{OBJECTS}/contacts/search", json={"filterGroups": groups, **more})


def test_upsert_hits_the_same_call_by_its_unique_property(client: httpx.Client, crm: HubSpot) -> None:
    first, second = (upsert(client).json()["results"][0] for _ in range(2))
    assert (first["new"], second["new"], first["id"] == second["id"]) == (True, False, True)
    assert (len(crm.logged()), crm.call("pbx:1")["hs_call_duration"]) == (1, "200000")


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"hs_call_length": "3"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_call_status": "MISSED"}, "INVALID_OPTION"),
        ({"hs_call_disposition": "Connected"}, "INVALID_OPTION"),
        ({"hs_call_duration": "3:20"}, "INVALID_DOUBLE"),
        ({"hs_call_duration": 200000}, "Input should be a valid string"),
        ({"hs_timestamp": "2026-11-17T01:02:03+10:30"}, "INVALID_DATE"),
        ({"hs_call_recording_url": "http://rec.example/a.wav"}, "https"),
        ({"hs_call_body": "x" * 65_537}, "VALUE_TOO_LONG"),
    ],
)
def test_refuses_what_the_service_refuses(
    client: httpx.Client, crm: HubSpot, properties: dict[str, Any], words: str
) -> None:
    answer = upsert(client, properties={**CALL, **properties})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert words in answer.json()["message"]
    assert crm.logged() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"associations": []}, "associations"),
        ({"idProperty": "hs_call_title"}, "non-unique 0-48 property hs_call_title"),
        ({"properties": {"hs_call_direction": "INBOUND"}}, "required properties"),
    ],
)
def test_refuses_an_upsert_of_another_shape(client: httpx.Client, more: dict[str, Any], words: str) -> None:
    answer = upsert(client, **more)
    assert (answer.status_code, words in answer.json()["message"]) == (400, True)


def test_a_batch_with_traces_fails_one_by_one(client: httpx.Client, crm: HubSpot) -> None:
    inputs = [
        {"id": key, "idProperty": KEY, "objectWriteTraceId": key, "properties": {**CALL, **more}}
        for key, more in {"pbx:1": {}, "pbx:2": {"nothing": "1"}}.items()
    ]
    answer = client.post(f"{OBJECTS}/calls/batch/upsert", json={"inputs": inputs})
    assert (answer.status_code, answer.json()["numErrors"]) == (207, 1)
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": ["pbx:2"]}
    assert [one.key for one in crm.logged()] == ["pbx:1"]
    crm.conflicts = {"pbx:2"}
    assert client.post(f"{OBJECTS}/calls/batch/upsert", json={"inputs": inputs}).status_code == 409


def test_contacts_are_found_without_their_country_code_and_late(client: httpx.Client, crm: HubSpot) -> None:
    crm.gate.searches.most = 100
    crm.store.index_lag_seconds = 60.0
    made = client.post(f"{OBJECTS}/contacts", json={"properties": {"phone": "0423 456 789"}, "associations": []})
    assert made.status_code == 201
    name = "hs_searchable_calculated_phone_number"
    assert search(client, name, "412345678", properties=["phone"]).json()["results"][0]["properties"]["phone"] == JANE
    assert search(client, "phone", "412345678").json()["total"] == 0
    assert search(client, name, "423456789").json()["total"] == 0
    crm.store.index_lag_seconds = 0.0
    assert search(client, name, "423456789").json()["total"] == 1
    assert "does not exist" in search(client, "telephone", "1").json()["message"]
    assert search(client, name, "1", limit=201).status_code == 400


def test_an_association_is_there_once_and_a_stranger_is_an_error(client: httpx.Client, crm: HubSpot) -> None:
    call, contact = upsert(client).json()["results"][0]["id"], next(iter(crm.store.records["contacts"]))
    pairs = [{"from": {"id": call}, "to": {"id": to}} for to in (contact, contact, "404")]
    path = "/crm/associations/2026-03/calls/contacts/batch/associate/default"
    answer = client.post(path, json={"inputs": pairs})
    assert (answer.status_code, answer.json()["errors"][0]["category"]) == (207, "OBJECT_NOT_FOUND")
    assert [one.number for one in crm.logged()] == [JANE]
    listed = client.get(f"{OBJECTS}/contacts/{contact}/associations/calls").json()["results"]
    assert [one["toObjectId"] for one in listed] == [call]


def test_signing_in_and_rights(client: httpx.Client, crm: HubSpot) -> None:
    path = f"{OBJECTS}/contacts"
    assert client.get(path, headers={"Authorization": "Bearer other"}).json()["category"] == "INVALID_AUTHENTICATION"
    crm.gate.end_tokens()
    assert client.get(path).json()["category"] == "EXPIRED_AUTHENTICATION"
    app = HubSpot(is_app=True)
    with Server(app.app) as server, httpx.Client(base_url=server.url, trust_env=False) as other:
        form = {"grant_type": "refresh_token", "client_id": "app-1", "client_secret": "app-secret"}
        token = "/oauth/2026-03/token"
        assert other.post(token, data={**form, "refresh_token": "no"}).status_code == 400
        assert other.post(token, params={**form, "refresh_token": "refresh-1"}).status_code == 415
        told = other.post(token, data={**form, "refresh_token": "refresh-1"}).json()
        assert (told["expires_in"], app.gate.refreshes) == (1800, 1)
        app.gate.scopes = {"oauth"}
        refused = other.get(path, headers={"Authorization": f"Bearer {told['access_token']}"})
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert refused.json()["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.contacts.read"]}


def test_limits_are_told_and_kept_and_those_of_searches_are_their_own(client: httpx.Client, crm: HubSpot) -> None:
    crm.limit.most = 1
    first, second = (client.get(f"{OBJECTS}/contacts") for _ in range(2))
    assert first.headers["x-hubspot-ratelimit-max"] == "1"
    assert first.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert first.headers["x-hubspot-ratelimit-daily-remaining"] == "249999"
    assert (second.status_code, second.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    crm.gate.searches.interval_seconds = 10.0
    found = [search(client, "phone", JANE) for _ in range(6)]
    assert [one.status_code for one in found] == [200, 200, 200, 200, 200, 429]
    assert (found[5].json()["policyName"], "x-hubspot-ratelimit-max" in found[5].headers) == ("SECONDLY", False)
    crm.gate.daily_left = 0
    assert client.get(f"{OBJECTS}/contacts").json()["policyName"] == "DAILY"
