from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from trunkline.simulator.crm.dynamics import CLIENT, SECRET, TENANT, Dynamics
from trunkline.simulator.serve import Server

JANE = "+61412345678"
API = "/api/data/v9.2"
CALL = {
    "subject": "Inbound call, answered",
    "phonenumber": JANE,
    "directioncode": False,
    "actualstart": "2026-11-17T01:02:03Z",
    "actualdurationminutes": 4,
    "trunkline_callid": "pbx:1",
}


@pytest.fixture
def crm() -> Dynamics:
    return Dynamics({JANE: "Jane O'Hara"}, rate_limit=(40, 60.0))


@pytest.fixture
def client(crm: Dynamics) -> Iterator[httpx.Client]:
    with Server(crm.app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        token = sign_in(client).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def sign_in(client: httpx.Client, **change: str) -> httpx.Response:
    form = {
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "grant_type": "client_credentials",
        "scope": f"{str(client.base_url).rstrip('/')}/.default",
        **change,
    }
    tenant = form.pop("tenant")
    return client.post(f"/{tenant}/oauth2/v2.0/token", data=form)


def made(client: httpx.Client, table: str = "phonecalls", **change: Any) -> httpx.Response:
    body = {**(CALL if table == "phonecalls" else {}), **change}
    return client.post(f"{API}/{table}", json=body, headers={"Prefer": "return=representation"})


def asked(client: httpx.Client, condition: str, table: str = "phonecalls", **headers: str) -> httpx.Response:
    return client.get(f"{API}/{table}", params={"$filter": condition, "$select": "createdon"}, headers=headers)


@pytest.mark.parametrize(
    ("change", "status", "number"),
    [
        ({"tenant": "other"}, 400, "AADSTS90002"),
        ({"client_id": "other"}, 400, "AADSTS700016"),
        ({"client_secret": "other"}, 401, "AADSTS7000215"),
        ({"scope": "https://other.example/.default"}, 400, "AADSTS500011"),
        ({"grant_type": "password"}, 400, "AADSTS70003"),
    ],
)
def test_entra_says_what_is_wrong(client: httpx.Client, change: dict[str, str], status: int, number: str) -> None:
    answer = sign_in(client, **change)
    assert (answer.status_code, answer.json()["error_description"].split(":")[0]) == (status, number)


def test_without_a_token_or_with_an_ended_one_there_is_401(client: httpx.Client, crm: Dynamics) -> None:
    assert client.get(f"{API}/WhoAmI").status_code == 200
    crm.end_tokens()
    assert client.get(f"{API}/WhoAmI").status_code == 401
    crm.token_seconds = 0.0
    ended = sign_in(client).json()["access_token"]
    assert client.get(f"{API}/WhoAmI", headers={"Authorization": f"Bearer {ended}"}).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"duration": 3},
        {"statecode": 1},
        {"statuscode": 2},
        {"createdon": "2026-11-17T01:02:03Z"},
        {"actualstart": "2026-11-17 01:02:03"},
        {"actualdurationminutes": "4"},
        {"directioncode": "inbound"},
        {"description": "x" * 2001},
        {"trunkline_callid": "x" * 101},
        {"regardingobjectid_account_phonecall@odata.bind": "/accounts(1)"},
        {"phonecall_activity_parties": [{"participationtypemask": 1, "phonenumber": JANE}]},
    ],
)
def test_what_dataverse_would_not_take_is_refused(client: httpx.Client, crm: Dynamics, change: dict[str, Any]) -> None:
    assert made(client, **change).status_code == 400
    assert crm.rows["phonecalls"] == {}


def test_a_closed_phone_call_is_read_only_until_it_is_reopened(client: httpx.Client, crm: Dynamics) -> None:
    place = f"{API}/phonecalls({made(client).json()['activityid']})"

    def change(**body: Any) -> int:
        return client.patch(place, json=body, headers={"If-Match": "*"}).status_code

    assert change(statecode=1, statuscode=3) == 400
    assert change(statecode=1, statuscode=4) == 204
    assert change(subject="x") == change(statecode=0, subject="x") == 400
    assert change(statecode=0, statuscode=1) == change(subject="x") == 204
    assert [one["subject"] for one in crm.rows["phonecalls"].values()] == ["x"]


def test_a_change_makes_what_is_not_there_unless_it_must_be_there(client: httpx.Client, crm: Dynamics) -> None:
    place = f"{API}/phonecalls(00000000-0000-4000-8000-00000000abcd)"
    assert client.patch(place, json=CALL, headers={"If-Match": "*"}).status_code == 404
    assert crm.rows["phonecalls"] == {}
    assert client.patch(place, json=CALL).status_code == 204
    assert len(crm.rows["phonecalls"]) == 1


def test_the_alternate_key_is_unique_while_its_index_is_active(client: httpx.Client, crm: Dynamics) -> None:
    assert made(client).status_code == 201
    again = made(client, trunkline_callid="PBX:1")
    assert (again.status_code, again.json()["error"]["code"]) == (412, "0x80060892")
    assert made(client, trunkline_callid=None).status_code == 201
    crm.key_state = "Pending"
    assert made(client).status_code == 201


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("trunkline_callid eq 'PBX:1'", 1),
        ("subject eq 'It''s (a) call' and (directioncode eq true or trunkline_callid ne null)", 1),
        ("actualstart ge 2026-11-17T01:02:03Z and actualstart lt 2026-11-17T01:02:04Z", 1),
        ("actualstart lt 2026-11-17T01:02:03Z", 0),
        ("_regardingobjectid_value eq null", 1),
        ("callid eq 'pbx:1'", None),
        ("trunkline_callid eq pbx:1", None),
        ("actualdurationminutes eq '4'", None),
        ("contains(subject,'call')", None),
        ("(trunkline_callid eq 'pbx:1'", None),
    ],
)
def test_filters(client: httpx.Client, condition: str, found: int | None) -> None:
    made(client, subject="It's (a) call")
    answer = asked(client, condition)
    assert answer.status_code == (400 if found is None else 200)
    assert found is None or len(answer.json()["value"]) == found


def test_pages_are_linked(client: httpx.Client) -> None:
    for number in range(5):
        made(client, trunkline_callid=f"pbx:{number}")
    page = asked(client, "trunkline_callid ne null", Prefer="odata.maxpagesize=2").json()
    sizes = [len(page["value"])]
    while link := page.get("@odata.nextLink"):
        page = client.get(link, headers={"Prefer": "odata.maxpagesize=2"}).json()
        sizes.append(len(page["value"]))
    assert sizes == [2, 2, 1]


def test_a_note_takes_a_file_of_base64_text_up_to_its_limit(client: httpx.Client, crm: Dynamics) -> None:
    call = made(client).json()["activityid"]
    on = {"subject": "a", "isdocument": True, "objectid_phonecall@odata.bind": f"/phonecalls({call})"}
    assert made(client, "annotations", **on, documentbody=base64.b64encode(b"RIFF").decode()).status_code == 201
    assert made(client, "annotations", **on, documentbody="RIFF!").status_code == 400
    large = made(client, "annotations", **on, documentbody="A" * (5 * 1024 * 1024 + 4))
    assert "too large" in large.json()["error"]["message"]
    assert [one["filesize"] for one in crm.rows["annotations"].values()] == [4]
    gone = {**on, "objectid_phonecall@odata.bind": "/phonecalls(00000000-0000-4000-8000-00000000abcd)"}
    assert made(client, "annotations", **gone).status_code == 404


def test_a_missing_right_is_named(client: httpx.Client, crm: Dynamics) -> None:
    crm.rights.remove("prvCreateActivity")
    refused = made(client)
    assert refused.status_code == 403
    assert "is missing prvCreateActivity privilege" in refused.json()["error"]["message"]
    crm.is_user = False
    assert client.get(f"{API}/WhoAmI").json()["error"]["code"] == "0x80072560"


def test_too_many_requests_are_told_when_to_come_back(client: httpx.Client, crm: Dynamics) -> None:
    crm.limit.most = 3
    answers = [client.get(f"{API}/WhoAmI") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1].headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "0"
    assert (answers[2].headers["retry-after"], answers[2].json()["error"]["code"]) == ("60", "0x80072322")
