"""The state of one simulated PBX. The HTTP side of it is in `app`, `xapi20`, `xapi18` and `console18`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from trunkline.simulator.pbx.callbook import CallBook
from trunkline.simulator.pbx.directory import Directory
from trunkline.simulator.pbx.faults import Faults
from trunkline.simulator.pbx.log import RequestLog
from trunkline.simulator.pbx.session import Sessions
from trunkline.simulator.pbx.traits import LICENCES, Keeping, Licence, Quirks, Rights
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.serve import AsgiApp

__all__ = ["LICENCES", "Keeping", "Licence", "Quirks", "Rights", "Shape", "SimulatedPbx", "Surface", "real_now"]

Surface = Literal["xapi20", "xapi18", "console18"]
Shape = Literal["xapi-u0", "xapi-u6", "xapi-u10", "xapi-v18", "console"]


def real_now() -> dt.datetime:
    """The real clock."""
    return dt.datetime.now(dt.UTC)


@dataclass
class SimulatedPbx:
    """One 3CX system: its numbers, calls, rights, limits, moods and memory.

    `upgraded_at`: when a v20 PBX came to Update 6, which keeps earlier calls in a log of their own; those that began
    less than `old_log_overlap` before are in both (v20 reference §3.1, §3.8). `tls`: served with a certificate of a
    made-up authority (`certificates`). `verify`: that setting in the config, if not None.
    """

    id: str
    version: str = "20.0.8.1109"
    surface: Surface = "xapi20"
    shape: Shape = "xapi-u6"
    region: str = "AU"
    zone: str = "Australia/Adelaide"
    hosting: Literal["hosted", "self-managed", "express"] = "self-managed"
    login: str = "900"
    secret: str = "simulated"  # noqa: S105 - opens nothing but this simulator
    directory: Directory = field(default_factory=Directory)
    rights: Rights = field(default_factory=Rights)
    keeping: Keeping = field(default_factory=Keeping)
    licence: Licence = field(default_factory=Licence)
    quirks: Quirks = field(default_factory=Quirks)
    entity_top_limit: int = 100
    report_top_limit: int = 1000
    row_limit: int = 20_000
    upgraded_at: dt.datetime | None = None
    old_log_overlap: dt.timedelta = dt.timedelta(0)
    tls: bool = False
    verify: str | bool | None = None
    now: Callable[[], dt.datetime] = real_now
    book: CallBook = field(default_factory=CallBook)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    sessions: Sessions = field(default_factory=Sessions)

    def add(self, *calls: PlacedCall) -> list[PlacedCall]:
        """Adds calls, also while the server runs; returns them with the PBX's own ids."""
        return [self.book.add(call) for call in calls]

    def new_token(self, seconds: float) -> str:
        """A token for our login, which ends the one before; another system that signs in as us does the same."""
        rights = self.rights
        return self.sessions.mint(
            seconds,
            self.login,
            can_report=rights.history,
            max_role=rights.max_role,
            skew_seconds=self.quirks.clock_skew_seconds,
        )

    @property
    def fqdn(self) -> str:
        """The name the PBX believes it has."""
        return f"{self.id}.pbx.example"

    @property
    def numeric_version(self) -> tuple[int, ...]:
        """For comparisons: 20.0.10 comes after 20.0.9."""
        return tuple(int(part) for part in self.version.split("."))

    @cached_property
    def app(self) -> AsgiApp:
        """The ASGI app to hand to `Server`."""
        from trunkline.simulator.pbx.app import PbxApp  # the app needs this module

        return PbxApp(self)
