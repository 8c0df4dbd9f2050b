"""Every figure of every report equals an independent reckoning over what happened, in random worlds.

TRUNKLINE_SEEDS names more of them: `TRUNKLINE_SEEDS="$(seq -s" " 100)" pytest tests/reports/test_truth.py`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import reckoning
import worlds

from trunkline.periods import parse
from trunkline.reports import read
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.figures import Slice
from trunkline.store.caller_key import CALLER_KEY
from trunkline.store.excerpt import cut
from trunkline.store.lake import migrate
from trunkline.store.purge_calls import purge_calls

SEEDS = [int(seed) for seed in os.environ.get("TRUNKLINE_SEEDS", "1 3 4 6").split()]
LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    migrate(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_equals_the_reckoning(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    scene = worlds.scene(seed)
    worlds.write(lake, scene)
    config = scene.config()
    period = parse(scene.period, scene.agency_zone, LATER)
    read.snapshot(lake, [period], config.account)
    found = [read.account_figures(lake, account, period, LATER) for account in config.account]
    truths = [reckoning.figures(office, *scene.days, scene.before) for office in scene.offices]
    for office, one, truth in zip(scene.offices, found, truths, strict=True):
        assert differences(said_of(one), truth_of(truth)) == {}, office.id
    agency = AgencyFigures(config.agency, period, tuple(found))
    heard = [truth["now"] for office, truth in zip(scene.offices, truths, strict=True) if is_read(truth)]
    total, expected = plain(agency.total), reckoning.agency_total(heard)
    assert (
        differences({kind: {name: total[kind][name] for name in expected[kind]} for kind in expected}, expected) == {}
    )
    order = sorted(
        zip(scene.offices, truths, strict=True),
        key=lambda pair: (
            is_read(pair[1]),
            -pair[1]["now"]["callbacks"]["never_returned"],
            pair[1]["now"]["volumes"]["short_abandons"] - pair[1]["now"]["volumes"]["missed"],
            pair[0].id,
        ),
    )
    assert [one.account.id for one in agency.worst_first] == [office.id for office, _ in order]


@pytest.mark.parametrize("seed", SEEDS[: max(2, len(SEEDS) // 3)])
def test_an_excerpt_of_the_lake_gives_the_figures_of_the_whole(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Of an old day and of the first day, both with calls of their callers before and after, some of them removed."""
    scene = worlds.scene(seed)
    worlds.write(lake, scene)
    lake.execute(f"UPDATE calls SET caller_key = {CALLER_KEY} WHERE hash(call_id) % 3 > 0")  # noqa: S608
    for office in scene.offices[seed % 2 :]:
        purge_calls(lake, office.id, office.instant(scene.days[0], dt.time(11)), "secret", LATER)
    config = scene.config()
    for number, text in enumerate((f"{scene.before[0]}", f"{scene.days[0]}")):
        account, period = config.account[number], parse(text, scene.agency_zone, LATER)
        ids = [one.id for one in config.account]
        with contextlib.closing(cut(lake, *read.reach([period]), ids, read.trend_since([period]))) as excerpt:
            for connection in (lake, excerpt):
                read.snapshot(connection, [period], config.account)
            for table in BASE:
                assert rows_of(excerpt, table) == rows_of(lake, table), (text, table)
            found = plainly(read.account_figures(excerpt, account, period, LATER))
        assert differences(found, plainly(read.account_figures(lake, account, period, LATER))) == {}, text


BASE = ("report_calls", "report_episodes", "report_parties", "report_days", "report_read_days")


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """What the figures of every account are made of."""
    return sorted(map(str, connection.execute(f"FROM {table}").fetchall()))


def plainly(one: AccountFigures) -> dict[str, Any]:
    """All that a report is made of."""
    return dataclasses.asdict(dataclasses.replace(one, account=None, period=None))  # type: ignore[arg-type]


def is_read(truth: dict[str, Any]) -> bool:
    return any(share > 0 for share in truth["read"].values()) or truth["now"]["volumes"]["calls"] > 0


def differences(said: Any, truth: Any) -> dict[str, tuple[Any, Any]]:
    """Path of a figure → what the report says and what is true. Seconds and shares to a millionth."""
    if isinstance(said, dict) and isinstance(truth, dict):
        return {
            f"{key}.{path}".rstrip("."): pair
            for key in sorted({*said, *truth}, key=str)
            for path, pair in differences(said.get(key), truth.get(key)).items()
        }
    if isinstance(said, list) and isinstance(truth, list) and len(said) == len(truth):
        return {
            f"{place}.{path}".rstrip("."): pair
            for place, ones in enumerate(zip(said, truth, strict=True))
            for path, pair in differences(*ones).items()
        }
    if isinstance(said, tuple) and isinstance(truth, tuple):
        return differences(list(said), list(truth))
    same = said == (pytest.approx(truth, rel=1e-9, abs=1e-6) if isinstance(truth, float) else truth)
    return {} if same else {"": (said, truth)}


def plain(one: Slice) -> dict[str, Any]:
    """A slice as names and values."""
    result = {kind: dataclasses.asdict(getattr(one, kind)) for kind in ("volumes", "callbacks", "coverage")}
    for name in ("removed", "recordings_removed"):
        assert result["volumes"].pop(name) == 0  # no retention in these worlds
    for name in ("causes", "unknown_causes", "not_eligible"):
        result["coverage"][name] = {count["label"]: count["calls"] for count in result["coverage"][name]}
    return result


JUDGED = ("callers", "returned", "self_recovered", "still_open", "never_returned")
"""Of the period before, those that depend on how long ago it was."""


def said_of(one: AccountFigures) -> dict[str, Any]:
    before = plain(one.before)
    before["callbacks"] = {name: before["callbacks"][name] for name in JUDGED}
    return {
        "now": plain(one.now),
        "before": before,
        "call_back": [dataclasses.astuple(caller) for caller in one.call_back],
        "heat": {(heat.weekday, heat.hour, heat.in_hours): heat.calls for heat in one.heat},
        "lost": {kind: sorted(count.calls for count in counts) for kind, counts in one.lost.items()},
        "reasons": {count.label: count.calls for count in one.lost["reason"]},
        "trend": [dataclasses.astuple(day) for day in one.trend],
        "weeks": [dataclasses.astuple(week) for week in one.weeks],
        "strip": {
            (line.pbx_id, line.dn, cell.day): dict(cell.calls)
            for line in one.strip
            for cell in line.cells
            if cell.calls
        },
        "waits": {wait.from_seconds: (wait.answered, wait.missed, wait.short_abandons) for wait in one.waits},
        "read": {pbx.pbx_id: pbx.read_share for pbx in one.reading},
        "is_comparable": one.is_comparable,
        "lake_since": one.lake_since,
    }


def truth_of(truth: dict[str, Any]) -> dict[str, Any]:
    before = dict(truth["before"])
    before["callbacks"] = {name: before["callbacks"][name] for name in JUDGED}
    lost: dict[str, Counter[tuple[str, str]]] = truth["lost"]
    return {
        **truth,
        "before": before,
        "lost": {kind: sorted(counts.values()) for kind, counts in lost.items()},
        "reasons": {label: calls for (_, label), calls in lost["reason"].items()},
    }
