"""The service as a process."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from trunkline.adapters import audit
from trunkline.adapters.blobs import Blobs
from trunkline.adapters.player.app import EVENT, app
from trunkline.errors import TrunklineError
from trunkline.links import Links

AT_ONCE = 200  # connections; more are told to come later
LAST_WORDS_SECONDS = 5  # for answers under way when the service is told to stop: a paused player never ends


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that waits for players.

    Raises:
        TrunklineError: The address is taken, or none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        where = f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}"
        number = error.errno or 0
        what = os.strerror(number) if number > 0 else error.strerror  # Python adds the address
        raise TrunklineError(
            f"{where}: {what}", mend="choose another --host or --port, or end what listens there"
        ) from None
    with contextlib.closing(bound):
        yield bound


def serve(links: Links, blobs: Blobs, state: Path, bound: socket.socket) -> None:
    """Plays recordings until interrupted. Behind a proxy on this machine the caller's address is taken from it.

    Raises:
        OSError: Accesses could not be noted.
    """
    audit.ready(state, EVENT)
    config = uvicorn.Config(
        app(links, blobs, state, lambda: dt.datetime.now(dt.UTC)),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,  # its lines would hold the tokens
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[bound])
