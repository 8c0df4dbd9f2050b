from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import httpx
import pytest

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


def sign_in(client: httpx.Client, pbx: SimulatedPbx) -> httpx.Response:
    form = {"client_id": pbx.login, "client_secret": pbx.secret, "grant_type": "client_credentials"}
    answer = client.post("/connect/token", data=form)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer


@pytest.fixture
def xapi(pbx: SimulatedPbx, serve: Connect) -> httpx.Client:
    """A signed-in client of `pbx`."""
    client = serve(pbx)
    sign_in(client, pbx)
    pbx.log.clear()
    return client


def call_log_path(since: dt.datetime, until: dt.datetime, *, calls_type: int = 0, hide: str = "true") -> str:
    spell = "%Y-%m-%dT%H:%M:%SZ"
    return (
        f"/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(periodFrom={since.strftime(spell)},"
        f"periodTo={until.strftime(spell)},sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',"
        f"callsType={calls_type},callTimeFilterType=0,callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',"
        f"hidePcalls={hide})"
    )
