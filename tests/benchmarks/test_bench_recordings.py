"""The benchmark works and prints its table; how fast anything is, no test says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "recordings.py"


def test_the_benchmark_of_recordings_fetches_whole_files_and_prints_a_table() -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl to compare with")
    command = [sys.executable, str(SCRIPT), "--files", "100", "--pairs", "1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "100 files of 500000 bytes, 4 at once"
    assert re.fullmatch(r" +1 +\d+ MB/s +\d+ MB/s +\d+\.\d\d +\d+ MB", lines[2])
    assert re.fullmatch(r"ratio: median \d+\.\d\d, from \d+\.\d\d to \d+\.\d\d; peak memory: \d+ MB", lines[3])
