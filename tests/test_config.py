from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trunkline.config import Account, Config, Mail, Pbx
from trunkline.fields import is_loopback
from trunkline.hours import OpenSpan, Within

API = {"client_id": "900", "client_secret": "env:X"}
CONSOLE = {"username": "admin", "password": "env:X"}


def pbx(**changed: Any) -> Pbx:
    return Pbx.model_validate({"id": "acme-main", "url": "https://acme.my3cx.example", **API, **changed})


def account(**changed: Any) -> Account:
    given = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU"}
    return Account.model_validate({**given, **changed})


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.my3cx.example",
        "https://10.0.0.1:5001/",
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:2",
    ],
)
def test_an_address_is_scheme_host_and_port(url: str) -> None:
    assert pbx(url=url).url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://acme.my3cx.example", "http is allowed on loopback only"),
        ("http://127.0.0.1.evil.example", "http is allowed on loopback only"),
        ("https://acme.my3cx.example/webclient", "has a path"),
        ("https://acme.my3cx.example?x=1", "has a path"),
        ("https://acme.my3cx.example#/login", "has a path"),
        ("https://user:pw@acme.example", "is no address"),
        ("acme.my3cx.example", "is no address"),
        ("ftp://acme.example", "is no address"),
        ("https://", "is no address"),
    ],
)
def test_what_is_no_address(url: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        pbx(url=url)


@pytest.mark.parametrize(
    "login", [{}, {**API, **CONSOLE}, {"client_id": "900"}, {"username": "a"}, {"client_secret": "env:X"}]
)
def test_a_pbx_has_one_login_and_one_alone(login: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"client_id and client_secret .*, or username and password"):
        Pbx.model_validate({"id": "acme-main", "url": "https://acme.example", **login})


def test_who_signs_in() -> None:
    console = Pbx.model_validate({"id": "plains", "url": "https://plains.example", **CONSOLE})
    assert (pbx().login, console.login) == ("900", "admin")


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_a_call_lasts_up_to_a_day(hours: float) -> None:
    with pytest.raises(ValidationError, match="max_call_hours"):
        pbx(max_call_hours=hours)


@pytest.mark.parametrize("key", ["client_secret", "password"])
def test_a_literal_secret_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        pbx(**{key: "hunter2-hunter2"})
    assert key in str(caught.value)
    assert "is a literal secret; write env:NAME" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"timezone": "Adelaide"}, "'Adelaide' is no time zone"),
        ({"timezone": ""}, "is no time zone"),
        ({"timezone": "../etc/passwd"}, "is no time zone"),
        ({"country": "au"}, "'au' is no country"),
        ({"id": "Acme Dental"}, "pattern"),
        ({"recording_policy": "some"}, "recording_policy"),
        ({"hours": {"monday": "08:30-17:30"}}, "'monday' is no weekday"),
        ({"hours": {"mon": "8.30-17.30"}}, "is no span of time"),
        ({"holidays": "Atlantis"}, "no code of the holidays library"),
        ({"missed": {"callback_within": "soon"}}, "'soon' is no span"),
        ({"missed": {"short_abandon_seconds": -1}}, "short_abandon_seconds"),
        ({"retention": {"calls_days": 0}}, "calls_days"),
        ({"masking": "all"}, "masking"),
        ({"quiet_periods": "never"}, "quiet_periods"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_an_account_may_not_say(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        account(**changed)


def test_what_an_account_means_by_default() -> None:
    plain = account()
    assert (plain.recording_policy, plain.masking, plain.open_spans) == ("all", "mail", ())
    assert plain.missed.short_abandon_seconds == 10
    assert plain.missed.callback_within == Within(1, "business day")
    assert plain.retention.calls_days is None
    assert plain.quiet_periods == "mail"


def test_opening_hours_become_spans() -> None:
    assert account(hours={"sat": "09:00-12:00"}).open_spans == (OpenSpan(6, 540, 720),)


@pytest.mark.parametrize(
    ("accounts", "reason"),
    [
        ([{"id": "a"}, {"id": "a"}], "two accounts have the id 'a'"),
        ([{"id": "a", "pbx": ["p"]}, {"id": "b", "pbx": ["p"]}], "two PBXs have the id 'p'"),
        ([{"id": "n"}], "the agency and an account have the id 'n'"),
    ],
)
def test_ids_are_unique_over_all_accounts(accounts: list[dict[str, Any]], reason: str) -> None:
    agency = {"id": "n", "name": "N", "timezone": "UTC", "country": "AU"}
    tables = [account(id=one["id"], pbx=[pbx(id=name) for name in one.get("pbx", ())]) for one in accounts]
    with pytest.raises(ValidationError, match=reason):
        Config(agency=agency, account=tables)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1025", "smtps://mail.example"])
def test_a_mail_server(url: str) -> None:
    assert Mail.model_validate({"url": url, "from": "a@b.example"}).sender == "a@b.example"


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://user:pw@mail.example", "smtp://mail.example/x"])
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        Mail.model_validate({"url": url, "from": "a@b.example"})


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.8.8.8", True), ("::1", True), ("10.0.0.1", False), ("localhost.evil.example", False)],
)
def test_what_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here
