"""Every figure of every report equals an independent reckoning over what happened, in random worlds.

`make truth` tries many more of them (TRUNKLINE_SEEDS).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import reckoning
import worlds
from compare import differences, is_read, plain, said_of, truth_of

from trunkline.periods import parse
from trunkline.reports import read
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.store.caller_key import CALLER_KEY
from trunkline.store.excerpt import cut
from trunkline.store.lake import migrate
from trunkline.store.purge_calls import purge_calls

SEEDS = [int(seed) for seed in os.environ.get("TRUNKLINE_SEEDS", "1 3 26").split()]
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
