"""What a landing file holds, and how an answer is read back from it for `replay`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import msgspec
import zstandard

from trunkline.adapters.pbx import console_lists, xapi_lists
from trunkline.calls.facts import PbxFacts
from trunkline.models import WindowRead
from trunkline.windows import Window


class BrokenFile(Exception):
    """A landing file that is cut off, damaged or of another PBX."""


@dataclass(frozen=True)
class Landed:
    """One answer of a PBX to one window, with all that is needed to understand its rows."""

    facts: PbxFacts
    window: Window
    answer: WindowRead
    landed_at: dt.datetime
    is_whole: bool = True
    requests: int = 0


class Head(msgspec.Struct, kw_only=True):
    """A file's first line. What has a default is absent from files of trunkline 0.1.0."""

    pbx: str
    since: dt.datetime
    until: dt.datetime
    surface: str
    account: str | None = None
    zone: str | None = None
    region: str | None = None
    landed_at: dt.datetime | None = None
    is_whole: bool = True
    pages: int = 0
    requests: int = 0
    problem: str | None = None
    kinds: tuple[str, ...] = ("calls",)
    directory: dict[str, str] | None = None


class Line(msgspec.Struct):
    """Every other line: a row as received, in base64 where it cannot stand in a line of JSON."""

    kind: str
    row: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    base64: bytes | None = None

    @property
    def raw(self) -> bytes:
        """The row as received."""
        return bytes(self.row) if self.base64 is None else self.base64


_HEAD = msgspec.json.Decoder(Head)
LINE = msgspec.json.Decoder(Line)


def read(data: bytes, known: PbxFacts, landed_at: dt.datetime) -> Landed:
    """The answer that a file holds; `known` and `landed_at` stand in for what one of trunkline 0.1.0 does not say.

    Raises:
        BrokenFile: It cannot be read, or is of another PBX.
    """
    try:
        first, *rest = zstandard.decompress(data).split(b"\n")
        head = _HEAD.decode(first)
        raw: dict[str, list[bytes]] = {kind: [] for kind in ("calls", *head.kinds)}
        for text in rest:
            line = LINE.decode(text)
            raw.setdefault(line.kind, []).append(line.raw)
    except (zstandard.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise BrokenFile(str(error)) from None
    if head.pbx != known.pbx_id:
        raise BrokenFile(f"it is of PBX {head.pbx}")
    facts = replace(
        known,
        account_id=head.account or known.account_id,
        region=head.region or known.region,
        surface=head.surface,
        zone=head.zone or known.zone,
        directory=known.directory if head.directory is None else head.directory,
    )
    window = Window(head.since, head.until)
    return Landed(facts, window, _answer(head, raw, facts), head.landed_at or landed_at, head.is_whole, head.requests)


def _answer(head: Head, raw: dict[str, list[bytes]], facts: PbxFacts) -> WindowRead:
    """As the surface that was read makes it."""
    if head.surface == "console18":
        return console_lists.window_read(raw, facts.zone, head.pages)
    return xapi_lists.window_read(raw, head.pages, head.problem)
