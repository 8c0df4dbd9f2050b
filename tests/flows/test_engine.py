from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from trunkline.flows import engine

PROFILES = """
active = "mine"
[profiles.mine]
PREFECT_API_URL = "http://127.0.0.1:4200/api"
[profiles.plain]
"""


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "profiles.toml"
    monkeypatch.delenv("PREFECT_PROFILE", raising=False)
    monkeypatch.setenv("PREFECT_PROFILES_PATH", str(path))
    return path


def test_no_variable_and_no_profile_is_no_server(profiles: Path) -> None:
    assert not engine.api_configured()
    profiles.write_text("not toml [")
    assert not engine.api_configured()


def test_a_variable_names_a_server(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not profiles.exists()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert engine.api_configured()


def test_the_active_or_the_chosen_profile_names_a_server(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.write_text(PROFILES)
    assert engine.api_configured()
    monkeypatch.setenv("PREFECT_PROFILE", "plain")
    assert not engine.api_configured()
    monkeypatch.setenv("PREFECT_PROFILE", "absent")
    assert not engine.api_configured()


async def double(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize("run", [engine.run, engine.run_here])
def test_without_a_server_a_job_is_its_plain_function(profiles: Path, run: object) -> None:
    assert not profiles.exists()
    assert asyncio.run(run(double, number=21)) == 42  # type: ignore[operator]


def test_the_jobs_do_not_import_prefect_where_no_server_is_configured(tmp_path: Path) -> None:
    """Importing it costs 1.5 s, which no ad-hoc command should pay."""
    code = (
        "import sys, inspect; from trunkline.flows.sync import sync; "
        "print('prefect' in sys.modules, inspect.iscoroutinefunction(sync))"
    )
    environment = {"PREFECT_PROFILES_PATH": str(tmp_path / "none.toml"), "PATH": "/usr/bin"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert told.stdout.split() == ["False", "True"]
