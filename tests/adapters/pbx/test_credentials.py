from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from trunkline.adapters.pbx.credentials import Credentials, Memory, is_fresh
from trunkline.errors import BadCredentials, SignInsPaused, Unreachable


def credentials(
    folder: Path,
    login: str = "900",
    secret: str = "hunter2hunter2",  # noqa: S107 — opens nothing
    pbx: str = "p",
    patience: float = 60,
) -> Credentials:
    return Credentials(folder / "sign-in" / f"{pbx}.json", login, secret, f"PBX {pbx}", fleet_lock_seconds=patience)


async def opened(one: Credentials) -> Memory:
    async with one.locked() as memory:
        return memory


def refuse(one: Credentials) -> BadCredentials:
    async def go() -> BadCredentials:
        async with one.locked():
            return one.remember_refusal()

    return asyncio.run(go())


def test_the_file_and_its_folder_are_their_owners_alone_and_hold_no_secret(tmp_path: Path) -> None:
    one = credentials(tmp_path)
    refuse(one)
    assert one.path.stat().st_mode & 0o777 == 0o600
    assert one.path.parent.stat().st_mode & 0o777 == 0o700
    for path in one.path.parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert b"hunter2" not in path.read_bytes()


def test_refused_credentials_stay_refused_until_login_or_secret_change(tmp_path: Path) -> None:
    first = refuse(credentials(tmp_path))
    with pytest.raises(BadCredentials) as again:
        asyncio.run(opened(credentials(tmp_path)))
    assert str(again.value) == str(first)
    for other in (credentials(tmp_path, secret="new"), credentials(tmp_path, login="901")):
        assert asyncio.run(opened(other)).token == ""


def test_a_token_is_kept_for_its_own_login_only(tmp_path: Path) -> None:
    async def keep(one: Credentials) -> None:
        async with one.locked():
            one.save(Memory(token="t", login="900", expires_at=time.time() + 3600))

    asyncio.run(keep(credentials(tmp_path)))
    assert asyncio.run(opened(credentials(tmp_path))).token == "t"
    assert asyncio.run(opened(credentials(tmp_path, login="901"))).token == ""


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"expires_at": "soon"}', b"\xff", b'{"token": "\xff"}'])
def test_a_damaged_memory_is_none(tmp_path: Path, content: bytes) -> None:
    one = credentials(tmp_path)
    one.path.parent.mkdir()
    one.path.write_bytes(content)
    assert asyncio.run(opened(one)) == Memory()


def test_a_saved_sign_in_forgets_the_refusal_of_other_credentials(tmp_path: Path) -> None:
    refuse(credentials(tmp_path))
    corrected = credentials(tmp_path, secret="right")
    corrected.save(corrected.load())
    kept = corrected.load()
    assert (kept.refused, kept.refused_at, bool(kept.accepted)) == ("", "", True)
    refuse(corrected)
    assert corrected.load().accepted == ""


async def sign_in(one: Credentials, is_there: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)) -> None:
    async with one.locked(), one.signing_in(is_there):
        pass


async def note_twice(order: list[str], name: str) -> None:
    order.append(name)
    await asyncio.sleep(0.2)
    order.append(name)


def test_accepted_credentials_pass_at_once_until_login_or_secret_change(tmp_path: Path) -> None:
    credentials(tmp_path).remember_accepted(Memory(token="t", login="900"))
    asyncio.run(sign_in(credentials(tmp_path), is_not_there))
    for other in (credentials(tmp_path, secret="new"), credentials(tmp_path, login="901")):
        with pytest.raises(Unreachable):
            asyncio.run(sign_in(other, is_not_there))


async def is_not_there() -> None:
    raise Unreachable("no answer in time")


def test_new_credentials_wait_for_each_other_and_accepted_ones_for_nobody(tmp_path: Path) -> None:
    credentials(tmp_path, pbx="good").remember_accepted(Memory())
    order: list[str] = []

    async def hold(pbx: str) -> None:
        one = credentials(tmp_path, pbx=pbx)
        async with one.locked(), one.signing_in(lambda: asyncio.sleep(0)):
            await note_twice(order, pbx)

    async def all_of_them() -> None:
        await asyncio.gather(hold("p"), hold("q"), hold("good"))

    asyncio.run(all_of_them())
    assert [name for name in order if name != "good"] in (["p", "p", "q", "q"], ["q", "q", "p", "p"])
    assert order.index("good") < 2


def test_a_sign_in_does_not_wait_for_a_pbx_that_is_only_asked_whether_it_is_there(tmp_path: Path) -> None:
    other = credentials(tmp_path, pbx="q", patience=0.1)
    asyncio.run(sign_in(credentials(tmp_path), lambda: sign_in(other)))


def test_a_sign_in_does_not_wait_without_end(tmp_path: Path) -> None:
    other = credentials(tmp_path, pbx="q", patience=0.1)

    async def during(one: Credentials) -> None:
        async with one.locked(), one.signing_in(lambda: asyncio.sleep(0)):
            await sign_in(other)

    with pytest.raises(SignInsPaused, match=r"PBX q: another sign-in has not ended for 0 s .*process that hangs"):
        asyncio.run(during(credentials(tmp_path)))


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with credentials(tmp_path).locked():
            await note_twice(order, name)

    async def both() -> None:
        await asyncio.gather(hold("a"), hold("b"))

    asyncio.run(both())
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


@pytest.mark.parametrize(
    ("memory", "verdict"),
    [(Memory(), False), (Memory(token="t", expires_at=1.0), False), (Memory(token="t", expires_at=4e9), True)],
)
def test_a_fresh_token_does_not_expire_at_once(memory: Memory, verdict: bool) -> None:
    assert is_fresh(memory) is verdict
    assert not is_fresh(Memory(token="t", expires_at=time.time() + 20))
