from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from trunkline.config import Account, Config, HighLevel, Mail, Pbx, Retention, is_loopback
from trunkline.errors import ConfigError
from trunkline.hours import OpenSpan, Within

PBX = {"id": "acme-main", "url": "https://acme.example", "client_id": "900", "client_secret": "env:ACME_SECRET"}
ACCOUNT = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU"}
AGENCY = {"id": "northwind", "name": "Northwind", "timezone": "Australia/Adelaide", "country": "AU"}
CRM = {"id": "ghl", "kind": "highlevel", "location_id": "loc", "provider_id": "prov", "token": "env:GHL_TOKEN"}


def pbx(**changes: object) -> Pbx:
    return Pbx.model_validate({key: value for key, value in {**PBX, **changes}.items() if value is not None})


def account(**changes: object) -> Account:
    return Account.model_validate({**ACCOUNT, **changes})


def config(*accounts: dict[str, Any], **more: object) -> Config:
    return Config.model_validate({"agency": AGENCY, "account": list(accounts), **more})


def test_what_is_not_written_has_the_contracts_defaults() -> None:
    one, system = account(), pbx()
    assert (one.recording_policy, one.masking, one.hours, one.holidays) == ("all", "mail", None, None)
    assert (one.missed.short_abandon_seconds, one.missed.callback_within) == (10, Within(1, "business day"))
    assert one.retention == Retention(recordings_days=None, transcripts_days=None, calls_days=None)
    assert (system.hosting, system.verify, system.max_call_hours) == ("self-managed", True, 4)
    crm = HighLevel.model_validate(CRM)
    assert (crm.base_url, crm.unknown_callers, crm.missed_call_task) == (
        "https://services.leadconnectorhq.com",
        "skip",
        False,
    )
    floor = config().pbx_floor
    assert (str(floor.v18), str(floor.v20)) == ("18.0.0.11", "20.0.0.0")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://acme.example", "https://acme.example"),
        ("https://acme.example/", "https://acme.example"),
        ("https://acme.example:5001", "https://acme.example:5001"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_scheme_host_and_port(url: str, kept: str) -> None:
    assert pbx(url=url).url == kept


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://acme.example", "http is allowed on loopback only"),
        ("http://127.0.0.1.example", "http is allowed on loopback only"),
        ("http://10.0.0.1", "http is allowed on loopback only"),
        ("https://acme.example/webclient", "has a path"),
        ("https://acme.example?x=1", "has a path"),
        ("https://acme.example/#/login", "has a path"),
        ("acme.example", "is no address"),
        ("ftp://acme.example", "is no address"),
        ("https://", "is no address"),
        ("https://admin:hunter2@acme.example", "is no address"),
        ("https://acme.example:port", "is no address"),
        ("https://acme.example:99999", "is no address"),
    ],
)
def test_any_other_address_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason) as refused:
        pbx(url=url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "verdict"), [("localhost", True), ("127.9.9.9", True), ("::1", True), ("192.168.1.1", False), ("pbx", False)]
)
def test_loopback_is_this_machine_only(host: str, verdict: bool) -> None:
    assert is_loopback(host) is verdict


def test_a_v20_and_a_v18_login_are_each_enough() -> None:
    console = pbx(client_id=None, client_secret=None, username="admin", password="env:PW")
    assert (pbx().login, console.login) == ("900", "admin")


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "admin", "password": "env:PW"},
        {"client_id": None, "client_secret": None},
        {"client_secret": None},
        {"client_id": None},
        {"client_id": None, "client_secret": None, "username": "admin"},
        {"client_id": None, "client_secret": None, "password": "env:PW"},
    ],
)
def test_both_logins_or_half_a_login_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"needs client_id and client_secret \(v20\), or username and password"):
        pbx(**changes)


@pytest.mark.parametrize("stray", [{"username": "admin"}, {"password": "env:PW"}])
def test_half_of_the_other_login_beside_a_whole_one_is_refused(stray: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="needs client_id and client_secret"):
        pbx(**stray)


@pytest.mark.parametrize("zone", ["Adelaide", "", "../etc/passwd", "Australia", "/etc/localtime"])
def test_a_bad_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="is no time zone; write one such as Australia/Adelaide"):
        account(timezone=zone)


@pytest.mark.parametrize("country", ["Australia", "au", "XX", ""])
def test_a_bad_country_is_refused(country: str) -> None:
    with pytest.raises(ValidationError, match="is no country; write two capital letters such as AU"):
        account(country=country)


@pytest.mark.parametrize(
    "hours",
    [
        {"mon-fri": "08:30-25:00"},
        {"mon-fri": "8:30-17:30"},
        {"mon-fri": "17:30-08:30"},
        {"mon-fry": "08:30-17:30"},
        {"fri-mon": "08:30-17:30"},
        {"mon": "08:60-17:30"},
        {"mon": ""},
    ],
)
def test_a_bad_time_is_refused(hours: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        account(hours=hours)


def test_hours_become_a_weekly_timetable() -> None:
    assert account(hours={"fri-sat": "08:30-12:00"}).open_spans == (OpenSpan(5, 510, 720), OpenSpan(6, 510, 720))
    assert account().open_spans == ()


def test_holidays_are_a_known_code_or_a_list_of_dates() -> None:
    assert account(holidays="AU-SA").holidays == "AU-SA"
    assert account(holidays=["2026-12-25"]).holidays == (dt.date(2026, 12, 25),)
    for wrong in ("AU-XX", "ZZ", ["2026-02-30"], 7):
        with pytest.raises(ValidationError):
            account(holidays=wrong)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("missed", "callback_within", "soon"),
        ("missed", "short_abandon_seconds", -1),
        ("retention", "calls_days", 0),
        ("retention", "recordings_days", -5),
    ],
)
def test_thresholds_are_checked(table: str, key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        account(**{table: {key: value}})


@pytest.mark.parametrize("key", ["recording_policy", "masking"])
def test_a_word_that_the_contract_does_not_list_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        account(**{key: "sometimes"})


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_a_call_lasts_more_than_nothing_and_at_most_a_day(hours: float) -> None:
    with pytest.raises(ValidationError):
        pbx(max_call_hours=hours)


@pytest.mark.parametrize("wrong", ["", "Acme Main", "a/b", "../a", ".a", "a" * 64])
def test_an_id_is_fit_for_a_file_name(wrong: str) -> None:
    with pytest.raises(ValidationError):
        pbx(id=wrong)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({}, {}, "two accounts have the id 'acme'"),
        ({"pbx": [PBX]}, {"id": "bay", "pbx": [PBX]}, "two PBXs have the id 'acme-main'"),
        ({"pbx": [PBX, PBX]}, {"id": "bay"}, "two PBXs have the id 'acme-main'"),
        ({"crm": [CRM]}, {"id": "bay", "crm": [CRM]}, "two CRMs have the id 'ghl'"),
    ],
)
def test_every_id_is_used_once(first: dict[str, Any], second: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=f"{reason}; give each its own"):
        config({**ACCOUNT, **first}, {**ACCOUNT, **second})


@pytest.mark.parametrize("key", ["client_secret", "password"])
def test_no_secret_of_a_pbx_is_written_in_the_file(key: str) -> None:
    with pytest.raises(ValidationError, match="is a literal secret") as refused:
        pbx(**{key: "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_no_secret_of_a_crm_or_the_mail_server_is_written_in_the_file() -> None:
    with pytest.raises(ValidationError, match="is a literal secret"):
        HighLevel.model_validate({**CRM, "token": "hunter2"})
    with pytest.raises(ValidationError, match="is a literal secret"):
        Mail.model_validate({"url": "smtp://127.0.0.1", "from": "a@b.example", "password": "hunter2"})


@pytest.mark.parametrize("url", ["smtp://me:pw@mail.example", "http://mail.example", "mail.example", "smtp://m.example/x"])
def test_a_mail_server_is_an_smtp_address_without_a_login(url: str) -> None:
    with pytest.raises(ValidationError):
        Mail.model_validate({"url": url, "from": "a@b.example"})


def test_an_unset_secret_names_its_owner_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_SECRET", raising=False)
    with pytest.raises(ConfigError, match="PBX acme-main, client_secret: env:ACME_SECRET is not set"):
        pbx().secret()


def test_a_config_can_not_be_changed_once_read() -> None:
    with pytest.raises(ValidationError):
        pbx().url = "https://other.example"


def test_places_are_relative_to_the_file_and_addresses_stay() -> None:
    one = config(store={"lake": "data/lake.duckdb", "landing": "s3://bucket/landing", "recordings": "/srv/audio"})
    one._path = Path("/etc/trunkline/trunkline.toml")
    assert one.place(one.store.lake) == "/etc/trunkline/data/lake.duckdb"
    assert one.place(one.store.landing) == "s3://bucket/landing"
    assert one.place(one.store.recordings) == "/srv/audio"
    assert one.state_folder == Path("/etc/trunkline/data/state")


def test_the_owner_of_a_pbx_is_found() -> None:
    one = config({**ACCOUNT, "pbx": [PBX]}, {**ACCOUNT, "id": "bay"})
    assert one.account_of("acme-main").id == "acme"


def test_no_mail_and_no_password_are_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "pw")
    mail = {"url": "smtp://127.0.0.1:1025", "from": "a@b.example"}
    secret = config(mail={**mail, "password": "env:SMTP_PASSWORD"}).mail_password()
    assert secret is not None
    assert (secret.get_secret_value(), str(secret)) == ("pw", "**********")
    assert (config().mail_password(), config(mail=mail).mail_password()) == (None, None)
