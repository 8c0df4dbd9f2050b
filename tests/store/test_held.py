"""A lake that a busy job keeps open for a moment is still everybody's."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trunkline.store.held import IDLE_SECONDS
from trunkline.store.lake import Lake

READ = """
import sys, pathlib
from trunkline.store.lake import Lake
with Lake(pathlib.Path(sys.argv[1])).read() as connection:
    print(connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])
"""


def put(lake: Lake, name: str) -> None:
    with lake.write() as connection:
        connection.execute("INSERT INTO quarantine (quarantine_id) VALUES (?)", [name])


def kept(lake: Lake) -> list[str]:
    with lake.read() as connection:
        return [row[0] for row in connection.execute("SELECT quarantine_id FROM quarantine ORDER BY 1").fetchall()]


def test_what_was_written_is_read_by_the_same_connection_and_after_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake.duckdb")
    with lake.lingering():
        assert kept(lake) == []
        put(lake, "a")
        assert kept(Lake(lake.path)) == ["a"]  # another object, the same file
        put(lake, "b")
    assert kept(lake) == ["a", "b"]


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake.duckdb")
    with lake.lingering():
        put(lake, "a")
        with pytest.raises(RuntimeError), lake.write() as connection:
            connection.execute("DELETE FROM quarantine")
            raise RuntimeError
        put(lake, "b")
        assert kept(lake) == ["a", "b"]


def test_another_process_gets_in_between_two_merges_of_a_busy_job(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake.duckdb")
    put(lake, "before")
    with lake.lingering():
        reader = subprocess.Popen([sys.executable, "-c", READ, str(lake.path)], stdout=subprocess.PIPE, text=True)
        for index in range(10_000):
            put(lake, f"{index}")
            if reader.poll() is not None:
                break
        out, _ = reader.communicate(timeout=1)
    assert reader.returncode == 0
    assert int(out) >= 1


def test_it_is_closed_while_nobody_uses_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake.duckdb")
    with lake.lingering():
        put(lake, "a")
        time.sleep(10 * IDLE_SECONDS)
        command = [sys.executable, "-c", READ, str(lake.path)]
        assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout == "1\n"


def test_of_two_jobs_in_one_process_the_first_to_end_takes_nothing_from_the_other(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake.duckdb")
    with contextlib.ExitStack() as second:
        with lake.lingering():
            second.enter_context(Lake(lake.path).lingering())
            put(lake, "a")
        put(lake, "b")
    assert kept(lake) == ["a", "b"]
