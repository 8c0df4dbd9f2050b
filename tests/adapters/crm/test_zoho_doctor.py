"""What `doctor` says of a Zoho organisation, and how it is signed in to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.adapters.crm.base import Busy, Finding
from trunkline.adapters.crm.zoho import Adapter
from trunkline.crms import Zoho as Table
from trunkline.errors import BadAnswer, BadCredentials, RemoteError
from trunkline.simulator.crm.zoho import Zoho
from trunkline.simulator.crm.zoho_rules import Field
from trunkline.simulator.serve import Server

JANE = "+61412345678"
KEY = "Trunkline_Call_Id"
Use = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def crm() -> Zoho:
    return Zoho({JANE: "Jane"})


@pytest.fixture
def use(crm: Zoho, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Use]:
    """What a function does with an adapter of its own, as another process would."""
    with Server(crm.app) as server:
        settings: dict[str, Any] = {"id": "zoho", "kind": "zoho", **crm.settings(server.url)}
        for key in ("client_secret", "refresh_token"):
            monkeypatch.setenv(f"ZOHO_{key}", settings[key])
            settings[key] = f"env:ZOHO_{key}"

        def go(what: Callable[[Adapter], Awaitable[Any]], **more: Any) -> Any:
            async def connected() -> Any:
                adapter = Adapter(Table.model_validate({**settings, **more}), tmp_path)
                try:
                    return await what(adapter)
                finally:
                    await adapter.aclose()

            return asyncio.run(connected())

        yield go


def checked(use: Use, **more: Any) -> dict[str, Finding]:
    found = use(lambda adapter: adapter.check(), **more)
    return {one.what: one for one in found}


def look(use: Use, **more: Any) -> Any:
    return use(lambda adapter: adapter.find_contacts(JANE), **more)


def test_what_is_known_is_said_and_nothing_is_changed(use: Use, crm: Zoho) -> None:
    found = checked(use)
    assert {what: one.state for what, one in found.items()} == {
        "reachable and signed in": "ok",
        "ZohoCRM.settings.fields.READ": "ok",
        f"field {KEY}": "ok",
        "ZohoCRM.modules.contacts.READ, ZohoSearch.securesearch.READ": "ok",
        "ZohoCRM.modules.leads.READ, ZohoSearch.securesearch.READ": "ok",
        "ZohoCRM.coql.READ, ZohoCRM.modules.calls.READ": "ok",
        "ZohoCRM.coql.READ, ZohoCRM.modules.tasks.READ": "ok",
        "ZohoCRM.modules.calls, tasks, contacts and attachments: CREATE, UPDATE": "unknown",
        "rate budget": "unknown",
    }
    asked = {(seen.method, seen.path.removeprefix("/crm/v8")) for seen in crm.requests}
    assert {path for method, path in asked if method == "POST"} == {"/oauth/v2/token", "/coql"}
    crm.credits = 10
    assert checked(use)["rate budget"].message == "0 credits left of the last 24 hours'"


@pytest.mark.parametrize(
    ("scope", "lacking"),
    [
        ("ZohoCRM.settings.fields.READ", 3),
        ("ZohoCRM.modules.contacts.READ", 1),
        ("ZohoCRM.modules.leads.READ", 1),
        ("ZohoSearch.securesearch.READ", 2),
        ("ZohoCRM.coql.READ", 2),
        ("ZohoCRM.modules.calls.READ", 1),
        ("ZohoCRM.modules.tasks.READ", 1),
    ],
)
def test_each_missing_scope_is_named(use: Use, crm: Zoho, scope: str, lacking: int) -> None:
    crm.scopes.remove(scope)
    failed = [one for one in checked(use).values() if one.state == "fail"]
    assert len(failed) == lacking  # without the scope for fields Zoho takes no queries either
    assert any(scope in one.mend for one in failed)
    assert all("invalid oauth scope" in one.message for one in failed)


@pytest.mark.parametrize(
    ("field", "state", "said"),
    [
        (None, "fail", "calls do not have it"),
        (Field("textarea", 2000, is_unique=True), "fail", "it is a field of type textarea, 2000 characters long"),
        (Field(length=50, is_unique=True), "fail", "it is a field of type text, 50 characters long"),
        (Field(), "warn", "it allows duplicates"),
    ],
)
def test_what_is_wrong_with_the_key_field_is_said(use: Use, crm: Zoho, field: Field, state: str, said: str) -> None:
    crm.schema.modules["Calls"].pop(KEY)
    if field:
        crm.schema.modules["Calls"][KEY] = field
    found = checked(use)[f"field {KEY}"]
    assert (found.state, said in found.message) == (state, True)
    assert "Do not allow duplicate values" in found.mend
    assert KEY in found.mend


def test_the_sign_in_tells_where_the_api_is_and_is_kept(use: Use, crm: Zoho) -> None:
    assert [len(look(use)), len(look(use))] == [1, 1]
    assert len(crm.accounts.refreshes) == 1
    asked = [seen.headers["authorization"].split()[0] for seen in crm.requests if seen.path.startswith("/crm")]
    assert asked == ["Zoho-oauthtoken"] * 2
    told = {"access_token": crm.accounts.give(), "expires_in": 3600}
    crm.accounts.end_tokens()
    crm.faults.add("POST /oauth", status=200, body=told)
    with pytest.raises(BadAnswer, match=r"told no address of the API — set base_url"):
        look(use, id="other")


def test_an_ended_token_is_renewed_once(use: Use, crm: Zoho) -> None:
    look(use)
    crm.accounts.end_tokens()
    assert len(look(use)) == 1
    assert [seen.status for seen in crm.requests if seen.path.startswith("/crm")] == [200, 401, 200]
    assert len(crm.accounts.refreshes) == 2


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"refresh_token": "1000.revoked"}, BadCredentials, r"invalid_code.* — in the API console of the region"),
        ({"client_secret": "another"}, BadCredentials, "invalid_client_secret"),
        ({"most_in_interval": 0}, Busy, r"signed in to too often — nothing to do: it gives a token again"),
    ],
)
def test_why_a_sign_in_is_refused_is_said(
    use: Use, crm: Zoho, change: dict[str, Any], error: type[RemoteError], said: str
) -> None:
    for name, value in change.items():
        setattr(crm.accounts, name, value)
    with pytest.raises(error, match=said) as raised:
        checked(use)
    assert "1000.refresh" not in str(raised.value)
