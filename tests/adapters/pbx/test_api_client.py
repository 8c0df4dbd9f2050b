from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trunkline.errors import BadCredentials, Forbidden, NotThere, SignInFailed, TokenSuperseded

STATUS = "/xapi/v1/SystemStatus"


async def ask(surface: Any) -> int:
    return (await surface.client.get(STATUS)).status_code  # type: ignore[no-any-return]


def test_one_sign_in_serves_many_requests_and_later_runs(v20: Any) -> None:
    async def three_times(surface: Any) -> list[int]:
        return [await ask(surface) for _ in range(3)]

    assert v20.run(three_times) == [200, 200, 200]
    assert v20.run(ask) == 200
    assert v20.pbx.log.login_attempts == 1


def test_two_clients_at_once_share_one_token(v20: Any) -> None:
    async def both() -> list[int]:
        surfaces = [v20.open(), v20.open()]
        try:
            return await asyncio.gather(*(ask(one) for one in surfaces for _ in range(3)))
        finally:
            for one in surfaces:
                await one.aclose()

    assert asyncio.run(both()) == [200] * 6
    assert v20.pbx.log.tokens_minted == 1


def test_a_token_that_another_consumer_superseded_is_renewed_once(v20: Any) -> None:
    async def go(surface: Any) -> list[int]:
        first = await ask(surface)
        v20.pbx.sessions.mint(3600, "900", can_report=True)
        return [first, await ask(surface), await ask(surface)]

    assert v20.run(go) == [200, 200, 200]
    assert v20.pbx.log.login_attempts == 2


def test_requests_that_lose_the_token_together_mint_one(v20: Any) -> None:
    async def go(surface: Any) -> list[int]:
        await ask(surface)
        v20.pbx.sessions.expire()
        return await asyncio.gather(*(ask(surface) for _ in range(4)))

    assert v20.run(go) == [200] * 4
    assert v20.pbx.log.login_attempts == 2


def test_a_401_at_one_address_is_a_missing_right(v20: Any) -> None:
    v20.pbx.faults.add("SystemStatus", status=401, times=None)
    with pytest.raises(Forbidden) as refused:
        v20.run(ask)
    assert refused.value.message == "/xapi/v1/SystemStatus: 401 with a fresh token that works elsewhere"
    assert (v20.pbx.log.login_attempts, v20.pbx.log.count("SystemStatus")) == (2, 2)


def test_a_401_everywhere_is_another_systems_doing(v20: Any) -> None:
    v20.pbx.faults.add("/xapi/", status=401, times=None)
    with pytest.raises(TokenSuperseded, match="another system that signs in as the same API client") as ended:
        v20.run(ask)
    assert "an API client of its own" in ended.value.mend
    assert v20.pbx.log.login_attempts == 3


def test_a_token_that_is_lost_again_and_again_is_told(v20: Any) -> None:
    async def go(surface: Any) -> list[Any]:
        noticed = []
        for _ in range(3):
            await ask(surface)
            noticed.append([one.code for one in surface.remarks()])
            v20.pbx.sessions.expire()
        return noticed

    assert v20.run(go) == [[], [], ["token_superseded"]]


def test_a_refused_secret_is_tried_once_and_then_never_again(v20: Any) -> None:
    for _ in range(3):
        with pytest.raises(BadCredentials, match="the credentials of '900' were refused at 20") as refused:
            v20.run(ask, secret="wrong")
        assert "they are not tried again" in refused.value.mend
    assert v20.pbx.log.login_attempts == 1


@pytest.mark.parametrize("changed", [{"secret": "also wrong"}, {"login": "901"}])
def test_changed_credentials_are_tried_again(v20: Any, changed: dict[str, str]) -> None:
    for changes in ({"secret": "wrong"}, {"secret": "wrong", **changed}):
        with pytest.raises(BadCredentials):
            v20.run(ask, **changes)
    assert v20.pbx.log.login_attempts == 2
    assert v20.run(ask) == 200


def test_a_pbx_that_cannot_sign_anybody_in_has_refused_nobody(v20: Any) -> None:
    v20.pbx.licence.blocks_sign_in = True
    with pytest.raises(SignInFailed, match="sign-in answered 500 License is not active"):
        v20.run(ask)
    v20.pbx.licence.blocks_sign_in = False
    assert v20.run(ask) == 200


@pytest.mark.parametrize("body", ["{}", "[]", '{"access_token": ""}', "<html>", "null"])
def test_a_sign_in_without_a_token_is_none(v20: Any, body: str) -> None:
    v20.pbx.faults.add("connect/token", body=body)
    with pytest.raises(SignInFailed):
        v20.run(ask)


def test_a_sign_in_whose_answer_is_lost_is_sent_twice_more_and_no_oftener(v20: Any) -> None:
    v20.pbx.faults.add("connect/token", status=502, times=None)
    with pytest.raises(SignInFailed, match="sign-in answered 502"):
        v20.run(ask)
    assert v20.pbx.log.count("connect/token") == 3


def test_no_token_address_is_no_v20(v20: Any) -> None:
    v20.pbx.faults.add("connect/token", status=404)
    with pytest.raises(NotThere, match="this is not 3CX v20"):
        v20.run(ask)


def test_a_token_that_expires_at_once_is_not_kept_for_later(v20: Any) -> None:
    v20.pbx.quirks.token_minutes = 0.2
    assert (v20.run(ask), v20.run(ask)) == (200, 200)
    assert v20.pbx.log.login_attempts == 2


def test_version_and_clock_are_read_on_the_way(v20: Any) -> None:
    async def go(surface: Any) -> Any:
        await ask(surface)
        return surface.client.version, surface.client.claims()["MaxRole"]

    assert v20.run(go) == ("20.0.8.1109", "managers")
