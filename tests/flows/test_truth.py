"""Every scenario, on every surface, over real HTTP, against its truth written by hand."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.flows.engine import run_here
from trunkline.flows.sync import sync
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.scenarios.story import Truth

SURFACES = {
    "xapi-u0": "xapi20",
    "xapi-u6": "xapi20",
    "xapi-u10": "xapi20",
    "xapi-v18": "xapi18",
    "console": "console18",
}
FACTS = (
    "direction",
    "outcome",
    "miss_reason",
    "external_number",
    "external_name",
    "did",
    "first_destination",
    "first_destination_kind",
    "answered_by",
    "answered_by_kind",
    "queue",
    "leg_count",
)
MILLISECOND = 0.0011  # console times have whole seconds; a GUID's time is up to a millisecond early

Known = dict[str, dict[str, Any]]
Synced = tuple[str, Known, dict[str, Any]]


@pytest.fixture(scope="module", params=SURFACES)
def synced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synced:
    """Row shape, calls as the lake has them, and each scenario's call and truth."""
    shape = request.param
    folder = tmp_path_factory.mktemp(shape)
    world, cases = scenario_world(SURFACES[shape], shape)
    with world.running(folder):
        config = world.write_config(folder)
        os.environ.update(world.environment)
        outcome = asyncio.run(run_here(sync, config=str(config)))
    assert outcome.failures == []
    placed = {call.scenario.name: (call, truth) for call, truth in cases}
    return shape, _calls(folder / "data" / "lake.duckdb"), placed


def _calls(lake: Path) -> Known:
    with duckdb.connect(str(lake), read_only=True) as connection:
        cursor = connection.execute(
            """
            SELECT c.*, coalesce(list_sort(list((r.state, r.cause)) FILTER (r.recording_id IS NOT NULL)), []) AS kept
            FROM calls AS c LEFT JOIN recordings AS r USING (call_id) GROUP BY ALL
            """
        )
        names = [column[0] for column in cursor.description or []]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_equals_its_truth(name: str, synced: Synced) -> None:
    shape, calls, placed = synced
    if name not in placed:
        assert SCENARIOS[name].console is None, "only a console may say nothing of a call"
        return
    call, truth = placed[name]
    key = _key(shape, call)
    assert key in calls, "one call is one row, under the PBX's own key"
    found = calls[key]
    assert {fact: found[fact] for fact in FACTS} == {fact: getattr(truth, fact) for fact in FACTS}
    assert (found["wait_seconds"], found["talk_seconds"]) == (_near(truth.wait_seconds), _near(truth.talk_seconds))
    assert found["kept"] == _sorted(truth)
    assert found["confidence"] == ("derived" if shape == "console" else "exact")


def _key(shape: str, call: PlacedCall) -> str:
    if shape == "console":
        return f"acme-main:{call.number}"
    numbered = f"{call.started_at:%Y%m%d}-{call.number}"
    return f"acme-main:{numbered if shape in {'xapi-u0', 'xapi-v18'} else call.main_id}"


def _near(seconds: float | None) -> Any:
    return None if seconds is None else pytest.approx(seconds, abs=MILLISECOND)


def _sorted(truth: Truth) -> list[tuple[str, str | None]]:
    return sorted(((state, cause) for state, cause in truth.recordings), key=lambda pair: (pair[0], pair[1] or "~"))


def test_no_call_is_there_that_did_not_happen(synced: Synced) -> None:
    shape, calls, placed = synced
    assert set(calls) == {_key(shape, call) for call, _truth in placed.values()}
