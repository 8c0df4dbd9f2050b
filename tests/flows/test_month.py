"""A month of every cause: each recording's state, each gap's cause and the coverage figures equal the truth."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from trunkline.flows.backfill import backfill
from trunkline.flows.sync import sync
from trunkline.simulator.month_world import DAILY_SYNC, FINAL_SYNC, Month, month
from trunkline.simulator.pbx.model import real_now

DAYS = int(os.environ.get("TRUNKLINE_MONTH_DAYS", "2"))  # of each third
BEGINS_AT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
SEED = 5


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
        for account in month.world.accounts[:4]:
            account.pbxs[0].faults.clear()
        s.run(sync)


@pytest.mark.timeout(1800)
def test_each_recording_and_each_gap_is_as_it_truly_was(stage: Callable[..., Any]) -> None:
    made = month(BEGINS_AT, DAYS, real_now)
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
