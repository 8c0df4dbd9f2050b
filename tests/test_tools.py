"""A tool that is absent fails a test in CI; elsewhere the test is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEST = "import pytest\n@pytest.mark.chromium\ndef test_it():\n    pass\n"


def test_ci_fails_where_a_tool_is_absent(tmp_path: Path) -> None:
    for name in ("conftest.py", "tools.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    (tmp_path / "test_it.py").write_text(TEST)
    options = ("-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tmp_path],
        env={**os.environ, "PATH": str(tmp_path), "CI": "true"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "no chromium on this machine: install Debian's package chromium" in ran.stdout
