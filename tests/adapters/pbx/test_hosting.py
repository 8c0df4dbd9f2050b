"""What is said where nobody answers: ports differ by where a PBX runs."""

from __future__ import annotations

import asyncio
import socket

import pytest

from trunkline.adapters.pbx import open_surface
from trunkline.adapters.pbx.hosting import if_silent
from trunkline.config import Account, Pbx
from trunkline.errors import Unreachable

SIGN_IN = {"client_id": "900", "client_secret": "env:HOSTING_SECRET"}


def pbx(url: str, hosting: str = "self-managed") -> Pbx:
    return Pbx.model_validate({"id": "p", "url": url, "hosting": hosting, **SIGN_IN})


@pytest.mark.parametrize(
    ("url", "hosting", "said"),
    [
        ("https://pbx.example", "self-managed", "try https://pbx.example:5001"),
        ("https://pbx.example:5001", "self-managed", "check the address, the port and that it is running"),
        ("https://acme.my3cx.example:5001", "hosted", "answers on port 443: leave the port out"),
        ("https://acme.my3cx.example", "hosted", "check the address, the port and that it is running"),
        ("https://acme.my3cx.example:5001", "express", "answers on port 443: leave the port out"),
    ],
)
def test_the_port_to_try_depends_on_the_hosting(url: str, hosting: str, said: str) -> None:
    mend = if_silent(pbx(url, hosting))
    assert said in mend
    assert "black-list" in mend, "a black-listed caller hears nothing at all (v18 reference §8.1)"


def test_a_pbx_that_does_not_answer_is_said_with_it(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTING_SECRET", "s")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    account = Account.model_validate({"id": "a", "name": "A", "timezone": "UTC", "country": "AU"})

    async def look() -> None:
        surface = open_surface(pbx(url), account, tmp_path)
        try:
            await surface.probe()
        finally:
            await surface.aclose()

    with pytest.raises(Unreachable, match="connection refused") as silent:
        asyncio.run(look())
    assert "black-list" in silent.value.mend
