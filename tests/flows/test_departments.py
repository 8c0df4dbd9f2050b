"""The opening hours of a PBX's own department stand in for those that the config does not set."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

from trunkline.flows.sync import sync
from trunkline.simulator.pbx.directory import Department
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

ZONE = ZoneInfo("Australia/Adelaide")
HOUR = dt.timedelta(hours=1)
JUDGED = "SELECT in_hours, holiday FROM missed_calls ORDER BY started_at"


def office(**account: object) -> World:
    """Two missed calls, at hours of which the department is open in the later one alone."""
    early, late = (dt.datetime.now(dt.UTC) - back * HOUR for back in (6, 2))
    opens = late.astimezone(ZONE)
    pbx = SimulatedPbx("acme-main")
    pbx.directory.departments = [
        Department("Sales", id=29, hours=[("Monday", "00:00", "00:00")]),
        Department("DEFAULT", is_default=True, hours=[(f"{opens:%A}", f"{opens:%H:%M}", f"{opens + HOUR:%H:%M}")]),
    ]
    pbx.add(place(SCENARIOS["rang_out"], early), place(SCENARIOS["rang_out"], late))
    return World([Account("acme", "Acme Dental", pbxs=[pbx], **account)])  # type: ignore[arg-type]


def test_missed_calls_are_judged_by_the_departments_hours(stage) -> None:
    with stage(office()) as s:
        assert s.run(sync).failures == []
        assert s.query(JUDGED) == [(False, None), (True, None)]
        assert s.query("SELECT has_hours, hours_from FROM accounts") == [(True, "pbx")]
        assert s.query("SELECT name FROM departments WHERE is_default") == [("DEFAULT",)]
        s.run(sync, reread_days=1)
        assert s.pbx.log.count("/Groups") == 2, "once a run"
        assert s.query(JUDGED) == [(False, None), (True, None)]


def test_its_holidays_count_too(stage) -> None:
    world = office()
    days = {(dt.datetime.now(ZONE) - back * HOUR).date() for back in (6, 2)}
    world.pbxs[0].directory.departments[1].holidays = [("Show day", day.day, day.month, day.year) for day in days]
    with stage(world) as s:
        s.run(sync)
        assert s.query(JUDGED) == [(False, "Show day")] * 2


def test_the_configs_hours_win(stage) -> None:
    with stage(office(hours={"mon-sun": "00:00-24:00"})) as s:
        s.run(sync)
        assert s.query(JUDGED) == [(True, None)] * 2
        assert s.query("SELECT has_hours, hours_from FROM accounts") == [(True, "config")]


def test_a_department_that_is_always_open_sets_no_hours(stage) -> None:
    world = office()
    world.pbxs[0].directory.departments = [Department("DEFAULT", is_default=True)]
    with stage(world) as s:
        s.run(sync)
        assert s.query(JUDGED) == [(None, None)] * 2


def test_dids_are_known_and_take_no_extensions_place(stage) -> None:
    world = office()
    world.pbxs[0].directory.dids = ["101", "+61870101000"]
    world.pbxs[0].directory.extension("102").forbid_recording = True
    with stage(world) as s:
        s.run(sync)
        assert s.query("SELECT dn FROM pbx_settings WHERE kind = 'did'") == [("+61870101000",)]
        assert s.query("SELECT DISTINCT first_destination, first_destination_kind FROM calls") == [("101", "extension")]
        assert s.query("SELECT kind, records FROM pbx_settings WHERE dn IN ('101', '102') ORDER BY dn") == [
            ("extension", "yes"),
            ("extension", "no"),
        ]


def test_the_pbxs_own_settings_are_kept_by_day(stage) -> None:
    with stage(office()) as s:
        s.run(sync)
        ((settings,),) = s.query("SELECT settings FROM pbx_settings WHERE kind = 'pbx'")
        found = json.loads(settings)
        assert (found["version"], found["licence"]) == (s.pbx.version, "SIMULATED-ENT")
        assert (found["recording_stopped"], found["auto_delete_days"]) == (False, None)
