"""`recordings serve`: what it needs is opened once; the lake is not."""

from __future__ import annotations

import os
from collections.abc import Callable

from trunkline import log
from trunkline.adapters.blobs import Blobs
from trunkline.adapters.player import server
from trunkline.config import Config
from trunkline.tasks.recording_link import links_of


def play(config: Config, host: str, port: int, say: Callable[[str], None]) -> None:
    """Plays recordings until interrupted.

    Raises:
        ConfigError: No [links], or a secret or option that will not do.
        TrunklineError: Nothing can listen at this address.
        OSError: Accesses could not be noted.
    """
    log.guard()
    os.umask(0o077)
    links = links_of(config)
    (blobs,) = Blobs.opened(config.place(config.store.recordings), options=config.store_options())
    with server.listening(host, port) as bound:
        say(f"links to {links.url} are played at {host}, port {port}; interrupt to end")
        server.serve(links, blobs, config.state_folder, bound)
