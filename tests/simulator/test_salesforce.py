"""The simulated Salesforce org is as strict as the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.salesforce import Salesforce
from trunkline.simulator.serve import Server

JANE = "+61412345678"
KEY = "Trunkline_Call_Id__c"
DATA = "/services/data/v60.0"


@pytest.fixture
def crm() -> Salesforce:
    return Salesforce({JANE: "Jane"}, rate_limit=(30, 60.0), page_size=2)


@pytest.fixture
def client(crm: Salesforce) -> Iterator[httpx.Client]:
    with Server(crm.app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        form = {"grant_type": "client_credentials", "client_id": crm.client_id, "client_secret": crm.client_secret}
        answer = client.post("/services/oauth2/token", data=form).json()
        assert answer["instance_url"] == server.url
        client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        yield client


def upsert(client: httpx.Client, *records: dict[str, Any], key: str = KEY) -> httpx.Response:
    body = {"allOrNone": False, "records": [{"attributes": {"type": "Task"}, **record} for record in records]}
    return client.patch(f"{DATA}/composite/sobjects/Task/{key}", json=body)


def query(client: httpx.Client, soql: str) -> httpx.Response:
    """`KEY` stands for the key field."""
    return client.get(f"{DATA}/query/", params={"q": soql.replace("KEY", KEY)})


def test_the_sign_in_takes_the_right_app_alone(client: httpx.Client, crm: Salesforce) -> None:
    form = {"grant_type": "client_credentials", "client_id": crm.client_id, "client_secret": "wrong"}
    refused = client.post("/services/oauth2/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    other = client.post("/services/oauth2/token", data={**form, "grant_type": "password"})
    assert other.json()["error"] == "unsupported_grant_type"
    crm.end_tokens()
    ended = query(client, "SELECT Id FROM Task")
    assert (ended.status_code, ended.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert crm.sign_ins == 1


def test_an_upsert_answers_for_each_record_and_never_doubles(client: httpx.Client, crm: Salesforce) -> None:
    contact = next(iter(crm.org.rows["Contact"]))
    good = {KEY: "pbx:1", "Subject": "Call", "TaskSubtype": "Call", "WhoId": contact}
    long, lost = {KEY: "pbx:2", "Subject": "x" * 256}, {KEY: "pbx:3", "WhoId": "003000000000999AAA"}
    answer = upsert(client, good, long, lost, {"Subject": "no key"})
    assert answer.status_code == 200
    codes = [one["errors"][0]["statusCode"] if one["errors"] else one["created"] for one in answer.json()]
    assert codes == [True, "STRING_TOO_LONG", "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT"]
    again, plain = upsert(client, good).json(), upsert(client, {KEY: "pbx:1", "Subject": "Other"}).json()
    assert again[0]["errors"][0]["statusCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert (plain[0]["success"], plain[0]["created"]) == (True, False)
    assert [(one[KEY], one["Subject"]) for one in crm.tasks] == [("pbx:1", "Other")]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"Duration": 3}, "INVALID_FIELD"),
        ({"CallDurationInSeconds": "3"}, "JSON_PARSER_ERROR"),
        ({"CallDurationInSeconds": 3.5}, "JSON_PARSER_ERROR"),
        ({"ActivityDate": "2026-11-17T01:02:03Z"}, "JSON_PARSER_ERROR"),
    ],
)
def test_an_unknown_field_or_a_wrong_type_refuses_the_whole_request(
    client: httpx.Client, crm: Salesforce, record: dict[str, Any], code: str
) -> None:
    answer = upsert(client, {KEY: "pbx:1"}, {KEY: "pbx:2", **record})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
    assert crm.tasks == []


def test_an_upsert_needs_an_external_id_and_at_most_200(client: httpx.Client) -> None:
    assert upsert(client, {"Subject": "x"}, key="Subject").status_code == 404
    many = upsert(client, *({KEY: f"pbx:{number}"} for number in range(201)))
    assert many.json()[0]["errorCode"] == "EXCEEDED_ID_LIMIT"


@pytest.mark.parametrize(("value", "code"), [("Sideways", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"), ("Inbound", "")])
def test_a_call_type_is_one_of_three(client: httpx.Client, value: str, code: str) -> None:
    [answer] = upsert(client, {KEY: "pbx:1", "CallType": value}).json()
    assert [one["statusCode"] for one in answer["errors"]] == ([code] if code else [])


def test_queries_are_paged_and_checked(client: httpx.Client) -> None:
    upsert(client, *({KEY: f"it's {n}", "ActivityDate": f"2026-11-1{n}"} for n in range(5)))
    page = query(client, "SELECT Id, KEY FROM Task WHERE KEY != null AND ActivityDate >= 2026-11-11").json()
    rest = client.get(page["nextRecordsUrl"]).json()
    assert (page["totalSize"], page["done"], rest["done"]) == (4, False, True)
    assert [one[KEY] for one in page["records"] + rest["records"]] == [f"it's {n}" for n in range(1, 5)]
    assert len(query(client, "SELECT Id FROM Task WHERE KEY IN ('it\\'s 1', 'it\\'s 3')").json()["records"]) == 2
    wrong = {
        "SELECT Id FROM Task WHERE KEY = 'it's 1'": "MALFORMED_QUERY",
        "SELECT Nothing FROM Task": "INVALID_FIELD",
        "SELECT Id FROM Nothing": "INVALID_TYPE",
        "SELECT Id FROM ContentDocumentLink": "MALFORMED_QUERY",
    }
    assert {soql: query(client, soql).json()[0]["errorCode"] for soql in wrong} == wrong


def test_searches_want_their_reserved_characters_escaped(client: httpx.Client) -> None:
    def search(term: str) -> httpx.Response:
        sosl = f"FIND {{{term}}} IN PHONE FIELDS RETURNING Contact(Id, Phone)"
        return client.get(f"{DATA}/search/", params={"q": sosl})

    assert [one["Phone"] for one in search('"61 412 345 678" OR 7').json()["searchRecords"]] == [JANE]
    assert search("0412345678").json()["searchRecords"] == []
    assert search(JANE).json()[0]["errorCode"] == "MALFORMED_SEARCH"


def test_a_file_comes_in_two_parts_of_which_the_first_is_json(client: httpx.Client, crm: Salesforce) -> None:
    [task] = upsert(client, {KEY: "pbx:1"}).json()
    about = json.dumps({"PathOnClient": "a.wav", "FirstPublishLocationId": task["id"]})
    sound = ("a.wav", b"RIFF\r\n\x00", "audio/wav")
    path = f"{DATA}/sobjects/ContentVersion"
    plain = client.post(path, files={"VersionData": sound}, data={"entity_content": about})
    assert plain.json()[0]["errorCode"] == "INVALID_MULTIPART_REQUEST"
    made = client.post(path, files={"entity_content": (None, about, "application/json"), "VersionData": sound})
    assert made.status_code == 201
    assert crm.org.files == {made.json()["id"]: b"RIFF\r\n\x00"}
    soql = "SELECT ContentDocument.LatestPublishedVersion.Checksum FROM ContentDocumentLink WHERE LinkedEntityId = "
    [link] = query(client, f"{soql}'{task['id']}'").json()["records"]
    assert link["ContentDocument"]["LatestPublishedVersion"]["Checksum"] == "b8130c3b38ceed512e313086dca34da2"


def test_a_record_that_was_deleted_is_404(client: httpx.Client, crm: Salesforce) -> None:
    [task] = upsert(client, {KEY: "pbx:1"}).json()
    crm.org.delete("Task", task["id"])
    path = f"{DATA}/sobjects/Task/{task['id']}"
    assert client.get(path).json()[0]["errorCode"] == "NOT_FOUND"
    assert client.patch(path, json={"Subject": "x"}).json()[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_the_limit_of_the_day_comes_as_403_and_every_answer_counts(client: httpx.Client) -> None:
    counted = [query(client, "SELECT Id FROM Task").headers["sforce-limit-info"] for _ in range(29)]
    assert (counted[0], counted[-1]) == ("api-usage=2/30", "api-usage=30/30")
    full = query(client, "SELECT Id FROM Task")
    assert (full.status_code, full.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
