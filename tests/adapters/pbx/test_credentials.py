from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from trunkline.adapters.pbx.credentials import Credentials, Memory, is_fresh
from trunkline.errors import BadCredentials


def credentials(folder: Path, login: str = "900", secret: str = "hunter2hunter2") -> Credentials:  # noqa: S107 — opens nothing
    return Credentials(folder / "sign-in" / "p.json", login, secret, "PBX p")


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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"expires_at": "soon"}', b"\xff"])
def test_a_damaged_memory_is_none(tmp_path: Path, content: bytes) -> None:
    one = credentials(tmp_path)
    one.path.parent.mkdir()
    one.path.write_bytes(content)
    assert asyncio.run(opened(one)) == Memory()


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with credentials(tmp_path).locked():
            order.append(name)
            await asyncio.sleep(0.05)
            order.append(name)

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
