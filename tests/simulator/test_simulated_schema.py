"""Rows of the simulated XAPI against the official API document."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from trunkline.simulator.pbx.by_hand import abandoned_path, call_log_path, trunk_calls_path
from trunkline.simulator.pbx.directory import Department
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

DOCUMENT = Path(__file__).parents[2] / ".." / "shared" / "specs" / "3cx-v20-xapi.yaml"
LIMIT = "$top=100"
SINCE = NOW - dt.timedelta(days=3)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DOCUMENT.is_file(), reason="../shared with the official API document is absent"),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(DOCUMENT.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    return loaded


@pytest.fixture(params=["xapi-u6", "xapi-u10"])
def pbx(request: pytest.FixtureRequest) -> SimulatedPbx:
    world, _ = scenario_world("xapi20", request.param, NOW)
    directory = world.pbxs[0].directory
    hours, holiday = ("Monday", "08:30", "17:30"), ("Christmas Day", 25, 12, None)
    directory.departments.append(Department("Sales", 191, "GRP0001", "14", [hours], [holiday]))
    directory.dids.append("+61870100100")
    return world.pbxs[0]


def faults_of(document: dict[str, Any], name: str, rows: list[dict[str, Any]]) -> list[str]:
    """Every property of every row by its schema, and no property that the document does not know.

    The document marks nullable properties in OpenAPI 3.0's way; a simulated PBX never sends null, so that does not
    matter.
    """
    schema = document["components"]["schemas"][name]
    properties = _properties(document, schema)
    strict = {"type": "object", "properties": properties, "additionalProperties": False}
    validator = jsonschema.Draft4Validator({**strict, "components": document["components"]})
    return [f"{error.json_path}: {error.message}" for row in rows for error in validator.iter_errors(row)]


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Its own and those of the schemas it extends."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= _properties(document, part)
    return found


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Pbx.CallLogData", call_log_path(SINCE, NOW)),
        ("Pbx.Recording", f"/xapi/v1/Recordings?{LIMIT}"),
        ("Pbx.InboundCall", trunk_calls_path("inbound", SINCE, NOW)),
        ("Pbx.OutboundCall", trunk_calls_path("outbound", SINCE, NOW)),
        ("Pbx.AbandonedQueueCalls", abandoned_path(SINCE, NOW)),
        ("Pbx.SystemStatus", "/xapi/v1/SystemStatus"),
        ("Pbx.LicenseStatus", "/xapi/v1/LicenseStatus"),
        ("Pbx.SystemParameters", "/xapi/v1/Defs/Pbx.GetSystemParameters"),
        ("Pbx.RecordingRepositorySettings", "/xapi/v1/Recordings/Pbx.GetRecordingRepositorySettings"),
        ("Pbx.User", f"/xapi/v1/Users?{LIMIT}"),
        ("Pbx.Queue", f"/xapi/v1/Queues?{LIMIT}"),
        ("Pbx.RingGroup", f"/xapi/v1/RingGroups?{LIMIT}"),
        ("Pbx.Receptionist", f"/xapi/v1/Receptionists?{LIMIT}"),
        ("Pbx.Peer", f"/xapi/v1/Peers?{LIMIT}"),
        ("Pbx.Group", f"/xapi/v1/Groups?$expand=OfficeHolidays&{LIMIT}"),
        ("Pbx.DidNumber", f"/xapi/v1/DidNumbers?{LIMIT}"),
        ("Pbx.LastCdrAndChatMessageTimestamp", "/xapi/v1/LastCdrAndChatMessageTimestamp"),
    ],
)
def test_answers_conform(name: str, path: str, document: dict[str, Any], xapi: httpx.Client) -> None:
    body = xapi.get(path).json()
    rows = body.get("value", [body])
    assert rows
    assert faults_of(document, name, rows) == []


@pytest.mark.parametrize("pbx", ["xapi-u0"], indirect=True)
def test_rows_from_before_update_6_conform(document: dict[str, Any], xapi: httpx.Client) -> None:
    """But for what they lack: `CdrId`, which the document of a later build requires."""
    found = xapi.get(call_log_path(SINCE, NOW)).json()["value"]
    assert faults_of(document, "Pbx.CallLogData", found) == []
    assert not any("CdrId" in row for row in found)
    listed = xapi.get(f"/xapi/v1/Recordings?{LIMIT}").json()["value"]
    assert faults_of(document, "Pbx.Recording", listed) == []


def test_rows_of_the_old_log_conform(document: dict[str, Any], pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.upgraded_at = NOW
    found = xapi.get(call_log_path(SINCE, NOW, old=True)).json()["value"]
    assert found
    assert faults_of(document, "Pbx.CallLogData", found) == []
    assert not any("CdrId" in row for row in found)


def test_the_check_can_fail(document: dict[str, Any]) -> None:
    broken = [{"CdrId": 7}, {"RingingDuration": "00:00:05"}, {"Unknown": True}]
    assert len(faults_of(document, "Pbx.CallLogData", broken)) == 3
