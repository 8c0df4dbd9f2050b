"""What a surface of a PBX can be asked; each surface says only how it answers."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from trunkline.config import Pbx
from trunkline.models import Department, Directory, PbxReports, Probe, Problem, WindowRead
from trunkline.windows import Window

if TYPE_CHECKING:
    import httpx

ROW_LIMIT = 20_000  # `REPORT_ROW_LIMIT`: the report ends there without any error (v20 reference §0.8)


class Truncated(Exception):
    """The PBX's row limit cut the window: it must be read in smaller pieces. `read` is what came."""

    def __init__(self, read: WindowRead) -> None:
        super().__init__(len(read.rows))
        self.read = read


class Surface(Protocol):
    """One PBX through one of its HTTP interfaces. Every method may raise a RemoteError."""

    @property
    def name(self) -> str:
        """`xapi20`, `xapi18` or `console18`; known once it was probed."""

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this sign-in may do; raises only if nobody answers or the sign-in is refused.

        Without `try_download` no recording is asked for, and that right stays unknown.
        """

    async def directory(self) -> list[Directory]:
        """Extensions, queues, ring groups, menus and DIDs; empty where the PBX will not tell."""

    async def departments(self) -> list[Department]:
        """The departments with their opening hours; empty where the PBX will not tell, or has none."""

    async def read(self, window: Window) -> WindowRead:
        """All rows of a window, with what else is needed to understand them. Raises Truncated."""

    async def reports(self, window: Window, queues: Sequence[str]) -> PbxReports | None:
        """The PBX's own account of a window: its inbound calls, and who left one of `queues`; null if it has none."""

    def download(
        self, native_id: str, headers: dict[str, str] | None = None
    ) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
        """A recording's answer, whatever its status; the body is still to be read. `headers`: to ask for a part."""

    @property
    def requests(self) -> int:
        """How many requests were made so far."""

    def remarks(self) -> tuple[Problem, ...]:
        """What was noticed since it was opened, beside what the probe says."""

    async def aclose(self) -> None:
        """Closes the connections."""


def ways_path(state: Path, pbx: Pbx) -> Path:
    """Where it is kept how a PBX answers."""
    return state / "ways" / f"{pbx.id}.json"


def memory_path(state: Path, pbx: Pbx) -> Path:
    """Where a PBX's sign-in is remembered."""
    return sign_in_folder(state) / f"{pbx.id}.json"


def sign_in_folder(state: Path) -> Path:
    """Where all PBXs' sign-ins are remembered."""
    return state / "sign-in"
