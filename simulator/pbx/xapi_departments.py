"""Departments with their hours and holidays, and the DIDs: sets of the XAPI (v20 reference §5, official document)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import Department, Holiday
from trunkline.simulator.pbx.wire import Answer, Ask, without_nulls
from trunkline.simulator.pbx.xapi_directory import entity_set

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

MAIN_TRUNK_ID = 1


def groups(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Groups`: the departments; their holidays are told only with `$expand=OfficeHolidays`. v18 tells the names."""
    if pbx.surface == "xapi18":
        return entity_set(pbx, ask, "Groups", [{"Id": one.id, "Name": one.name} for one in pbx.directory.departments])
    expanded = {name.partition("(")[0].strip() for name in ask.query.get("$expand", "").split(",")}
    with_holidays = "OfficeHolidays" in expanded
    rows = [_group(one, with_holidays=with_holidays) for one in pbx.directory.departments]
    return entity_set(pbx, ask, "Groups", rows)


def did_numbers(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`DidNumbers`: every number that outside callers may dial."""
    rows = [{"Number": one, "TrunkId": MAIN_TRUNK_ID} for one in pbx.directory.dids]
    return entity_set(pbx, ask, "DidNumbers", rows)


def _group(one: Department, *, with_holidays: bool) -> dict[str, Any]:
    periods = [{"DayOfWeek": day, "Start": _time(start), "Stop": _time(stop)} for day, start, stop in one.hours]
    return without_nulls(
        {
            "Id": one.id,
            "Name": one.name,
            "Number": one.number,
            "IsDefault": one.is_default,
            "TimeZoneId": one.time_zone_id,
            "Hours": {
                "Type": one.hours_type if periods else "AllHours",
                "IgnoreHolidays": False,
                "Periods": periods,
            },
            "OfficeHolidays": _holidays(one.holidays) if with_holidays else None,
        }
    )


def _time(clock: str) -> str:
    return f"{clock}:00.0000000"


def _holidays(holidays: list[Holiday]) -> list[dict[str, Any]]:
    """Whole days; the year 0 is every year."""
    return [
        {
            "Id": place,
            "Name": name,
            "Day": day,
            "Month": month,
            "Year": year or 0,
            "DayEnd": day,
            "MonthEnd": month,
            "YearEnd": year or 0,
            "IsRecurrent": year is None,
            "TimeOfStartDate": "PT0S",
            "TimeOfEndDate": "PT23H59M",
        }
        for place, (name, day, month, year) in enumerate(holidays, start=1)
    ]
