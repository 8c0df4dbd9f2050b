"""The requests that one makes to a simulated PBX by hand: in tests, in benchmarks, at a prompt."""

from __future__ import annotations

import datetime as dt

import httpx

from trunkline.simulator.pbx.model import SimulatedPbx

SPELLING = "%Y-%m-%dT%H:%M:%SZ"


def sign_in(client: httpx.Client, pbx: SimulatedPbx) -> httpx.Response:
    """Mints a token of a v20 PBX and leaves it in the client's headers."""
    form = {"client_id": pbx.login, "client_secret": pbx.secret, "grant_type": "client_credentials"}
    answer = client.post("/connect/token", data=form)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer


def sign_in_v18(client: httpx.Client, pbx: SimulatedPbx) -> httpx.Response:
    """A console session and the bearer that it gives, left in the client's headers (v18 reference §1.1, §1.2)."""
    client.post("/api/login", json={"Username": pbx.login, "Password": pbx.secret})
    answer = client.get("/api/Token")
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer


def call_log_path(
    since: dt.datetime, until: dt.datetime, *, calls_type: int = 0, hide: str = "true", old: bool = False
) -> str:
    """`GetCallLogData`, or `GetOldCallLogData`, with its eleven parameters in order (v20 reference §3.2)."""
    name = "GetOldCallLogData" if old else "GetCallLogData"
    return (
        f"/xapi/v1/ReportCallLogData/Pbx.{name}({_period(since, until)},sourceType=0,sourceFilter='',"
        f"destinationType=0,destinationFilter='',callsType={calls_type},callTimeFilterType=0,"
        f"callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls={hide})"
    )


def trunk_calls_path(direction: str, since: dt.datetime, until: dt.datetime, *, calls_type: int = 0) -> str:
    """`GetInboundCalls` or `GetOutboundCalls` (v20 reference §3.1)."""
    name = direction.capitalize()
    return f"/xapi/v1/Report{name}Calls/Pbx.Get{name}Calls({_period(since, until)},trunkDns='',callsType={calls_type})"


def abandoned_path(since: dt.datetime, until: dt.datetime, queues: str = "801 802", least: str = "0:00:0") -> str:
    """`GetAbandonedQueueCallsData` (v20 reference §3.1)."""
    parameters = f"{_period(since, until)},queueDns='{queues}',waitInterval='{least}'"
    return f"/xapi/v1/ReportAbandonedQueueCalls/Pbx.GetAbandonedQueueCallsData({parameters})"


def _period(since: dt.datetime, until: dt.datetime) -> str:
    start, end = (one.astimezone(dt.UTC).strftime(SPELLING) for one in (since, until))
    return f"periodFrom={start},periodTo={end}"
