"""A month of every cause: each recording's state, each gap's cause and the coverage figures equal the truth."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import time_machine

from trunkline import configfile
from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.periods import parse
from trunkline.reports import read
from trunkline.simulator.month_stories import STORIES
from trunkline.simulator.month_world import DAILY_SYNC, FINAL_SYNC, Case, Month, month
from trunkline.simulator.pbx.model import real_now
from trunkline.store.lake import Lake

DAYS = int(os.environ.get("TRUNKLINE_MONTH_DAYS", "1"))  # of each third
BEGINS_AT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
SEED = 5
# A short month leaves out those of which another one tells the same on another surface.
LEFT_OUT = {"well-u10", "well-v18", "not-recorded-u0", "no-right", "right-given-late", "licence-lapsed", "late-files"}
TOLD = [story for story in STORIES if DAYS > 1 or story.name not in LEFT_OUT]


def live(month: Month, s: Any) -> None:
    """Every day a sync shortly before midnight, one more in the night after the last."""
    for day in range(3 * month.days):
        midnight = month.begins_at + dt.timedelta(days=day)
        with time_machine.travel(midnight + DAILY_SYNC, tick=True):
            if day % month.days == 0:
                month.begin_third(day // month.days)
            if day == 0:
                until = midnight + dt.timedelta(hours=12)
                s.run(backfill, since=midnight.isoformat(), until=until.isoformat())
            s.run(sync)
    with time_machine.travel(month.ends_at + FINAL_SYNC, tick=True):
        for story, account in zip(month.stories, month.world.accounts, strict=True):
            if story.is_stormy:
                account.pbxs[0].faults.clear()
        s.run(sync)


Figures = dict[str, tuple[Any, ...]]


def figures(s: Any, month: Month) -> Figures:
    """Each account's coverage as its report says it."""
    config = configfile.load(s.config)
    ends_at = month.ends_at + dt.timedelta(days=1)
    period = parse(f"{month.begins_at.date()}..{ends_at.date()}", "UTC", ends_at)
    found = {}
    with Lake(s.folder / "data" / "lake.duckdb").read() as connection:
        read.snapshot(connection, [period], config.account)
        for account in config.account:
            one = read.account_figures(connection, account, period, ends_at).now.coverage
            counts = (one.spoken, one.recorded, one.eligible, one.verified, one.paused, one.mismatch, one.missing)
            rest = (one.pending, one.unknown, one.recorded_in_error)
            causes = sorted((cause.label, cause.calls) for cause in one.causes if cause.label != "mismatch")
            found[account.id] = (*counts, *rest, one.rate, one.spoken_rate, causes)
    return found


def figures_of(cases: list[Case]) -> Figures:
    """The same, reckoned from the truth alone."""
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(
            """CREATE TABLE truth (account_id VARCHAR, state VARCHAR, cause VARCHAR, eligible BOOLEAN,
                recorded BOOLEAN, in_error BOOLEAN)"""
        )
        rows = [
            (one.account_id, said.state, said.cause, said.eligible, said.is_recorded, said.in_error)
            for one in cases
            for said in [one.verdict]
        ]
        connection.executemany("INSERT INTO truth VALUES (?, ?, ?, ?, ?, ?)", rows)
        found = connection.execute(
            """
            SELECT account_id, count(*), count_if(recorded), count_if(eligible),
                count_if(eligible AND state = 'verified'), count_if(eligible AND state = 'paused'),
                count_if(eligible AND state = 'mismatch'), count_if(eligible AND state = 'missing'),
                count_if(eligible AND state = 'pending'), count_if(eligible AND state = 'unknown'), count_if(in_error),
                count_if(eligible AND state IN ('verified', 'paused'))
                    / nullif(count_if(eligible AND state IN ('verified', 'paused', 'mismatch', 'missing')), 0),
                count_if(recorded) / nullif(count_if(recorded OR state NOT IN ('pending', 'unknown')), 0),
                list(cause) FILTER (eligible AND state = 'missing')
            FROM truth GROUP BY account_id
            """
        ).fetchall()
    return {row[0]: (*row[1:-1], sorted(Counter(row[-1] or []).items())) for row in found}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_each_recording_and_each_gap_is_as_it_truly_was(stage: Callable[..., Any]) -> None:
    made = month(BEGINS_AT, DAYS, real_now, TOLD)
    with stage(made.world) as s:
        made.storms(SEED)
        live(made, s)
    said = s.query(
        """
        SELECT account_id, started_at, state, cause, eligible, recorded, recorded_in_error, coalesce((
            SELECT list((r.state, r.cause) ORDER BY (r.state, r.cause)) FROM recordings AS r
            WHERE r.call_id = v.call_id), [])
        FROM coverage AS v
        """
    )
    truth = {
        (one.account_id, one.started_at.replace(microsecond=0)): (
            one.verdict.state,
            one.verdict.cause,
            one.verdict.eligible,
            one.verdict.is_recorded,
            one.verdict.in_error,
            list(one.recordings),
        )
        for one in made.cases
    }
    found = {(row[0], row[1].replace(microsecond=0)): (*row[2:7], [tuple(pair) for pair in row[7]]) for row in said}
    wrong = {
        key: (found.get(key), truth.get(key)) for key in truth.keys() | found.keys() if found.get(key) != truth.get(key)
    }
    assert wrong == {}
    assert len(said) == len(made.cases)
    assert figures(s, made) == figures_of(made.cases)
