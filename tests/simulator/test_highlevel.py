from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server

JANE = "+61412345678"
TALK = {"Authorization": "Bearer pit-1", "Version": "2021-04-15"}
PEOPLE = {"Authorization": "Bearer pit-1", "Version": "2021-07-28"}


@pytest.fixture
def crm() -> HighLevel:
    return HighLevel("loc1", "pit-1", "prov1", {JANE: "Jane"}, rate_limit=(40, 60.0))


@pytest.fixture
def client(crm: HighLevel) -> Iterator[httpx.Client]:
    with Server(crm.app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client


def conversation(client: httpx.Client, contact_id: str) -> str:
    made = client.post("/conversations/", headers=TALK, json={"locationId": "loc1", "contactId": contact_id})
    assert made.status_code == 201
    return str(made.json()["conversation"]["id"])


def inbound(client: httpx.Client, conversation_id: str, contact_id: str, **more: object) -> httpx.Response:
    body = {
        "type": "Call",
        "conversationId": conversation_id,
        "contactId": contact_id,
        "conversationProviderId": "prov1",
        "altId": "pbx:1",
        "date": "2026-11-17T01:02:03.000Z",
        "call": {"from": JANE, "to": "+61882345678", "status": "completed"},
        **more,
    }
    return client.post("/conversations/messages/inbound", headers=TALK, json=body)


def test_finds_a_contact_by_its_number_and_only_with_the_plus_encoded(client: httpx.Client) -> None:
    encoded = client.get("/contacts/search/duplicate?locationId=loc1&number=%2B61412345678", headers=PEOPLE)
    bare = client.get("/contacts/search/duplicate?locationId=loc1&number=+61412345678", headers=PEOPLE)
    assert encoded.json()["contact"]["name"] == "Jane"
    assert bare.json()["contact"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer wrong", "Version": "2021-07-28"}, 401),
        ({"Version": "2021-07-28"}, 401),
        ({"Authorization": "Bearer pit-1", "Version": "2021-04-15"}, 400),
        ({"Authorization": "Bearer pit-1"}, 400),
    ],
)
def test_checks_the_bearer_and_each_apis_own_version(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/contacts/search/duplicate?locationId=loc1&number=x", headers=headers)
    assert answer.status_code == status


def test_another_location_is_forbidden(client: httpx.Client) -> None:
    assert client.get("/locations/loc2", headers=PEOPLE).status_code == 403
    assert client.get("/locations/loc1", headers=PEOPLE).json()["location"]["timezone"] == "Australia/Adelaide"


def test_a_call_is_logged_and_read_back_with_its_alt_id(client: httpx.Client, crm: HighLevel) -> None:
    contact = next(iter(crm.contacts))
    where = conversation(client, contact)
    first, again = inbound(client, where, contact), inbound(client, where, contact)
    assert first.status_code == 200
    assert first.json()["messageId"] != again.json()["messageId"]
    page = client.get(f"/conversations/{where}/messages?limit=1", headers=TALK).json()["messages"]
    assert page["nextPage"] is True
    rest = client.get(f"/conversations/{where}/messages?lastMessageId={page['lastMessageId']}", headers=TALK)
    assert [page["messages"][0]["altId"], rest.json()["messages"]["messages"][0]["altId"]] == ["pbx:1", "pbx:1"]


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"duration": 3}, 422, "property duration should not exist"),
        ({"call": {"duration": 3}}, 422, "property call.duration should not exist"),
        ({"call": {"status": "missed"}}, 422, "call.status should be one of"),
        ({"date": "2026-11-17 01:02:03"}, 422, "date should be"),
        ({"conversationProviderId": "other"}, 500, "Internal server error"),
        ({"call": {"from": "+61411111111"}}, 400, "does not match"),
    ],
)
def test_refuses_what_the_service_refuses(
    client: httpx.Client, crm: HighLevel, more: dict[str, object], status: int, words: str
) -> None:
    contact = next(iter(crm.contacts))
    answer = inbound(client, conversation(client, contact), contact, **more)
    assert answer.status_code == status
    assert words in answer.text
    assert crm.messages == []


def test_without_a_provider_it_says_201_and_stores_nothing(client: httpx.Client, crm: HighLevel) -> None:
    contact = next(iter(crm.contacts))
    answer = inbound(client, conversation(client, contact), contact, conversationProviderId=None)
    assert (answer.status_code, answer.content, crm.messages) == (201, b"", [])


def test_an_outbound_call_has_neither_contact_nor_message(client: httpx.Client, crm: HighLevel) -> None:
    where = conversation(client, next(iter(crm.contacts)))
    body = {"type": "Call", "conversationId": where, "conversationProviderId": "prov1", "call": {"to": JANE}}
    assert client.post("/conversations/messages/outbound", headers=TALK, json=body).status_code == 200
    refused = client.post("/conversations/messages/outbound", headers=TALK, json={**body, "message": "hello"})
    assert refused.json()["message"] == ["property message should not exist"]


def test_attachments_are_replaced_and_no_more_than_five(client: httpx.Client, crm: HighLevel) -> None:
    contact = next(iter(crm.contacts))
    message = inbound(client, conversation(client, contact), contact).json()["messageId"]
    path = f"/conversations/messages/{message}/attachments"
    assert client.put(path, headers=TALK, json={"attachments": ["https://a", "https://b"]}).status_code == 200
    assert client.put(path, headers=TALK, json={"attachments": ["https://c"]}).status_code == 200
    assert crm.messages[0]["attachments"] == ["https://c"]
    assert client.put(path, headers=TALK, json={"attachments": ["https://x"] * 6}).status_code == 422
    assert client.put(path.replace(message, "none"), headers=TALK, json={"attachments": ["x"]}).status_code == 404


@pytest.mark.parametrize(("name", "size", "status"), [("a.wav", 5, 200), ("a.ogg", 5, 415), ("a.wav", 5_242_881, 413)])
def test_uploads_a_file_of_at_most_five_megabytes(
    client: httpx.Client, crm: HighLevel, name: str, size: int, status: int
) -> None:
    answer = client.post(
        "/conversations/messages/upload",
        headers=TALK,
        data={"conversationId": "c", "contactId": "k", "locationId": "loc1"},
        files={"fileAttachment": (name, b"\r\n" + b"x" * (size - 2), "audio/wav")},
    )
    assert answer.status_code == status
    if status == 200:
        url = answer.json()["uploadedFiles"][name]
        assert crm.uploads[url] == b"\r\nxxx"
        assert client.get(url).content == b"\r\nxxx"


def test_notes_and_tasks_are_written_and_read(client: httpx.Client, crm: HighLevel) -> None:
    contact = next(iter(crm.contacts))
    assert client.post(f"/contacts/{contact}/notes", headers=PEOPLE, json={"body": "Hello"}).status_code == 201
    assert client.get(f"/contacts/{contact}/notes", headers=PEOPLE).json()["notes"][0]["body"] == "Hello"
    due = {"title": "Call back", "dueDate": "2026-11-18T00:00:00Z", "completed": False}
    task = client.post(f"/contacts/{contact}/tasks", headers=PEOPLE, json=due).json()["task"]
    path = f"/contacts/{contact}/tasks/{task['id']}"
    assert client.put(path, headers=PEOPLE, json={"completed": True}).json()["task"]["completed"] is True
    assert client.get(f"/contacts/{contact}/tasks", headers=PEOPLE).json()["tasks"][0]["title"] == "Call back"


def test_upsert_creates_a_contact_once(client: httpx.Client, crm: HighLevel) -> None:
    body = {"locationId": "loc1", "phone": "+61423456789", "source": "trunkline"}
    answers = [client.post("/contacts/upsert", headers=PEOPLE, json=body).json() for _ in range(2)]
    assert [answer["new"] for answer in answers] == [True, False]
    assert len(crm.contacts) == 2


def test_the_limit_is_told_and_kept(client: httpx.Client) -> None:
    answers = [client.get("/locations/loc1", headers=PEOPLE) for _ in range(41)]
    assert answers[0].headers["x-ratelimit-max"] == "40"
    assert answers[0].headers["x-ratelimit-remaining"] == "39"
    assert answers[0].headers["x-ratelimit-interval-milliseconds"] == "60000"
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]


def test_a_lost_answer_is_stored_all_the_same(client: httpx.Client, crm: HighLevel) -> None:
    contact = next(iter(crm.contacts))
    where = conversation(client, contact)
    crm.faults.add("POST /conversations/messages/inbound", drop_after_commit=True)
    with pytest.raises(httpx.TransportError):
        inbound(client, where, contact)
    crm.faults.add("inbound", drop_before_commit=True)
    with pytest.raises(httpx.TransportError):
        inbound(client, where, contact)
    assert len(crm.messages) == 1
    assert [seen.status for seen in crm.requests] == [201, 0, 0]


def test_faults_answer_instead_and_are_used_up(client: httpx.Client, crm: HighLevel) -> None:
    crm.faults.add("GET /locations", status=401, body={"message": "Invalid JWT"}, times=2)
    assert [client.get("/locations/loc1", headers=PEOPLE).status_code for _ in range(3)] == [401, 401, 200]
