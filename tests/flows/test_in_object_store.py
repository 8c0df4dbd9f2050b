"""Recordings and landing files of a whole run in a real S3 server."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from trunkline.cli.main import app
from trunkline.flows.backfill import backfill
from trunkline.flows.maintain import maintain
from trunkline.flows.outcome import Failure
from trunkline.flows.replay import replay
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

CALLS = 3
GONE = "s3://no-such-bucket/recordings"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def a_world() -> World:
    pbx = SimulatedPbx("acme-main")
    for number in range(CALLS):
        pbx.add(place(SCENARIOS["answered_direct"], NOW - dt.timedelta(hours=2 + number)))
    return World([Account("acme", "Acme Dental", pbxs=[pbx])])


def read(s: Any) -> list[Failure]:
    """Reads the hours in which there were calls."""
    since, until = NOW - dt.timedelta(hours=CALLS + 2), NOW - dt.timedelta(hours=1)
    found: list[Failure] = s.run(backfill, since=since.isoformat(), until=until.isoformat()).failures
    return found


@pytest.fixture
def staged(stage: Any, s3: Any) -> Callable[..., contextlib.AbstractContextManager[Any]]:
    """A stage that keeps its files in S3; options may be changed."""

    @contextlib.contextmanager
    def start(place: str = s3.place, **options: str) -> Iterator[Any]:
        with stage(a_world()) as s:
            lines = [f"{name} = {json.dumps(value)}" for name, value in (s3.options | options).items()]
            text = s.config.read_text().replace('"data/landing"', f'"{place}/landing"')
            text = text.replace('"data/recordings"', f'"{place}/recordings"')
            s.config.write_text("\n".join([text, "[store.options]", *lines, ""]))
            yield s

    return start


def test_a_run_keeps_everything_in_the_bucket(staged: Any, s3: Any) -> None:
    with staged(aws_server_side_encryption="AES256") as s:
        assert read(s) == []
        stored = s.query("SELECT path, bytes, media_type FROM recordings WHERE state = 'stored' ORDER BY path")
        assert len(stored) == CALLS
        found = {one["Key"] for one in s3.client.list_objects_v2(Bucket=s3.bucket)["Contents"]}
        assert {key for key in found if "/recordings/" in key} == {f"kept/recordings/{path}" for path, *_ in stored}
        for path, size, media_type in stored:
            one = s3.client.head_object(Bucket=s3.bucket, Key=f"kept/recordings/{path}")
            kept = (one["ContentLength"], one["ContentType"], one["ServerSideEncryption"])
            assert kept == (size, media_type, "AES256")
        assert not list((s.folder / "data").rglob("*.wav")), "no audio stays on the disk"

        before = s.query("FROM calls ORDER BY call_id"), s.query("FROM legs ORDER BY leg_id")
        with contextlib.closing(duckdb.connect(str(s.folder / "data" / "lake.duckdb"))) as connection:
            connection.execute("DELETE FROM calls; DELETE FROM legs")
        outcome = s.run(replay)
        assert (outcome.failures, outcome.pbxs[0].calls) == ([], CALLS)
        assert (s.query("FROM calls ORDER BY call_id"), s.query("FROM legs ORDER BY leg_id")) == before
        checks = {(one.part, one.what): one for one in s.run(maintain)}
        assert checks["store", "recordings"].state == checks["store", "landing"].state == "ok"


def test_a_store_that_will_not_do_is_said_and_mended_by_the_next_run(staged: Any, s3: Any) -> None:
    with staged() as s:
        with s3.checking_credentials():
            refused = read(s)
        said = " ".join(map(str, refused))
        assert {failure.code for failure in refused} == {"storage"}
        assert f"{s3.place}/landing: access was refused — correct the credentials in [store] options" in said
        assert not [secret for secret in ("AKIA", "s3-secret", s3.url) if secret in said]
        assert s.query("SELECT DISTINCT state FROM windows") == [("failed",)]

        text = s.config.read_text()
        s.config.write_text(text.replace(f"{s3.place}/recordings", GONE))
        (failure,) = read(s)
        assert failure.part == "account acme, PBX acme-main, recordings"
        assert (failure.code, failure.message) == ("storage", f"{GONE}: there is no such bucket or container")
        assert "correct the address in [store]" in failure.mend
        assert s.query("SELECT count(*) FROM calls") == [(CALLS,)], "the history is not held up"
        checks = {(one.part, one.what): one for one in s.run(maintain)}
        assert checks["store", "recordings"].state == "fail"
        assert checks["store", "recordings"].said == failure.message

        s.config.write_text(text)
        assert read(s) == []
        assert s.query("SELECT count(*) FROM recordings WHERE state = 'stored'") == [(CALLS,)]


def test_an_option_that_will_not_do_touches_nothing(staged: Any) -> None:
    with staged(aws_colour="red") as s:
        done = CliRunner().invoke(app, ["--config", str(s.config), "sync"])
        assert done.exit_code == 2
        assert done.stderr.startswith("trunkline: store.options.aws_colour: s3:// knows no such option — remove it")
        assert not (s.folder / "data").exists()
        assert s.pbx.log.entries == []
