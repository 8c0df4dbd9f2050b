from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path

import pytest

from trunkline.adapters.audit import note, ready


def test_each_event_is_a_line_for_this_user_alone(tmp_path: Path) -> None:
    note(tmp_path, "recordings", key="a/b", range="x\ny")
    note(tmp_path, "recordings", status=200)
    path = tmp_path / "audit" / "recordings.jsonl"
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["key"], first["range"], second["status"]) == ("a/b", "x\ny", 200)
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(first["at"])
    assert dt.timedelta() <= age < dt.timedelta(minutes=1)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_lines_written_at_once_do_not_mix(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(50):
            note(tmp_path, "exports", who=str(number) * 500)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "audit" / "exports.jsonl").read_text().splitlines()
    assert len({json.loads(line)["who"] for line in lines}) == 8
    assert len(lines) == 400


def test_a_file_may_be_rotated_away(tmp_path: Path) -> None:
    note(tmp_path, "recordings", n=1)
    (tmp_path / "audit" / "recordings.jsonl").rename(tmp_path / "old")
    note(tmp_path, "recordings", n=2)
    assert json.loads((tmp_path / "audit" / "recordings.jsonl").read_text())["n"] == 2


def test_what_cannot_be_noted_is_known_beforehand(tmp_path: Path) -> None:
    ready(tmp_path, "recordings")
    (tmp_path / "audit" / "recordings.jsonl").unlink()
    (tmp_path / "audit" / "recordings.jsonl").mkdir()
    with pytest.raises(IsADirectoryError):
        ready(tmp_path, "recordings")
