"""Every figure of every report equals an independent reckoning over what happened, in random worlds.

`make truth` tries many more of them (TRUNKLINE_SEEDS).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator

import duckdb
import pytest
import reckoning
import worlds
from compare import differences, is_read, plain, said_of, truth_of

from trunkline.periods import parse
from trunkline.reports import read
from trunkline.reports.agency import AgencyFigures
from trunkline.store.excerpt import cut
from trunkline.store.lake import migrate

SEEDS = [int(seed) for seed in os.environ.get("TRUNKLINE_SEEDS", "2 3 7 26").split()]
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
    account_ids = [account.id for account in config.account]
    excerpt = cut(lake, *read.reach([period]), account_ids, read.trend_since([period]))
    with contextlib.closing(excerpt):
        read.snapshot(excerpt, [period], config.account)
        found = [read.account_figures(excerpt, account, period, LATER) for account in config.account]
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
