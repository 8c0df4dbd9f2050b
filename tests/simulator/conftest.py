from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import sign_in
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import Server

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

Connect = Callable[[SimulatedPbx], httpx.Client]


@pytest.fixture
def serve() -> Iterator[Connect]:
    """Starts a PBX and gives a client for it."""
    clients: list[httpx.Client] = []
    servers: list[Server] = []

    def start(pbx: SimulatedPbx) -> httpx.Client:
        servers.append(Server(pbx.app).start())
        clients.append(httpx.Client(base_url=servers[-1].url, timeout=10, verify=False))  # noqa: S501 - loopback
        return clients[-1]

    yield start
    for client in clients:
        client.close()
    for server in servers:
        server.ask_to_stop()
    for server in servers:
        server.stop()


@pytest.fixture
def pbx() -> SimulatedPbx:
    return SimulatedPbx("acme-main", now=lambda: NOW)


@pytest.fixture
def xapi(pbx: SimulatedPbx, serve: Connect) -> httpx.Client:
    """A signed-in client of `pbx`."""
    client = serve(pbx)
    sign_in(client, pbx)
    pbx.log.clear()
    return client
