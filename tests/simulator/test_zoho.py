"""The simulated Zoho organisation is as strict as the documented one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.zoho import Zoho
from trunkline.simulator.serve import Server

JANE = "+61412345678"
KEY = "Trunkline_Call_Id"


@pytest.fixture
def crm() -> Zoho:
    return Zoho({JANE: "Jane"}, rate_limit=(60, 60.0))


@pytest.fixture
def client(crm: Zoho) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Zoho-oauthtoken {crm.accounts.give()}"}
    with Server(crm.app) as server, httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def call(crm: Zoho, **more: Any) -> dict[str, Any]:
    body = {
        "Subject": "Inbound call, answered",
        "Call_Type": "Inbound",
        "Call_Start_Time": "2026-11-17T11:31:03+10:30",
        "Call_Duration": "03:20",
        "Who_Id": {"id": next(iter(crm.records["Contacts"]))},
        KEY: "pbx:1",
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


def post(client: httpx.Client, module: str, *rows: Any) -> httpx.Response:
    return client.post(f"/crm/v8/{module}", json={"data": list(rows)})


def query(client: httpx.Client, text: str) -> httpx.Response:
    return client.post("/crm/v8/coql", json={"select_query": text})


def test_refuses_what_is_not_documented(client: httpx.Client, crm: Zoho) -> None:
    changes: list[tuple[dict[str, Any], str, str]] = [
        ({"Duration": 3}, "INVALID_DATA", "Duration"),
        ({"Call_Type": "Sideways"}, "INVALID_DATA", "Call_Type"),
        ({"Call_Type": None}, "MANDATORY_NOT_FOUND", "Call_Type"),
        ({"Call_Start_Time": "2026-11-17T11:31:03Z"}, "INVALID_DATA", "Call_Start_Time"),
        ({"Call_Start_Time": "2026-11-17T11:31:03.000+10:30"}, "INVALID_DATA", "Call_Start_Time"),
        ({"Call_Start_Time": 1763000000}, "INVALID_DATA", "Call_Start_Time"),
        ({"Call_Duration": 200}, "INVALID_DATA", "Call_Duration"),
        ({"Call_Duration": "00:03:20"}, "INVALID_DATA", "Call_Duration"),
        ({"Call_Duration": None}, "INVALID_DATA", "Call_Duration"),
        ({"Call_Type": "Missed"}, "INVALID_DATA", "Call_Duration"),
        ({"Who_Id": "487"}, "INVALID_DATA", "Who_Id"),
        ({"Who_Id": {"id": "487"}}, "INVALID_DATA", "Who_Id"),
        ({"What_Id": {"id": "487"}}, "INVALID_DATA", "What_Id"),
        ({KEY: "x" * 256}, "INVALID_DATA", KEY),
    ]
    for change, code, name in changes:
        answer = post(client, "Calls", call(crm, **change))
        assert answer.status_code == 400
        (row,) = answer.json()["data"]
        assert (row["code"], row["details"]["api_name"], row["status"]) == (code, name, "error")
    assert crm.records["Calls"] == {}


def test_results_are_mixed_and_keys_unique(client: httpx.Client, crm: Zoho) -> None:
    first = post(client, "Calls", call(crm))
    assert first.status_code == 201
    mixed = post(client, "Calls", call(crm), call(crm, **{KEY: "pbx:2"}))
    assert mixed.status_code == 207
    twin, new = mixed.json()["data"]
    assert twin["details"]["duplicate_record"]["id"] == first.json()["data"][0]["details"]["id"]
    assert (twin["code"], new["code"]) == ("DUPLICATE_DATA", "SUCCESS")
    assert post(client, "Calls", *(call(crm) for _ in range(101))).json()["code"] == "LIMIT_EXCEEDED"
    assert len(crm.records["Calls"]) == 2


def test_type_and_start_of_a_call_may_not_be_changed(client: httpx.Client, crm: Zoho) -> None:
    made = post(client, "Calls", call(crm)).json()["data"][0]["details"]["id"]
    for name, value in (("Call_Type", "Outbound"), ("Call_Start_Time", "2026-11-17T11:31:04+10:30")):
        answer = client.put(f"/crm/v8/Calls/{made}", json={"data": [{name: value}]})
        assert (answer.status_code, answer.json()["data"][0]["details"]) == (400, {"api_name": name})
    assert client.put(f"/crm/v8/Calls/{made}", json={"data": [{"Call_Duration": "90:00"}]}).status_code == 200
    gone = client.put("/crm/v8/Calls/42", json={"data": [{"Call_Duration": "90:00"}]}).json()["data"][0]
    assert (gone["code"], gone["details"]) == ("INVALID_DATA", {"api_name": "id"})
    assert client.get("/crm/v8/Calls/42").status_code == 204


def test_queries_are_read_strictly(client: httpx.Client, crm: Zoho) -> None:
    post(client, "Calls", call(crm), call(crm, **{KEY: "o'2", "Call_Start_Time": "2026-11-17T11:31:04+10:30"}))
    head = f"select id, {KEY} from Calls where"  # noqa: S608
    many = ", ".join(["'a'"] * 51)
    span = "(Call_Start_Time >= '2026-11-17T01:01:04+00:00' and Call_Start_Time < '2026-11-17T01:01:05+00:00')"
    found = query(client, f"{head} ({KEY} is not null and {span}) order by id asc limit 2000 offset 0").json()
    assert [row[KEY] for row in found["data"]] == ["o'2"]
    assert [row[KEY] for row in query(client, f"{head} {KEY} in ('o''2', 'x')").json()["data"]] == ["o'2"]
    assert query(client, f"{head} {KEY} = 'none'").status_code == 204
    assert query(client, f"{head} {KEY} is not null limit 1").json()["info"]["more_records"] is True
    for wrong, code in (
        (f"{head} {KEY} is not null and {KEY} = 'a' and {KEY} = 'b'", "SYNTAX_ERROR"),
        (f"{head} {KEY} = 'o'2'", "SYNTAX_ERROR"),
        (f"{head} {KEY} = pbx", "SYNTAX_ERROR"),
        ("select id from Calls", "SYNTAX_ERROR"),
        (f"{head} Nothing = 'a'", "INVALID_QUERY"),
        ("select Nothing from Calls where id = '1'", "INVALID_QUERY"),
        (f"{head} Description like '%a%'", "INVALID_QUERY"),
        (f"{head} {KEY} in ({many})", "LIMIT_EXCEEDED"),
        (f"{head} {KEY} = 'a' limit 2001", "LIMIT_EXCEEDED"),
    ):
        assert query(client, wrong).json()["code"] == code, wrong


def test_the_search_knows_a_number_as_it_is_written_and_lags(client: httpx.Client, crm: Zoho) -> None:
    def search(phone: str) -> int:
        answer = client.get("/crm/v8/Contacts/search", params={"phone": phone})
        return len(answer.json()["data"]) if answer.content else answer.status_code

    assert [search(JANE), search("0412345678"), search("61 412 345 678")] == [1, 204, 1]
    crm.index_lag_seconds = 60
    assert search(JANE) == 204
    assert client.get("/crm/v8/Contacts/search", params={"word": "Jane"}).status_code == 400


def test_files_and_links_are_attached(client: httpx.Client, crm: Zoho) -> None:
    made = post(client, "Calls", call(crm)).json()["data"][0]["details"]["id"]
    path = f"/crm/v8/Calls/{made}/Attachments"
    assert client.get(path, params={"fields": "id,File_Name"}).status_code == 204
    assert client.get(path).json()["code"] == "REQUIRED_PARAM_MISSING"
    assert client.post(path, files={"file": ("a.wav", b"RIFF\r\n", "audio/wav")}).json()["data"][0]["code"] == "SUCCESS"
    link = {"attachmentUrl": "https://a.example/1", "title": "b.wav"}
    assert [client.post(path, params=link).status_code for _ in range(2)] == [200, 400]
    assert client.post(path, json={"file": "a.wav"}).status_code == 400
    there = client.get(path, params={"fields": "id,File_Name"}).json()["data"]
    assert [one["File_Name"] for one in there] == ["a.wav", "b.wav"]
    assert crm.attachments[made][0]["content"] == b"RIFF\r\n"


def test_tokens_end_and_are_given_ten_times_in_ten_minutes(client: httpx.Client, crm: Zoho) -> None:
    fields = "/crm/v8/settings/fields?module=Calls"
    good = client.headers["authorization"]
    assert client.get(fields).status_code == 200
    bearer = client.get(fields, headers={"Authorization": good.replace("Zoho-oauthtoken", "Bearer")})
    assert (bearer.status_code, bearer.json()["code"]) == (401, "INVALID_TOKEN")
    app = crm.accounts
    form = {"grant_type": "refresh_token", "client_id": app.client_id, "client_secret": app.client_secret}
    given = [client.post("/oauth/v2/token", data={**form, "refresh_token": app.refresh_token}) for _ in range(11)]
    assert {one.status_code for one in given} == {200}
    assert given[0].json()["api_domain"] == str(client.base_url).rstrip("/")
    assert (given[9].json()["token_type"], given[10].json()["error"]) == ("Bearer", "Access Denied")
    for _ in range(5):
        app.give()
    assert client.get(fields).status_code == 401, "the oldest of sixteen ended"


def test_the_limit_is_told_late_and_without_a_time(client: httpx.Client, crm: Zoho) -> None:
    crm.credits = 100
    answers = [client.get("/crm/v8/Calls/42") for _ in range(61)]
    assert "x-api-credits-remaining" not in answers[40].headers
    assert answers[59].headers["x-api-credits-remaining"] == "40"
    assert (answers[60].status_code, answers[60].json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert "retry-after" not in answers[60].headers
