"""After `rewrite` the lake's file holds what is in the lake, and nothing that was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.errors import LakeLocked
from trunkline.store.lake import Lake
from trunkline.store.rewrite import rewrite

NUMBER = "+61412777888"
CALL = "INSERT INTO calls (call_id, external_number, started_at) VALUES (?, ?, '2026-09-15 10:00:00+00')"
WRITER = """
import pathlib, sys, time
from trunkline.store.lake import Lake
lake, stop = Lake(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2])
for n in range(1000):
    with lake.write() as connection:
        connection.execute("INSERT INTO quarantine (quarantine_id) VALUES (?)", [str(n)])
    if n == 0:
        print("writing", flush=True)
    if stop.exists():
        break
    time.sleep(0.01)
print(n + 1, flush=True)
"""


@pytest.fixture
def written(lake: Lake) -> Lake:
    with lake.write() as connection:
        connection.executemany(CALL, [["pbx:1", NUMBER], ["pbx:2", "+61412000001"]])
    return lake


def holds(lake: Lake) -> bool:
    return any(NUMBER.encode() in path.read_bytes() for path in lake.path.parent.glob("lake.duckdb*"))


def test_what_was_removed_is_in_no_byte_and_all_else_is_there(written: Lake) -> None:
    assert holds(written), "or this test would show nothing"
    with written.write() as connection:
        connection.execute("UPDATE calls SET external_number = NULL WHERE call_id = 'pbx:1'")
    with duckdb.connect(str(written.path)) as connection:
        connection.execute("FORCE CHECKPOINT")
    assert holds(written), "a checkpoint does not wipe"
    written.path.with_name("lake.duckdb.anew").write_text("left by a run that was killed")
    rewrite(written)
    assert not holds(written)
    assert [path.name for path in written.path.parent.iterdir()] == ["lake.duckdb"]
    assert written.path.stat().st_mode & 0o777 == 0o600
    with written.read() as connection:
        assert connection.execute(
            "SELECT call_id, external_number, started_at::VARCHAR FROM calls ORDER BY 1"
        ).fetchall() == [
            ("pbx:1", None, "2026-09-15 10:00:00+00"),
            ("pbx:2", "+61412000001", "2026-09-15 10:00:00+00"),
        ]
        assert connection.execute("SELECT count(*) FROM coverage").fetchall() == [(0,)]


def test_nothing_is_lost_that_another_process_writes_meanwhile(written: Lake, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", WRITER, str(written.path), str(stop)]
    lake = Lake(written.path)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "writing\n"
        for _ in range(3):
            assert writer.poll() is None, "it writes while the lake is rewritten"
            rewrite(lake)
        stop.touch()
        count = int(writer.stdout.readline())
        assert writer.wait(60) == 0
    with lake.read() as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchall() == [(count,)]


def test_a_lake_that_another_process_holds_is_left_as_it_is(written: Lake) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    lake, before = Lake(written.path, lock_wait_seconds=0.02), written.path.read_bytes()
    command = [sys.executable, "-c", hold, str(written.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LakeLocked):
            rewrite(lake)
        holder.kill()
    assert written.path.read_bytes() == before


def test_a_writer_that_opened_the_old_file_takes_the_new_one(written: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, other = duckdb.connect, written.path.with_name("other.duckdb")
    other.write_bytes(written.path.read_bytes())

    def late(*arguments: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*arguments, **named)
        if other.exists():  # as if `rewrite` had ended after the old file was found and before it was locked
            other.replace(written.path)
        return connection

    monkeypatch.setattr(duckdb, "connect", late)
    with written.write() as connection:
        connection.execute(CALL, ["pbx:3", None])
    with written.read() as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchall() == [(3,)]
