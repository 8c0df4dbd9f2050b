"""What a licence says, and what is missing without the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path, sign_in, sign_in_v18, trunk_calls_path
from trunkline.simulator.pbx.model import LICENCES, SimulatedPbx

Connect = Callable[[SimulatedPbx], httpx.Client]

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
SINCE = NOW - dt.timedelta(days=1)
PARAMETERS = "/xapi/v1/Defs/Pbx.GetSystemParameters"


@pytest.mark.parametrize(
    ("tier", "code", "calls", "transcription"),
    [
        ("free", "SIMULATED-FREE", 4, False),
        ("small-business", "SIMULATED-SMB", 10, False),
        ("professional", "SIMULATED-PRO", 16, False),
        ("enterprise", "SIMULATED-ENT", 32, False),
        ("ai", "SIMULATED-AI", 32, True),
    ],
)
def test_each_tier_tells_what_it_is(tier: str, code: str, calls: int, transcription: bool, serve: Connect) -> None:
    pbx = SimulatedPbx("acme-main", licence=replace(LICENCES[tier]))
    client = serve(pbx)
    sign_in(client, pbx)
    told = client.get(PARAMETERS).json()
    assert (told["License"]["ProductCode"], told["License"]["MaxSimCalls"]) == (code, calls)
    assert told["IsTranscriptionEnabled"] is transcription
    assert told["License"]["IsEnterprise"] is (tier in ("enterprise", "ai"))
    assert told["License"]["IsProfessional"] is (tier == "professional")
    status = client.get("/xapi/v1/SystemStatus").json()
    assert (status["ProductCode"], status["MaxSimCalls"]) == (code, calls)


def test_the_free_tier_keeps_few_recordings(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    path = "/xapi/v1/Recordings/Pbx.GetRecordingRepositorySettings"
    assert xapi.get(path).json()["RecordingsQuota"] == 4096
    pbx.licence = replace(LICENCES["free"])
    assert xapi.get(path).json()["RecordingsQuota"] == 256


def test_a_licence_that_has_ended_is_told_everywhere(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    status, licence = "/xapi/v1/SystemStatus", "/xapi/v1/LicenseStatus"
    assert [xapi.get(path).json()["LicenseActive"] for path in (status, licence)] == [True, True]
    assert xapi.get(PARAMETERS).json()["License"]["IsMaintainceExpired"] is False
    pbx.licence.active = False
    assert [xapi.get(path).json()["LicenseActive"] for path in (status, licence)] == [False, False]
    assert xapi.get(PARAMETERS).json()["License"]["IsMaintainceExpired"] is True


def test_maintenance_may_end_alone(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.licence.maintenance_expires_at = NOW - dt.timedelta(days=1)
    assert xapi.get("/xapi/v1/SystemStatus").json()["MaintenanceExpiresAt"] == "2026-09-15T03:00:00Z"
    assert xapi.get("/xapi/v1/LicenseStatus").json()["LicenseActive"] is True
    assert xapi.get(PARAMETERS).json()["License"]["IsMaintainceExpired"] is True


def test_only_the_flag_of_its_own_stops_sign_ins(pbx: SimulatedPbx, serve: Connect) -> None:
    client = serve(pbx)
    pbx.licence.active = False
    assert sign_in(client, pbx).status_code == 200
    pbx.licence.blocks_sign_in = True
    form = {"client_id": pbx.login, "client_secret": pbx.secret, "grant_type": "client_credentials"}
    refused = client.post("/connect/token", data=form)
    assert (refused.status_code, refused.json()["error"]["message"]) == (500, "License is not active.")


def test_without_the_api_reports_and_recordings_are_not_there(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    reports = [call_log_path(SINCE, NOW), trunk_calls_path("inbound", SINCE, NOW)]
    recordings = ["/xapi/v1/Recordings", "/xapi/v1/Recordings/Pbx.DownloadRecording(recId=1)"]
    pbx.licence.has_api = False
    answers = [xapi.get(path) for path in (*reports, *recordings)]
    assert {(one.status_code, one.content, one.headers["x-3cx-version"]) for one in answers} == {
        (404, b"", pbx.version)
    }
    assert xapi.get(PARAMETERS).status_code == xapi.get("/xapi/v1/Users").status_code == 200


def test_the_console_needs_no_api_licence(serve: Connect) -> None:
    pbx = SimulatedPbx("plains", version="18.0.8.939", surface="xapi18", shape="xapi-v18")
    pbx.licence.has_api = False
    client = serve(pbx)
    sign_in_v18(client, pbx)
    assert client.get(call_log_path(SINCE, NOW)).status_code == 404
    assert client.get("/api/RecordingList").status_code == 200
    pbx.licence.maintenance_expires_at = NOW
    assert client.get("/api/SystemStatus").json()["MaintenanceExpiresAt"] == "2026-09-16T03:00:00Z"
