"""The benchmark works, and the simulated location refused nothing; how long it took, no test says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "crm_pace.py"


def test_the_benchmark_keeps_the_limit_and_prints_both_comparisons() -> None:
    command = [sys.executable, str(SCRIPT), "--calls", "100", "--interval", "0.5"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"100 calls, \d{3} requests, at most 100 in 0\.5 s", lines[0])
    assert re.fullmatch(r" +\d+\.\d s; the limit alone: \d\.\d s; ratio \d+\.\d\d; refused: 0", lines[1])
    assert re.fullmatch(r" +15 calls to another location meanwhile: \d+\.\d\d s, alone \d+\.\d\d s", lines[2])
