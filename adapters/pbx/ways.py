"""What was learnt of how one PBX answers, kept from run to run; forgotten when its version changes."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import msgspec

from trunkline.adapters.pbx.private_file import replace_file


class Ways(msgspec.Struct, omit_defaults=True):
    """`surface`: which interface it offers to this sign-in. `cdr_since`: the earliest start seen in the call log of
    20.0.6 and later; what is older than that may be in the log of before the upgrade only."""

    version: str = ""
    surface: str = ""
    spelling: int = 0
    report_page: int = 0
    entity_page: int = 0
    cdr_since: dt.datetime | None = None


class WaysFile:
    """The ways of one PBX and the file that keeps them; a damaged file is no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ways = Ways()
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.ways = msgspec.json.decode(path.read_bytes(), type=Ways)
        self._kept = msgspec.json.encode(self.ways)

    def seen(self, version: str) -> bool:
        """Whether this is the version whose ways are known; if not, all but the call log's beginning is forgotten."""
        if self.ways.version == version:
            return True
        self.ways = Ways(version=version, cdr_since=self.ways.cdr_since)
        return False

    def keep(self) -> None:
        """Writes the file, if anything was learnt."""
        content = msgspec.json.encode(self.ways)
        if content != self._kept:
            replace_file(self.path, content)
            self._kept = content
