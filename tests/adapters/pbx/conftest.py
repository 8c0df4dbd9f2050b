from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from trunkline.adapters.pbx import open_surface
from trunkline.config import Account, Pbx
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import AsgiApp

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

Use = Callable[[Any], Awaitable[Any]]


class Bench:
    """A running simulated PBX, and its surface as trunkline opens it."""

    def __init__(self, pbx: SimulatedPbx, url: str, state: Path, patch: pytest.MonkeyPatch) -> None:
        self.pbx, self.url, self.state, self._patch = pbx, url, state, patch

    def config(self, secret: str | None = None, login: str | None = None) -> Pbx:
        self._patch.setenv("BENCH_SECRET", secret or self.pbx.secret)
        name, key = ("username", "password") if self.pbx.surface != "xapi20" else ("client_id", "client_secret")
        signing = {name: login or self.pbx.login, key: "env:BENCH_SECRET"}
        return Pbx.model_validate({"id": self.pbx.id, "url": self.url, **signing})

    def open(self, **changes: str) -> Any:
        """The surface; to be used and closed inside one `asyncio.run`."""
        account = {"id": "acme", "name": "Acme", "timezone": self.pbx.zone, "country": "AU"}
        return open_surface(self.config(**changes), Account.model_validate(account), self.state)

    def run(self, use: Use, **changes: str) -> Any:
        """What `use` does with the surface."""

        async def go() -> Any:
            surface = self.open(**changes)
            try:
                return await use(surface)
            finally:
                await surface.aclose()

        return asyncio.run(go())

    @property
    def memory(self) -> Path:
        """The file that remembers the sign-in."""
        return self.state / "sign-in" / f"{self.pbx.id}.json"


@pytest.fixture(autouse=True)
def _impatient(impatient: None) -> None:
    """Retries do not wait here."""


@pytest.fixture
def bench(tmp_path: Path, listen: Callable[[AsgiApp], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    """Starts a PBX: `bench(SimulatedPbx("p"))`."""
    return lambda pbx: Bench(pbx, listen(pbx.app), tmp_path / "state", monkeypatch)


@pytest.fixture
def v20(bench: Callable[..., Bench]) -> Bench:
    return bench(SimulatedPbx("p", now=lambda: NOW))


@pytest.fixture
def v18(bench: Callable[..., Bench]) -> Bench:
    """A console; its clock is the real one, as its preset spans count from now."""
    return bench(SimulatedPbx("p", version="18.0.3.461", surface="console18", shape="console", login="admin"))
