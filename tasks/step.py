"""One definition of a step, two ways to run it: a plain call, or a Prefect task run inside a flow run.

Prefect is imported only if somebody else has imported it already: that costs 1.5 s (measured), which no ad-hoc
command should pay.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def in_flow_run() -> bool:
    """Whether a Prefect flow run is going on here."""
    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext

    return FlowRunContext.get() is not None


def step(name: Callable[..., str]) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Marks a step. `name` makes the task run's name from the arguments: account, PBX and window, for people.

    No retries here: seconds are retried by `adapters.http`, minutes by the next tick, never both for one cause.
    """

    def wrap(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @functools.wraps(function)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not in_flow_run():
                return await function(*args, **kwargs)
            result: R = await _as_task_run(function, name(*args, **kwargs), args, kwargs)
            return result

        return call

    return wrap


async def _as_task_run(function: Callable[..., Awaitable[Any]], name: str, args: Any, kwargs: Any) -> Any:
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    async def run() -> Any:
        return await function(*args, **kwargs)

    run.__doc__ = function.__doc__
    plain_name = name.replace("{", "(").replace("}", ")")  # Prefect fills in braces
    as_task = task(name=function.__name__, task_run_name=plain_name, cache_policy=NO_CACHE, persist_result=False)
    return await as_task(run)()
