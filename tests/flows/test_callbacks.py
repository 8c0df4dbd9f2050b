"""A caller whom nobody calls back becomes one task in the CRM, closed once somebody does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
JANE, OMAR, STRANGER, OLD = "+61412345678", "+61423456789", "+61434567890", "+61445678901"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def world() -> World:
    pbx = SimulatedPbx("acme-main")
    for caller, days in ((JANE, 6.0), (JANE, 5.9), (OMAR, 6.0), (STRANGER, 5.0), (OLD, 12.0)):
        pbx.add(place(SCENARIOS["rang_out"], NOW - days * DAY, caller=caller))
    pbx.add(place(SCENARIOS["outbound_not_connected"], NOW - 5.95 * DAY, caller=OMAR))
    crm = SimulatedCrm(
        "acme-ghl",
        contacts={JANE: "Jane", OMAR: "Omar", OLD: "Olga"},
        options={"rate_limit": (5000, 1.0)},
        settings={"missed_call_task": True, "leave_out": ["did"]},
    )
    return World([Account("acme", "Acme Dental", pbxs=[pbx], crms=[crm])])


def read(s: Any, days: int = 7) -> None:
    s.run(backfill, since=(NOW - days * DAY).isoformat(), until=(NOW - 2 * HOUR).isoformat())


def tasks(s: Any) -> list[tuple[str | None, str, bool]]:
    return [(one.number, one.title, one.is_done) for one in s.crm.tasks_there()]


def ledger(s: Any) -> list[tuple[Any, ...]]:
    sql = "SELECT kind, state, reason FROM activities WHERE kind IN ('task', 'task_closed') ORDER BY kind, state"
    return s.query(sql)  # type: ignore[no-any-return]


def test_one_task_for_each_caller_whom_nobody_called_back(stage: Any, world: World) -> None:
    with stage(world) as s:
        read(s, days=13)
        read(s)
        assert tasks(s) == [(JANE, f"Call back {JANE}: 2 missed calls", False)]
        assert ledger(s) == [("task", "delivered", None), ("task", "skipped", "unknown caller")]
        [task] = s.crm.tasks_there()
        assert "First missed: " in task.text
        assert "To be returned by: " in task.text
        assert "Our number" not in task.text
        s.pbx.add(place(SCENARIOS["outbound_connected"], NOW - HOUR, caller=JANE))
        s.run(sync)
        s.run(sync)
        assert tasks(s) == [(JANE, f"Call back {JANE}: 2 missed calls", True)]
        assert sum(seen.path.endswith("/completed") for seen in s.crm.requests) == 1


def test_a_lost_answer_makes_no_second_task(stage: Any, world: World) -> None:
    with stage(world) as s:
        s.crm.faults.add("POST /contacts/.*/tasks", drop_after_commit=True)
        read(s)
        assert ("task", "pending") in [row[:2] for row in ledger(s)]
        s.run(sync)
        assert tasks(s) == [(JANE, f"Call back {JANE}: 2 missed calls", False)]


def test_a_task_that_a_person_deleted_stays_deleted(stage: Any, world: World) -> None:
    with stage(world) as s:
        read(s)
        s.crm.tasks.clear()
        s.pbx.add(place(SCENARIOS["outbound_connected"], NOW - HOUR, caller=JANE))
        s.run(sync)
        assert tasks(s) == []
        assert ("task_closed", "skipped", "deleted in the CRM") in ledger(s)
