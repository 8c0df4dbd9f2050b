"""The state of one simulated PBX. The HTTP side of it is in `app`, `xapi20` and `console18`."""

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
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.scenarios.story import NumberStyle
from trunkline.simulator.serve import AsgiApp

Surface = Literal["xapi20", "console18"]
Shape = Literal["xapi-u6", "xapi-u10", "console"]


@dataclass
class Rights:
    """What the PBX lets our login see; each is a separate right (v20 reference §2.4)."""

    history: bool = True
    list_recordings: bool = True
    download_recordings: bool = True
    system_status: bool = True


@dataclass
class Keeping:
    """How recordings are kept (v20 reference §4.4)."""

    auto_delete_days: int | None = None
    quota_megabytes: int = 4096
    quota_reached: bool = False
    stopped: bool = False
    archive_enabled: bool = False
    bytes_per_second: int = 2000


@dataclass
class Licence:
    """What the licence says (v20 reference §2.5)."""

    product_code: str = "SIMULATED-ENT"
    active: bool = True
    expires_at: dt.datetime = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    is_enterprise: bool = True
    max_sim_calls: int = 16


@dataclass
class Quirks:
    """Behaviour that differs from build to build; all off is the majority."""

    range_downloads: bool = False
    rows_have_ids: bool = True
    hide_polling_legs: bool = False
    number_style: NumberStyle = "e164"
    ignores_spelling: Literal["raw", "encoded"] | None = None
    count_comes_empty: bool = False
    session_seconds: float = 24 * 3600.0
    token_minutes: float = 60.0


def real_now() -> dt.datetime:
    """The real clock."""
    return dt.datetime.now(dt.UTC)


@dataclass
class SimulatedPbx:
    """One 3CX system: its numbers, calls, rights, limits, moods and memory."""

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
    now: Callable[[], dt.datetime] = real_now
    book: CallBook = field(default_factory=CallBook)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    sessions: Sessions = field(default_factory=Sessions)

    def add(self, *calls: PlacedCall) -> list[PlacedCall]:
        """Adds calls, also while the server runs; returns them with the PBX's own ids."""
        return [self.book.add(call) for call in calls]

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
