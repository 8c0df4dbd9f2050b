"""What a surface of a PBX can be asked; each surface says only how it answers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Protocol

import httpx

from trunkline.config import Pbx
from trunkline.models import Directory, Probe, WindowRead
from trunkline.windows import Window

ROW_LIMIT = 20_000  # `REPORT_ROW_LIMIT`: the report ends there without any error (v20 reference §0.8)


class Truncated(Exception):
    """The PBX's row limit cut the window: it must be read in smaller pieces. `read` is what came."""

    def __init__(self, read: WindowRead) -> None:
        super().__init__(len(read.rows))
        self.read = read


class Surface(Protocol):
    """One PBX through one of its HTTP interfaces. Every method may raise a RemoteError."""

    name: str

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this sign-in may do; raises only if nobody answers or the sign-in is refused.

        Without `try_download` no recording is asked for, and that right stays unknown.
        """

    async def directory(self) -> list[Directory]:
        """Extensions, queues, ring groups and menus; empty where the PBX will not tell."""

    async def read(self, window: Window) -> WindowRead:
        """All rows of a window, with what else is needed to understand them. Raises Truncated."""

    def download(self, native_id: str) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
        """A recording's answer, whatever its status; the body is still to be read."""

    @property
    def requests(self) -> int:
        """How many requests were made so far."""

    async def aclose(self) -> None:
        """Closes the connections."""


def memory_path(state: Path, pbx: Pbx) -> Path:
    """Where a PBX's sign-in is remembered."""
    return state / "sign-in" / f"{pbx.id}.json"
