"""What `purge` took away does not come back: not by reading again, nor by a replay, nor into a new lake."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from trunkline.cli import backfill as backfill_command
from trunkline.flows.backfill import backfill, plan
from trunkline.flows.purge import purge
from trunkline.flows.replay import replay
from trunkline.flows.sync import sync

DAY = dt.timedelta(days=1)
OLDER = "SELECT count(*) FROM calls WHERE started_at < ?"
LEFT_OUT = "are not read: retention keeps none so old, or has removed them"


def ago(days: float) -> str:
    return (dt.datetime.now(dt.UTC) - days * DAY).replace(microsecond=0).isoformat()


def facts(aged: Any) -> dict[str, Any]:
    """All but the ledger of windows, which says when each was read."""
    return {table: rows for table, rows in aged.state.items() if table not in {"windows", "landed"}}


def test_reading_again_brings_nothing_back(kept, callers: dict[str, str]) -> None:
    kept.run(purge)
    before = facts(kept)
    rows = kept.query("FROM calls WHERE purged_at IS NOT NULL ORDER BY call_id")
    for job, span in (
        (backfill, {"since": ago(6), "until": ago(0.01)}),
        (sync, {"reread_days": 5, "until": ago(0.01)}),
    ):
        outcome = kept.run(job, **span)
        assert outcome.failures == []
        assert outcome.windows > 0
        (remark,) = outcome.remarks
        assert remark.startswith("account acme: calls before ")
        assert remark.endswith(LEFT_OUT)
    assert facts(kept) == before
    assert kept.pbx.log.downloads.total() <= 2, "only the probe's look at the newest"
    assert kept.run(replay).failures == []
    assert facts(kept) == before
    assert kept.query("FROM calls WHERE purged_at IS NOT NULL ORDER BY call_id") == rows
    assert kept.said_anywhere(callers["old"]) == []
    kept.keep(calls_days=30)
    assert LEFT_OUT in kept.run(backfill, since=ago(6), until=ago(3)).remarks[0], "what was removed stays so"
    assert facts(kept) == before


def test_a_new_lake_gets_neither_old_voices_nor_old_words(kept) -> None:
    kept.run(purge)
    (kept.data / "lake.duckdb").unlink()
    kept.pbx.log.clear()
    assert kept.run(replay).failures == []
    outcome = kept.run(backfill, since=ago(6), until=ago(0.01))
    assert outcome.failures == []
    assert kept.query(OLDER, dt.datetime.now(dt.UTC) - 4 * DAY) == [(0,)]
    line = dt.datetime.now(dt.UTC) - DAY
    assert kept.query("SELECT DISTINCT state, cause FROM recordings WHERE started_at < ?", line) == [
        ("missing", "policy")
    ]
    assert kept.query("SELECT count(*) FROM recordings WHERE started_at < ? AND transcript <> ''", line - DAY) == [(0,)]
    assert kept.query("SELECT state, transcript IS NULL FROM recordings WHERE started_at >= ?", line) == [
        ("stored", False)
    ]
    assert len(kept.files("recordings")) == 1
    judged = "SELECT DISTINCT eligible, not_eligible, cause FROM coverage WHERE started_at < ?"
    assert kept.query(judged, line) == [(False, "retention", "policy")], "no gap"
    evidence = kept.query("SELECT DISTINCT evidence FROM recordings WHERE cause = 'policy'")
    assert [json.loads(one) for (one,) in evidence] == [{"retention_days": 1}]


def test_files_that_no_row_tells_of_go_too(kept) -> None:
    (kept.data / "lake.duckdb").unlink()
    files = kept.files("recordings")
    line = dt.datetime.now(dt.UTC) - DAY
    removed = kept.run(purge).purged[0].recordings
    left = kept.files("recordings")
    assert removed == len(files) - len(left) >= 4
    assert all(dt.datetime.strptime(path[15:25] + "Z", "%Y/%m/%d%z") + DAY > line for path in left), "by their days"


def test_a_backfill_is_cut_at_the_line_and_its_plan_says_so(aged, capsys: pytest.CaptureFixture[str]) -> None:
    aged.keep(calls_days=2)
    given: dict[str, Any] = {"config": str(aged.config), "accounts": [], "pbxs": []}
    (planned,) = plan(ago(20), ago(10), **given)
    assert (planned.windows, planned.windows_done, planned.windows_not_kept) == (0, 0, 11)
    (planned,) = plan(ago(4), ago(0.3), **given)
    assert planned.windows == 0
    assert (planned.windows_done, planned.windows_not_kept) in {(2, 3), (3, 3)}, "by the time of the day"
    assert aged.say(backfill_command.command, ago(20), ago(10), dry_run=True) == 0
    said = capsys.readouterr().out
    assert "11 windows lie before the time that the account keeps calls of (retention): they are not read" in said
