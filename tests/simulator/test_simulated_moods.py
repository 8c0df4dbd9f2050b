"""Restrictions, other systems, and sessions that are lost or must be proved."""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import json
from collections.abc import Callable

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import sign_in, sign_in_v18
from trunkline.simulator.pbx.model import SimulatedPbx

Connect = Callable[[SimulatedPbx], httpx.Client]

QUICK_TEST = "/xapi/v1/Defs?$select=Id"
ME = "/api/CurrentUser"


@pytest.fixture
def console() -> SimulatedPbx:
    return SimulatedPbx("plains", version="18.0.8.939", surface="xapi18", shape="xapi-v18", login="admin")


def log_in(client: httpx.Client, pbx: SimulatedPbx) -> httpx.Response:
    return client.post("/api/login", json={"Username": pbx.login, "Password": pbx.secret})


def test_a_token_from_a_wrong_address_opens_nothing(pbx: SimulatedPbx, serve: Connect) -> None:
    pbx.quirks.ip_restricted = True
    client = serve(pbx)
    assert sign_in(client, pbx).status_code == 200
    for path in (QUICK_TEST, "/xapi/v1/Users", "/xapi/v1/SystemStatus", "/xapi/v1/Nonsense"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["x-3cx-version"]) == (403, pbx.version)
    client.headers["Authorization"] = "Bearer none"
    assert client.get(QUICK_TEST).status_code == 401


@pytest.mark.parametrize("surface", ["xapi18", "console18"])
def test_a_console_refuses_a_wrong_address_at_the_door(console: SimulatedPbx, surface: str, serve: Connect) -> None:
    console.surface = "xapi18" if surface == "xapi18" else "console18"
    client = serve(console)
    log_in(client, console)
    console.quirks.ip_restricted = True
    answers = [log_in(client, console), client.get(ME), client.get("/api/Token")]
    assert [one.status_code for one in answers] == [403, 403, 403]
    assert console.log.login_attempts == 1
    assert client.get("/").status_code == 200


def test_another_system_takes_the_token_again_and_again(pbx: SimulatedPbx, serve: Connect) -> None:
    pbx.quirks.other_consumer_every = 2
    client = serve(pbx)
    for _ in range(2):
        sign_in(client, pbx)
        assert [client.get(QUICK_TEST).status_code for _ in range(4)] == [200, 200, 401, 401]
    assert pbx.log.tokens_minted == 2


def test_another_system_takes_v18s_token_but_not_its_session(console: SimulatedPbx, serve: Connect) -> None:
    console.quirks.other_consumer_every = 1
    client = serve(console)
    sign_in_v18(client, console)
    assert [client.get("/xapi/v1/Users").status_code for _ in range(2)] == [200, 401]
    assert [client.get(ME).status_code for _ in range(3)] == [200] * 3


def test_a_console_may_want_its_cookie_echoed(console: SimulatedPbx, serve: Connect) -> None:
    console.quirks.xsrf = True
    client = serve(console)
    assert client.get(ME).status_code == 401
    assert log_in(client, console).text == "AuthSuccess"
    assert len(client.cookies) == 2
    echo = {"X-XSRF-TOKEN": client.cookies["XSRF-TOKEN"]}
    assert [client.get(ME, headers=headers).status_code for headers in ({}, echo)] == [400, 200]
    assert client.get(ME, headers={"X-XSRF-TOKEN": "guessed"}).status_code == 400
    assert log_in(client, console).status_code == 200
    assert client.get(ME, headers=echo).status_code == 400
    token = client.get("/api/Token", headers={"X-XSRF-TOKEN": client.cookies["XSRF-TOKEN"]}).json()["access_token"]
    assert client.get("/xapi/v1/Users", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_most_consoles_set_one_cookie(console: SimulatedPbx, serve: Connect) -> None:
    client = serve(console)
    log_in(client, console)
    assert list(client.cookies) == [".AspNetCore.CookiesA"]


def test_a_lost_session_may_look_like_a_page(console: SimulatedPbx, serve: Connect) -> None:
    console.quirks.html_when_signed_out = True
    client = serve(console)
    pages = [client.get(ME)]
    sign_in_v18(client, console)
    assert client.get(ME).json()["name"] == "Admin"
    console.sessions.expire()
    pages += [client.get(path) for path in (ME, "/api/CallLog?TimeZoneName=UTC", "/api/Token")]
    assert {(one.status_code, one.headers["content-type"], "<form" in one.text) for one in pages} == {
        (200, "text/html; charset=utf-8", True)
    }
    assert client.get("/xapi/v1/Users").status_code == 401
    assert client.get("/api/RecordingList/Download?file=1").headers["location"] == "/login"


@pytest.mark.parametrize("skew", [0.0, 900.0, -7200.0])
def test_the_clock_of_a_pbx_may_be_wrong(skew: float, pbx: SimulatedPbx, serve: Connect) -> None:
    pbx.quirks.clock_skew_seconds = skew
    client = serve(pbx)
    answer = sign_in(client, pbx)
    now = dt.datetime.now(dt.UTC).timestamp()
    claims = json.loads(base64.urlsafe_b64decode(answer.json()["access_token"].split(".")[1] + "=="))
    assert claims["iat"] - now == pytest.approx(skew, abs=5)
    assert claims["exp"] - claims["iat"] == 3600
    (date,) = answer.headers.get_list("date")
    assert email.utils.parsedate_to_datetime(date).timestamp() - now == pytest.approx(skew, abs=5)
    assert client.get(QUICK_TEST).status_code == 200
