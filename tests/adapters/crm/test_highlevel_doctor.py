"""What `doctor` says of a HighLevel sub-account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.adapters.crm.base import Finding
from trunkline.adapters.crm.highlevel import Adapter
from trunkline.crms import HighLevel as Table
from trunkline.errors import BadCredentials, Forbidden
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server


@pytest.fixture
def crm() -> HighLevel:
    return HighLevel()


@pytest.fixture
def table(crm: HighLevel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("GHL_TOKEN", crm.token)
    with Server(crm.app) as server:
        yield Table.model_validate(
            {"id": "ghl", "kind": "highlevel", **crm.settings(server.url), "token": "env:GHL_TOKEN"}
        )


def checked(table: Table) -> dict[str, Finding]:
    async def go() -> list[Finding]:
        adapter = Adapter(table, Path())
        try:
            return await adapter.check()
        finally:
            await adapter.aclose()

    return {one.what: one for one in asyncio.run(go())}


def test_what_is_known_is_said_and_what_is_not_is_unknown(table: Table, crm: HighLevel) -> None:
    found = checked(table)
    assert {what: one.state for what, one in found.items()} == {
        "reachable and signed in": "ok",
        "contacts.readonly": "ok",
        "conversations.readonly": "ok",
        "conversation provider": "unknown",
        "contacts.write, conversations.write, conversations/message.write": "unknown",
        "rate budget": "ok",
    }
    assert found["rate budget"].message == "199997 requests left today"
    assert all(seen.method == "GET" for seen in crm.requests), "nothing is changed"


def test_each_missing_scope_is_named(table: Table, crm: HighLevel) -> None:
    crm.scopes -= {"conversations.readonly"}
    found = checked(table)["conversations.readonly"]
    assert (found.state, found.mend) == ("fail", "give the token the scope conversations.readonly")
    assert "not authorized for this scope." in found.message
    crm.scopes -= {"locations.readonly"}
    with pytest.raises(Forbidden):
        checked(table)


def test_without_a_provider_calls_are_notes_and_a_bad_token_is_said(table: Table, crm: HighLevel) -> None:
    without = table.model_copy(update={"provider_id": None})
    assert checked(without)["conversation provider"].state == "warn"
    crm.token = "another"
    with pytest.raises(BadCredentials, match=r"the credentials were refused .* — make a private integration token"):
        checked(table)
