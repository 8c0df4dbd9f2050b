"""Every scenario, on every surface, over real HTTP, against its truth written by hand."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import reckoning
from reckoning import DAY, Call, Office, Tape

from trunkline import configfile
from trunkline.flows.engine import run_here
from trunkline.flows.sync import sync
from trunkline.periods import parse
from trunkline.reports import read
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
Synced = tuple[str, Known, dict[str, Any], Path]


@pytest.fixture(scope="module", params=SURFACES)
def synced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synced:
    """Row shape, calls as the lake has them, each scenario's call and truth, and the config's file."""
    shape = request.param
    folder = tmp_path_factory.mktemp(shape)
    world, cases = scenario_world(SURFACES[shape], shape)
    with world.running(folder):
        config = world.write_config(folder)
        os.environ.update(world.environment)
        outcome = asyncio.run(run_here(sync, config=str(config)))
    assert outcome.failures == []
    placed = {call.scenario.name: (call, truth) for call, truth in cases}
    return shape, _calls(folder / "data" / "lake.duckdb"), placed, config


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
    shape, calls, placed, _config = synced
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
    shape, calls, placed, _config = synced
    assert set(calls) == {_key(shape, call) for call, _truth in placed.values()}


def test_the_reports_figures_are_those_of_the_truth(synced: Synced) -> None:
    """Counted by `reckoning` from what happened; the lake is asked only how far it was read."""
    shape, _calls, placed, path = synced
    config = configfile.load(path)
    account = config.account[0]
    moment = dt.datetime.now(dt.UTC)
    today = moment.astimezone(ZoneInfo(account.timezone)).date()
    first, end = today - 6 * DAY, today + DAY
    period = parse(f"{first}..{end}", account.timezone, moment)
    with duckdb.connect(str(path.parent / "data" / "lake.duckdb")) as lake:
        lake.execute("SET TimeZone = 'UTC'")
        read.snapshot(lake, [period], [account])
        found = read.account_figures(lake, account, period, moment)
        windows = lake.execute("SELECT since, until FROM windows WHERE state = 'complete'").fetchall()
    happened = tuple(_told(_key(shape, call), call, truth) for call, truth in placed.values())
    assert not account.hours  # the reckoning below would need them
    office = Office(account.id, account.timezone, ("acme-main",), calls=happened, read={"acme-main": tuple(windows)})
    true = reckoning.slice_of(office, first, end, None)
    assert dataclasses.asdict(found.now.volumes) | true["volumes"] == _nearly(found.now.volumes)
    assert dataclasses.asdict(found.now.callbacks) | true["callbacks"] == _nearly(found.now.callbacks)
    coverage = found.now.coverage
    assert (coverage.spoken, coverage.recorded) == (true["coverage"]["spoken"], true["coverage"]["recorded"])
    lost = reckoning.lost_by(office, first, end)
    for kind in ("reason", "number", "queue"):
        assert {count.label: count.calls for count in found.lost[kind]} == {
            label: n for (_, label), n in lost[kind].items()
        }
    assert {(h.weekday, h.hour, h.in_hours): h.calls for h in found.heat} == reckoning.heat(office, first, end)
    days = [reckoning.span_of(office, day, 1) for day in period.days]
    assert [(one.starts_on, one.offered, one.lost, one.short_abandons) for one in found.trend] == [
        (day, *counts) for day, _share, *counts in days
    ]
    callers = [(one.external_number, one.tries, one.state) for one in found.call_back]
    assert callers == [
        (who, tries, state) for who, tries, _at, _wait, _new, state in reckoning.call_back(office, first, end)
    ]
    assert found.now.volumes.lost > 5, "a world in which nothing is lost proves nothing"


def _told(call_id: str, call: PlacedCall, truth: Truth) -> Call:
    by = truth.answered_by if truth.answered_by_kind == "extension" else None
    return Call(
        call_id,
        "acme-main",
        call.started_at,
        truth.direction,
        truth.outcome,
        truth.external_number,
        truth.miss_reason,
        truth.did,
        truth.queue,
        truth.wait_seconds,
        truth.talk_seconds,
        by=by,
        tapes=tuple(Tape(state, cause) for state, cause in truth.recordings),
    )


def _nearly(found: Any) -> dict[str, Any]:
    """Spans are a second wide at most: a console's times have whole ones."""
    return {
        name: pytest.approx(value, abs=1.001) if isinstance(value, float) else value
        for name, value in dataclasses.asdict(found).items()
    }
