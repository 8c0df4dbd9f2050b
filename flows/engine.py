"""One definition of a job, two ways to run it: in process, or as a flow run on a Prefect server.

A job is a Prefect flow where Prefect is already there (a worker, `serve`) or an API is configured; otherwise it is
the plain function, because importing Prefect costs 1.5 s and its temporary server 10–18 s (both measured).
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

Job = TypeVar("Job", bound=Callable[..., Awaitable[Any]])


def api_configured() -> bool:
    """Whether `PREFECT_API_URL`, or the active Prefect profile, names a server. Does not import Prefect."""
    return bool(os.environ.get("PREFECT_API_URL")) or "PREFECT_API_URL" in _profile()


def _profile() -> dict[str, Any]:
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    path = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml")).expanduser()
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {}
    name = os.environ.get("PREFECT_PROFILE", profiles.get("active", ""))
    return dict(profiles.get("profiles", {}).get(name, {}))


def job(name: str, run_name: str) -> Callable[[Job], Job]:
    """Marks a job. `run_name` is a template over its parameters, for Prefect's UI."""

    def wrap(function: Job) -> Job:
        if "prefect" not in sys.modules and not api_configured():
            return function
        from prefect import flow

        flow_: Any = flow(name=name, flow_run_name=run_name, persist_result=False, validate_parameters=False)
        return flow_(function)  # type: ignore[no-any-return]

    return wrap


async def run(function: Callable[..., Awaitable[Any]], **parameters: Any) -> Any:
    """Runs a job: as a flow run where a server is configured, else the plain function in this process."""
    return await (function(**parameters) if api_configured() else run_here(function, **parameters))


async def run_here(function: Callable[..., Awaitable[Any]], **parameters: Any) -> Any:
    """Runs a job as the plain function in this process, whatever is configured."""
    return await getattr(function, "fn", function)(**parameters)
