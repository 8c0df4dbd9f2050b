"""`serve`: the deployments of `prefect.yaml`, all in one process (the file ships inside this package)."""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import yaml

from trunkline.errors import TrunklineError
from trunkline.flows.engine import api_configured

SERVER_START_SECONDS = 120  # a first start on an empty home took 21 s (measured)


def timetable() -> list[dict[str, Any]]:
    """The deployments: name, entrypoint, schedules, parameters."""
    text = (files("trunkline.flows") / "prefect.yaml").read_text("utf-8")
    return list(yaml.safe_load(text)["deployments"])


def serve_timetable(state: Path, only: tuple[str, ...] = (), every_seconds: float | None = None) -> None:
    """Runs the timetable until interrupted; with no Prefect API configured, against a server that it starts.

    `only` names some deployments; `every_seconds` replaces their schedules, to see one fire.
    """
    with contextlib.ExitStack() as stack:
        if not api_configured():
            stack.enter_context(local_server(state / "prefect"))
        from prefect import serve

        chosen = [one for one in timetable() if not only or one["name"] in only]
        serve(*(_deployment(one, every_seconds) for one in chosen), print_starting_message=False)


def _deployment(one: dict[str, Any], every_seconds: float | None) -> Any:
    from prefect.schedules import Cron, Interval
    from prefect.types.entrypoint import EntrypointType

    module, _, name = one["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), name)
    schedules = [Cron(schedule["cron"], timezone=schedule["timezone"]) for schedule in one["schedules"]]
    return flow.to_deployment(
        name=one["name"],
        description=one["description"],
        parameters=one["parameters"],
        schedules=[Interval(every_seconds)] if every_seconds else schedules,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


@contextlib.contextmanager
def local_server(home: Path) -> Iterator[str]:
    """A Prefect server on loopback with its database in `home`, ended with the block; sets PREFECT_API_URL.

    Prefect's own temporary server fires no schedules, so a real one is started.

    Raises:
        TrunklineError: It does not answer in time.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 — our own interpreter
    try:
        _wait_for(url, server)
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        if server.poll() is None:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        time.sleep(0.25)
    raise TrunklineError("the local Prefect server did not start", mend="see server.log in the state folder")
