"""HighLevel as an installed app: tokens are renewed, kept, and shared; refresh tokens are used once."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.adapters.crm.highlevel import Adapter
from trunkline.adapters.crm.highlevel_sign_in import Suspended
from trunkline.crms import HighLevel as Table
from trunkline.errors import BadCredentials, Unreachable
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.crm.highlevel_oauth import App
from trunkline.simulator.serve import Server

JANE = "+61412345678"
Ask = Callable[..., list[str]]


@pytest.fixture(params=[None, "agency-1"], ids=["location", "agency"])
def crm(request: pytest.FixtureRequest) -> HighLevel:
    return HighLevel(contacts={JANE: "Jane"}, installed=App("location1", company_id=request.param))


@pytest.fixture
def table(crm: HighLevel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with Server(crm.app) as server:
        settings: dict[str, Any] = {"id": "ghl", "kind": "highlevel", **crm.settings(server.url)}
        for key in ("client_secret", "refresh_token"):
            monkeypatch.setenv(f"GHL_{key}", settings[key])
            settings[key] = f"env:GHL_{key}"
        yield Table.model_validate(settings)


@pytest.fixture
def ask(table: Table, tmp_path: Path) -> Ask:
    """Looks a number up with an adapter of its own, as another process would."""

    async def go(adapter: Adapter) -> list[str]:
        try:
            return [one.phones[0] for one in await adapter.find_contacts(JANE)]
        finally:
            await adapter.aclose()

    return lambda: asyncio.run(go(Adapter(table, tmp_path)))


def test_a_token_is_asked_for_once_and_kept_for_all(crm: HighLevel, ask: Ask, tmp_path: Path) -> None:
    assert [ask(), ask()] == [[JANE], [JANE]]
    assert sum(seen.path == "/oauth/token" for seen in crm.requests) == 1
    kept = [path for path in (tmp_path / "crm").iterdir() if path.suffix == ".json"]
    assert len(kept) == (2 if crm.installed and crm.installed.company_id else 1)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_after_a_401_it_is_renewed_once_with_the_newest_refresh_token(crm: HighLevel, ask: Ask) -> None:
    assert crm.installed is not None
    ask()
    crm.installed.end_tokens()
    assert ask() == [JANE]
    assert crm.installed.used == ["refresh-0", "refresh-1"], "each for one use"


def test_tokens_that_are_about_to_end_are_renewed_before(crm: HighLevel, ask: Ask) -> None:
    assert crm.installed is not None
    crm.installed.lasts_seconds = 30
    ask()
    ask()
    assert [seen.status for seen in crm.requests if seen.status == 401] == []
    assert len(crm.installed.used) == 2


def test_two_at_once_renew_once(crm: HighLevel, table: Table, tmp_path: Path) -> None:
    async def both() -> list[Any]:
        adapters = [Adapter(table, tmp_path) for _ in range(2)]
        found = await asyncio.gather(*(one.find_contacts(JANE) for one in adapters))
        for one in adapters:
            await one.aclose()
        return found

    assert len(asyncio.run(both())) == 2
    assert crm.installed is not None
    assert crm.installed.used == ["refresh-0"]


def test_a_suspended_location_waits_and_keeps_its_credentials(crm: HighLevel, ask: Ask) -> None:
    assert crm.installed is not None
    crm.installed.is_suspended = True
    with pytest.raises(Suspended, match="is suspended — calls wait until it is active again"):
        ask()
    crm.installed.is_suspended = False
    assert ask() == [JANE]


def test_a_refresh_token_that_is_spent_is_said_so(crm: HighLevel, ask: Ask) -> None:
    crm.faults.add("POST /oauth/token", drop_after_commit=True)
    with pytest.raises(Unreachable, match="sign-in"):
        ask()
    with pytest.raises(BadCredentials, match=r"already been used.* — install the app once more"):
        ask()


def test_a_new_refresh_token_in_the_config_takes_the_place_of_what_was_kept(
    crm: HighLevel, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crm.installed is not None
    ask()
    crm.installed.end_tokens()
    crm.installed.refresh_token = "refresh-new"
    with pytest.raises(BadCredentials):
        ask()
    monkeypatch.setenv("GHL_refresh_token", "refresh-new")
    assert ask() == [JANE]
