"""What every step works with: the config and the places it names, opened once per run."""

from __future__ import annotations

import contextvars
import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from trunkline import log
from trunkline.adapters.blobs import Blobs
from trunkline.config import Account, Config, Pbx
from trunkline.settings import forget_probes, looked_up, write_settings
from trunkline.store.lake import Lake


class Watcher(Protocol):
    """Sees a run go on: what is ahead, and what is done."""

    def ahead(self, what: str, count: int) -> None:
        """`count` more pieces of `what` (windows, recordings, activities) are to be done."""

    def done(self, what: str, count: int = 1) -> None:
        """`count` pieces of `what` are done."""


class Nobody:
    """A watcher that looks away."""

    def ahead(self, what: str, count: int) -> None:
        """Ignored."""

    def done(self, what: str, count: int = 1) -> None:
        """Ignored."""


WATCHER: contextvars.ContextVar[Watcher] = contextvars.ContextVar("watcher")


@dataclass(frozen=True)
class Work:
    """The config with its lake and folders."""

    config: Config
    lake: Lake
    landing: Blobs
    recordings: Blobs
    state: Path
    watcher: Watcher = field(default_factory=Nobody)

    @classmethod
    def open(cls, config: Config) -> Work:
        """Opens the places that `[store]` names, and makes the folders; whoever watches this context watches.

        Raises:
            ConfigError: An option that the object store does not know or take; nothing is touched.
        """
        log.guard()
        os.umask(0o077)  # numbers, voices and tokens are for this user alone, also in a worker's process
        places = config.place(config.store.landing), config.place(config.store.recordings)
        landing, recordings = Blobs.opened(*places, options=config.store_options())
        state = config.state_folder
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            config=config,
            lake=Lake(Path(config.place(config.store.lake))),
            landing=landing,
            recordings=recordings,
            state=state,
            watcher=WATCHER.get(Nobody()),
        )

    def note_settings(self) -> None:
        """Tells the lake what its views need to know of the config."""
        with self.lake.write() as connection:
            write_settings(connection, self.config, looked_up(now().year))
            forget_probes(connection, [pbx.id for account in self.config.account for pbx in account.pbx])


@dataclass(frozen=True)
class Site:
    """One PBX with the account that owns it."""

    account: Account
    pbx: Pbx

    @property
    def where(self) -> str:
        """For errors and log lines."""
        return f"account {self.account.id}, PBX {self.pbx.id}"

    @property
    def overlap(self) -> dt.timedelta:
        """How long a call may last, and so how far back a read must look (v20 reference §3.7)."""
        return dt.timedelta(hours=self.pbx.max_call_hours)


def now() -> dt.datetime:
    """This moment in UTC."""
    return dt.datetime.now(dt.UTC)
