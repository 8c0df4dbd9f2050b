"""A real Prefect server: a process worker runs the deployments of prefect.yaml, and `serve` fires a schedule."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from trunkline.flows.timetable import local_server, timetable
from trunkline.simulator.scenario_world import scenario_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API of a Prefect server of this module's own, on SQLite."""
    before = dict(os.environ)
    with local_server(tmp_path_factory.mktemp("prefect")) as url:
        yield url
    os.environ.clear()
    os.environ.update(before)


def prefect(url: str, *arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=folder,
        env={**os.environ, "PREFECT_API_URL": url, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def ended_run(url: str, name: str) -> dict[str, Any]:
    """The newest flow run of a deployment, once it has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    query = {"deployments": {"name": {"any_": [name]}}, "sort": "START_TIME_DESC", "limit": 20}
    while time.monotonic() < deadline:
        runs = httpx.post(f"{url}/flow_runs/filter", json=query).raise_for_status().json()
        over = [run for run in runs if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}]
        if over:
            return over[0]
        time.sleep(0.5)
    raise AssertionError(f"no run of {name} ended in {PATIENCE_SECONDS} s: {[run['state_name'] for run in runs]}")


def task_names(url: str, run: dict[str, Any]) -> list[str]:
    query = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # task runs are recorded a little after the flow has ended
        found = [task["name"] for task in httpx.post(f"{url}/task_runs/filter", json=query).raise_for_status().json()]
        if any(name.startswith("load ") for name in found):
            return found
        time.sleep(0.5)
    return found


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def test_a_worker_runs_the_deployments_of_prefect_yaml(server: str, stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(scenario_world(with_crm=True)[0]) as s:
        monkeypatch.setenv("TRUNKLINE_CONFIG", str(s.config))
        assert prefect(server, "work-pool", "create", "trunkline", "--type", "process", folder=ROOT).returncode == 0
        deployed = prefect(server, "deploy", "--all", folder=ROOT)
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        known = httpx.post(f"{server}/deployments/filter", json={}).raise_for_status().json()
        assert {one["name"] for one in known} == {one["name"] for one in timetable()}
        assert all(str(ROOT) not in str(one) for one in known), "no folder of the deploying machine is written down"
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "trunkline", "--type", "process"]
        environment = {**os.environ, "PREFECT_API_URL": server, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        with subprocess.Popen(command, cwd=s.folder, env=environment, text=True) as worker:
            try:
                for name in ("sync/hourly", "report/report-weekly", "maintain/daily-doctor"):
                    started = prefect(server, "deployment", "run", name, folder=ROOT)
                    assert started.returncode == 0, started.stderr
                    run = ended_run(server, name.rpartition("/")[2])
                    assert run["state_type"] == "COMPLETED", run["state"]
                    if name == "sync/hourly":
                        assert any(task.startswith("extract acme-main 2") for task in task_names(server, run))
            finally:
                stop(worker)
        assert s.query("SELECT count(*) FROM calls") == [(len(s.pbx.book),)]


def test_a_command_is_a_flow_run_where_an_api_is_configured(
    server: str, stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage(scenario_world()[0]) as s:
        monkeypatch.setenv("PREFECT_API_URL", server)
        done = s.command("sync")
        assert done.returncode == 0, done.stderr
        assert s.query("SELECT count(*) FROM calls") == [(len(s.pbx.book),)]
        query = {"flows": {"name": {"any_": ["sync"]}}, "flow_runs": {"deployment_id": {"is_null_": True}}}
        runs = httpx.post(f"{server}/flow_runs/filter", json=query).raise_for_status().json()
        assert [run["state_type"] for run in runs] == ["COMPLETED"]


def test_serve_fires_a_schedule(stage) -> None:
    with stage(scenario_world()[0]) as s:
        process = s.start("serve", "--only", "hourly", "--every", "5")
        deadline = time.monotonic() + PATIENCE_SECONDS
        lake = s.folder / "data" / "lake.duckdb"
        try:
            while time.monotonic() < deadline and process.poll() is None:
                if lake.exists() and s.pbx.log.count("GetInboundCalls") > 7:
                    break
                time.sleep(0.5)
        finally:
            stop(process)
        assert s.pbx.log.count("GetInboundCalls") > 7, "a sync ran by itself"


def test_the_shipped_timetable_is_prefect_yaml() -> None:
    assert timetable() == yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
