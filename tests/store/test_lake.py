from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from trunkline.errors import LakeError, LakeLocked
from trunkline.store.lake import Lake, _scripts

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.close()
"""
PUT = "INSERT INTO quarantine (quarantine_id, reason) VALUES (?, 'why')"


def hold(path: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the file open for writing."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """One that is not there yet."""
    return Lake(tmp_path / "lake.duckdb", lock_wait_seconds=0.5)


@pytest.fixture
def written(lake: Lake) -> Lake:
    with lake.write() as connection:
        connection.execute(PUT, ["a"])
    return lake


def count(lake: Lake) -> int:
    with lake.read() as connection:
        row = connection.execute("SELECT count(*) FROM quarantine").fetchone()
    assert row
    return int(row[0])


def test_a_lake_that_does_not_exist_reads_as_empty_and_is_not_made(lake: Lake) -> None:
    assert count(lake) == 0
    with lake.read() as connection:
        assert connection.execute("SELECT * FROM coverage").fetchall() == []
    assert not lake.path.exists()


def test_the_file_and_its_folder_are_for_this_user_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "new" / "lake.duckdb")
    with lake.write():
        pass
    assert (lake.path.stat().st_mode & 0o777, lake.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_an_error_takes_back_the_whole_transaction(written: Lake) -> None:
    with pytest.raises(RuntimeError), written.write() as connection:
        connection.execute(PUT, ["b"])
        raise RuntimeError
    assert count(written) == 1


def test_an_interruption_takes_back_the_whole_transaction(written: Lake) -> None:
    with pytest.raises(KeyboardInterrupt), written.write() as connection:
        connection.execute(PUT, ["b"])
        raise KeyboardInterrupt
    assert count(written) == 1


@pytest.mark.parametrize("use", [Lake.write, Lake.read])
def test_a_lake_that_another_process_holds(use: Callable[[Lake], Any], written: Lake) -> None:
    process = hold(written.path, 30)
    try:
        with pytest.raises(LakeLocked, match="another process holds the lake — wait for it to end"), use(written):
            pass
    finally:
        process.kill()
        process.communicate()
    assert count(written) == 1


def test_a_lake_that_is_free_again_in_time(written: Lake) -> None:
    process = hold(written.path, 0.3)
    assert count(Lake(written.path, lock_wait_seconds=10)) == 1
    process.communicate()


def test_threads_take_turns(written: Lake) -> None:
    def put(index: int) -> None:
        with written.write() as connection:
            connection.execute(PUT, [str(index)])
        assert count(written) > 1

    threads = [threading.Thread(target=put, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(written) == 7


@pytest.mark.parametrize("use", [Lake.write, Lake.read])
def test_a_lake_of_a_newer_version(use: Callable[[Lake], Any], written: Lake) -> None:
    with written.write() as connection:
        connection.execute("UPDATE lake_version SET version = 999")
    with pytest.raises(LakeError, match=r"at version 999, this trunkline knows \d+ — install the newer"), use(written):
        pass


def test_other_views_are_put_in_place_and_nothing_is_lost(written: Lake) -> None:
    with written.write() as connection:
        connection.execute("UPDATE lake_version SET views = 1")
        connection.execute("DROP VIEW coverage")
    assert count(written) == 1
    with written.read() as connection:
        assert connection.execute("SELECT count(*) FROM coverage").fetchall() == [(0,)]


def test_a_lake_of_an_older_version_is_brought_up_and_keeps_what_it_has(lake: Lake) -> None:
    with duckdb.connect(str(lake.path)) as connection:
        for _name, script in _scripts("schema")[:2]:
            connection.execute(script)
        connection.execute("CREATE VIEW coverage AS SELECT call_id, 'as it was' AS state FROM calls")
        connection.execute("CREATE TABLE lake_version AS SELECT 2::BIGINT AS version, 1::BIGINT AS views")
        connection.execute("INSERT INTO accounts (account_id, has_hours) VALUES ('acme', true)")
    with lake.write() as connection:
        assert connection.execute("SELECT account_id, has_hours, hours_from FROM accounts").fetchall() == [
            ("acme", True, None)
        ]
        assert connection.execute("SELECT count(*) FROM departments").fetchall() == [(0,)]
        assert connection.execute("SELECT eligible FROM coverage").fetchall() == []


def test_a_file_that_is_no_lake(tmp_path: Path) -> None:
    path = tmp_path / "lake.duckdb"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(LakeError, match="restore it from a backup"), Lake(path).read():
        pass


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "America/New_York"])
def test_times_are_utc_whatever_the_machines_zone(zone: str, written: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    for use in (written.read, written.write):
        with use() as connection:
            assert connection.execute("SELECT (TIMESTAMPTZ '2026-09-14 10:00:00+09:30')::VARCHAR").fetchone() == (
                "2026-09-14 00:30:00+00",
            )
