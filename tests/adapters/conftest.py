from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator

import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trunkline.simulator.serve import AsgiApp, Server

Handler = Callable[[Request], Awaitable[Response]]


@pytest.fixture
def impatient() -> Iterator[None]:
    """Retries happen at once, four times at most."""
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


@pytest.fixture
def listen() -> Iterator[Callable[[AsgiApp], str]]:
    """Starts an app and gives its address."""
    with contextlib.ExitStack() as stack:
        yield lambda app: stack.enter_context(Server(app)).url


@pytest.fixture
def answering(listen: Callable[[AsgiApp], str]) -> Callable[[Handler], str]:
    """Starts a server that answers every request with one function; gives its address."""

    def start(handler: Handler) -> str:
        async def endpoint(request: Request) -> Response:
            return await handler(request)

        return listen(Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST", "PUT"])]))

    return start
