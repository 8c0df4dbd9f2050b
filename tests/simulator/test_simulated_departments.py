"""Departments, DIDs, the recording switch that forbids, and what a PBX says of itself to everybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from trunkline.simulator.pbx.directory import Department
from trunkline.simulator.pbx.model import SimulatedPbx

SALES = Department(
    "Sales",
    191,
    "GRP0001",
    "14",
    hours=[("Monday", "08:30", "17:30"), ("Saturday", "09:00", "12:00")],
    holidays=[("Christmas Day", 25, 12, None), ("Stocktake", 30, 6, 2027)],
)


def values(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path).json()["value"]
    return found


def test_there_is_one_department_that_is_always_open(xapi: httpx.Client) -> None:
    assert values(xapi, "/xapi/v1/Groups?$expand=OfficeHolidays") == [
        {
            "Id": 28,
            "Name": "DEFAULT",
            "Number": "",
            "IsDefault": True,
            "Hours": {"Type": "AllHours", "IgnoreHolidays": False, "Periods": []},
            "OfficeHolidays": [],
        }
    ]


def test_hours_and_holidays(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.directory.departments.append(SALES)
    found = values(xapi, "/xapi/v1/Groups?$expand=OfficeHolidays")[1]
    assert (found["Id"], found["Number"], found["IsDefault"], found["TimeZoneId"]) == (191, "GRP0001", False, "14")
    assert found["Hours"] == {
        "Type": "SpecificHoursExcludingHolidays",
        "IgnoreHolidays": False,
        "Periods": [
            {"DayOfWeek": "Monday", "Start": "08:30:00.0000000", "Stop": "17:30:00.0000000"},
            {"DayOfWeek": "Saturday", "Start": "09:00:00.0000000", "Stop": "12:00:00.0000000"},
        ],
    }
    yearly, once = found["OfficeHolidays"]
    assert (yearly["Name"], yearly["Day"], yearly["Month"], yearly["Year"]) == ("Christmas Day", 25, 12, 0)
    assert (once["Year"], once["YearEnd"], once["DayEnd"], once["MonthEnd"]) == (2027, 2027, 30, 6)
    assert (once["TimeOfStartDate"], once["TimeOfEndDate"]) == ("PT0S", "PT23H59M")
    assert [yearly["IsRecurrent"], once["IsRecurrent"]] == [True, False]


def test_holidays_must_be_asked_for(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.directory.departments = [SALES]
    assert "OfficeHolidays" not in values(xapi, "/xapi/v1/Groups")[0]
    (found,) = values(xapi, "/xapi/v1/Groups?$select=Id,Name,Hours&$expand=Members,OfficeHolidays($select=Name)")
    assert set(found) == {"Id", "Name", "Hours"}
    assert xapi.get("/xapi/v1/Groups?$top=101").status_code == 400


def test_dids(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    assert values(xapi, "/xapi/v1/DidNumbers") == []
    pbx.directory.dids = ["+61870100100", "+61870100105"]
    assert values(xapi, "/xapi/v1/DidNumbers?$select=Number&$skip=1") == [{"Number": "+61870100105"}]


def test_an_extension_may_be_forbidden_to_record(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.directory.extension("103").forbid_recording = True
    found = values(xapi, "/xapi/v1/Users?$select=Id,Number,ForbidRecording")
    assert [one["Number"] for one in found if one["ForbidRecording"]] == ["103"]


@pytest.mark.parametrize(("version", "is_told"), [("20.0.9.995", False), ("20.0.10.1621", True), ("20.1.0.1", True)])
def test_how_to_sign_in_is_public_on_new_builds(
    version: str, is_told: bool, pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    pbx.version = version
    del xapi.headers["Authorization"]
    answer = xapi.get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json" if is_told else "text/html")
    if is_told:
        assert "client_credentials" in answer.json()["grant_types_supported"]
