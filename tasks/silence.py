"""A landing file without what was said: its transcripts, summaries and moods. All else stays as it was received."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import zstandard

from trunkline.tasks.land import compressed, line_of
from trunkline.tasks.landed import LINE, BrokenFile

SAID = frozenset({"Transcription", "Summary", "SentimentScore"})
"""What rows of calls and of recordings call it, in every surface (v20 reference §3.3, §4.1; v18 reference §1.5)."""


def silenced(data: bytes) -> bytes:
    """The file's content without it. A row that is no JSON stays: it cannot be told what it says.

    Raises:
        BrokenFile: It cannot be read.
    """
    try:
        head, *lines = zstandard.decompress(data).split(b"\n")
        return compressed([head, *map(_silenced, lines)])
    except (zstandard.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise BrokenFile(str(error)) from None


def _silenced(text: bytes) -> bytes:
    line = LINE.decode(text)
    with contextlib.suppress(msgspec.DecodeError, ValueError):
        row = msgspec.json.decode(line.raw)
        if (rest := _without(row)) != row:
            return line_of(line.kind, msgspec.json.encode(rest))
    return text


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(one) for key, one in value.items() if key not in SAID}
    return [_without(one) for one in value] if isinstance(value, list) else value
