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


def call_log_path(since: dt.datetime, until: dt.datetime, *, calls_type: int = 0, hide: str = "true") -> str:
    """`GetCallLogData` with its eleven parameters in order (v20 reference §3.2)."""
    return (
        f"/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(periodFrom={since.astimezone(dt.UTC).strftime(SPELLING)},"
        f"periodTo={until.astimezone(dt.UTC).strftime(SPELLING)},sourceType=0,sourceFilter='',"
        f"destinationType=0,destinationFilter='',callsType={calls_type},callTimeFilterType=0,"
        f"callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls={hide})"
    )
