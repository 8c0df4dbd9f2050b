"""`replay` where something is gone: the lake, landing files, or half of one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import zstandard

from trunkline.flows.sync import sync
from trunkline.simulator.scenario_world import scenario_world


@pytest.mark.parametrize(
    ("surface", "shape"), [("xapi20", "xapi-u10"), ("xapi20", "xapi-u6"), ("console18", "console")]
)
def test_a_lake_that_was_lost_comes_back_and_sync_goes_on_from_there(replaying, surface: str, shape: str) -> None:
    world, _cases = scenario_world(surface, shape)  # type: ignore[arg-type]
    with replaying(world) as r:
        r.run(sync)
        before, calls = r.stage.snapshot(), r.exported()
        windows = r.query("SELECT since, until FROM windows ORDER BY 1")
        r.lose_lake()
        r.replay()
        assert r.exported() == calls
        assert r.query("SELECT since, until FROM windows ORDER BY 1") == windows
        assert r.query("SELECT DISTINCT state FROM recordings WHERE native_id IS NOT NULL") == [("pending",)]
        outcome = r.run(sync)
        assert outcome.failures == []
        assert outcome.windows <= 2, "only what was not settled: the last hours, over midnight perhaps"
        assert r.stage.snapshot() == before


def test_a_file_that_is_half_written_is_said_and_costs_nothing_else(replaying, without_audio) -> None:
    with replaying(without_audio()) as r:
        r.run(sync)
        before, calls = r.exported(), r.stage.snapshot()["calls"]
        largest = max(r.landed, key=lambda path: path.stat().st_size)
        largest.write_bytes(largest.read_bytes()[: largest.stat().st_size // 2])
        assert r.replay().pbxs[0].calls_removed == 0
        assert r.exported() == before, "what only the broken file tells of stays"
        r.lose_lake()
        done = r.command("--json", "replay")
        assert done.returncode == 1
        assert f"PBX acme-main, {largest.relative_to(r.data / 'landing')}: " in done.stderr
        (failure,) = json.loads(done.stdout.splitlines()[-1])["failures"]
        assert failure["code"] == "unreadable_file"
        assert "full frame" in failure["message"]
        assert 10 < r.query("SELECT count(*) FROM calls")[0][0] < len(calls)
        assert r.run(sync).failures == []
        assert r.stage.snapshot()["calls"] == calls, "the sync reads what is missing"


def test_what_is_landed_no_longer_stays_as_it_is(replaying, without_audio) -> None:
    with replaying(without_audio()) as r:
        r.run(sync)
        days = sorted({path.parent for path in r.landed})
        for path in r.landed:
            if path.parent != days[-1]:
                path.unlink()
        r.damage("UPDATE calls SET queue = 'old'")
        since = dt.datetime.strptime("/".join(days[-1].parts[-3:]), "%Y/%m/%d").replace(tzinfo=dt.UTC)
        assert r.replay().pbxs[0].calls_removed == 0
        wrong = "SELECT count(*) FROM calls WHERE (queue IS NOT DISTINCT FROM 'old') <> (started_at < ?)"
        assert r.query(wrong, since) == [(0,)]
        for path in r.landed:
            path.unlink()
        before = r.exported()
        assert r.replay().pbxs[0].files == 0
        assert r.exported() == before


def test_a_doubtful_answer_removes_no_call(replaying, without_audio) -> None:
    with replaying(without_audio()) as r:
        r.run(sync)
        before, first = r.exported(), r.landed
        r.pbx.faults.add("GetCallLogData", kind="suspect_empty", times=99)
        assert {failure.code for failure in r.run(sync, reread_days=2).failures} == {"suspect_empty"}
        for path in first:
            path.unlink()
        assert r.replay().pbxs[0].files == len(r.landed) > 1
        assert r.exported() == before


def as_first_written(path: Path) -> None:
    """A landing file as trunkline 0.1.0 wrote it."""
    head, *rows = zstandard.decompress(path.read_bytes()).split(b"\n")
    said = json.loads(head)
    old = {key: said[key] for key in ("pbx", "surface")}
    old |= {key: str(dt.datetime.fromisoformat(said[key])) for key in ("since", "until")}
    since, until, _landed_at, mark = path.name.split("-")
    content = zstandard.compress(b"\n".join([json.dumps(old).encode(), *rows]))
    path.with_name(f"{since}-{until}-{mark}").write_bytes(content)
    path.unlink()


@pytest.mark.parametrize(("surface", "shape"), [("xapi20", "xapi-u6"), ("console18", "console")])
def test_files_of_the_first_version_are_replayed_too(replaying, without_audio, surface: str, shape: str) -> None:
    with replaying(without_audio(surface, shape)) as r:
        r.run(sync)
        calls, legs = r.stage.snapshot()["calls"], r.stage.snapshot()["legs"]
        for path in r.landed:
            as_first_written(path)
        r.damage("UPDATE calls SET queue = 'old'", "DELETE FROM legs")
        assert r.replay().failures == []
        assert (r.stage.snapshot()["calls"], r.stage.snapshot()["legs"]) == (calls, legs)
