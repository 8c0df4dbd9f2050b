"""What all tests share: a world of simulated systems with a config, and readable snapshots of a lake."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import duckdb
import httpx
import pytest

from trunkline.adapters import loop
from trunkline.simulator.crm import front
from trunkline.simulator.crm.front import Seen
from trunkline.simulator.pbx import documented
from trunkline.simulator.world import World
from trunkline.store.lake import Lake

sys.path.insert(0, str(Path(__file__).parent))  # for modules that tests share

from tools import lacking

SPECS = Path(__file__).parents[2] / "shared" / "specs"
SECRET = "s3-secret-s3-secret-s3-secret-s3-secret"
# When something was done, and how often it was tried, differs between two runs that end in the same state.
_COMPARED = {
    "calls": "* EXCLUDE (loaded_at)",
    "legs": "*",
    "recordings": """* EXCLUDE (first_seen_at, stored_at, tried_at, attempts)
        REPLACE (regexp_replace(evidence::VARCHAR, '"read_at":"[^"]*"', '') AS evidence)""",
    "activities": "* EXCLUDE (first_tried_at, delivered_at, attempts, remote_id, facts_at)",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first (`slow`): the last module must not run alone."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose tool is absent is skipped, and in CI fails: there nothing may go untested."""
    for marker in item.iter_markers():
        if reason := lacking(marker.name):
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(autouse=True)
def _no_prefect_api(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reaches a Prefect server, or a profile, that happens to be configured."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_PROFILES_PATH", str(tmp_path_factory.getbasetemp() / "no-profiles.toml"))


@pytest.fixture(autouse=True)
def _only_documented_requests() -> Iterator[None]:
    """trunkline sends a PBX nothing but what is documented, and reads."""
    yield
    strays = list(documented.STRAYS)
    documented.STRAYS.clear()
    assert strays == []


@pytest.fixture(autouse=True)
def _requests_obey_official_documents() -> Iterator[None]:
    """What trunkline sends to a simulated CRM obeys the service's own OpenAPI document, where that is here."""
    sent: list[tuple[str, Seen]] = []
    front.WATCHERS.append(lambda kind, seen: sent.append((kind, seen)))
    yield
    front.WATCHERS.pop()
    ours = [(kind, seen) for kind, seen in sent if seen.headers.get("user-agent", "").startswith("trunkline/")]
    if SPECS.is_dir():
        for kind, seen in ours:
            if kind in {"highlevel", "pipedrive"}:
                from official import obeys  # openapi-core takes half a second to import

                obeys(kind, seen)


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with nothing in it, made once: its tables and views take a tenth of a second."""
    path = tmp_path_factory.mktemp("empty") / "lake.duckdb"
    with Lake(path).write():
        pass
    return path


@pytest.fixture
def new_lake(empty_lake: Path, tmp_path: Path) -> Lake:
    """A copy of it."""
    return Lake(Path(shutil.copy(empty_lake, tmp_path / "lake.duckdb")), lock_wait_seconds=0.5)


@pytest.fixture
def stage(tmp_path: Path) -> Callable[[World], contextlib.AbstractContextManager[Stage]]:
    """Runs a world: `with stage(world) as s: s.run(sync)`."""

    @contextlib.contextmanager
    def run(world: World, folder: Path = tmp_path) -> Iterator[Stage]:
        with world.running(folder):
            yield Stage(world, folder)

    return run


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server of its own for all tests of this process."""
    with S3Server() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server) -> Iterator[S3Server]:
    """The S3 server with an empty bucket, `s3.place`."""
    s3_server.make_bucket()
    yield s3_server
    s3_server.faults.clear()


class S3Server:
    """A real S3 server on loopback (moto's), which notes what it is asked and may fail on demand.

    `faults`: text in a request's method, path and query → status that it is answered with, or seconds it has to wait.
    """

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._buckets = 0
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.requests: list[str] = []
        self.faults: dict[str, int | float] = {}

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.requests.append(asked)
        for part, fault in self.faults.items():
            if part not in asked:
                continue
            if isinstance(fault, int):
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start(f"{fault} Fault", [("Content-Length", "0")])
                return [b""]
            time.sleep(fault)
        return self._moto(environ, start)

    def make_bucket(self) -> None:
        """A bucket that no test has used."""
        self._buckets += 1
        self.requests.clear()
        self.client.create_bucket(Bucket=self.bucket)

    @property
    def bucket(self) -> str:
        """The test's bucket."""
        return f"bucket-{self._buckets}"

    @property
    def place(self) -> str:
        """Where the test may keep files."""
        return f"s3://{self.bucket}/kept"

    @property
    def options(self) -> dict[str, str]:
        """For `[store] options`; S3_SECRET is set."""
        return {
            "aws_endpoint": self.url,
            "aws_region": "us-east-1",
            "aws_access_key_id": "AKIATESTTESTTEST",
            "aws_secret_access_key": "env:S3_SECRET",
        }

    @functools.cached_property
    def client(self) -> Any:
        """Amazon's own client, for a look from outside."""
        import boto3

        keys = {"aws_access_key_id": "AKIAOTHER", "aws_secret_access_key": "other"}
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **keys)

    @contextlib.contextmanager
    def checking_credentials(self) -> Iterator[None]:
        """Refuses all keys but those of users, of whom there are none."""
        self._set_free_actions("0")
        try:
            yield
        finally:
            self._set_free_actions("inf")

    def _set_free_actions(self, count: str) -> None:
        httpx.post(f"{self.url}/moto-api/reset-auth", content=count).raise_for_status()

    def __enter__(self) -> Self:
        os.environ["S3_SECRET"] = SECRET
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Stage:
    """A running world with its config, a lake, and both ways to run trunkline on it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.config = world.write_config(folder)
        os.environ.update(world.environment)

    @property
    def pbx(self) -> Any:
        """The only, or the first, PBX."""
        return self.world.pbxs[0]

    @property
    def crm(self) -> Any:
        """The only CRM's site."""
        return self.world.crms[0].site

    def run(self, job: Callable[..., Any], **parameters: Any) -> Any:
        """A job in this process."""
        from trunkline.flows.engine import run_here

        return loop.run(run_here(job, config=str(self.config), **parameters))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command line in a process of its own, not waited for."""
        command = [sys.executable, "-m", "trunkline.cli.main", "--config", str(self.config), *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}, cwd=self.folder
        )

    def command(self, *arguments: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """The command line, to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows from the lake."""
        return query(self.folder / "data" / "lake.duckdb", sql, *values)

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        """What must be equal after an undisturbed run and after one that was killed and run again."""
        return {table: self.query(f"SELECT {columns} FROM {table} ORDER BY 1") for table, columns in _COMPARED.items()}  # noqa: S608


def query(lake: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows from a lake, times in UTC."""
    with contextlib.closing(duckdb.connect(str(lake), read_only=True)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql, list(values)).fetchall()
