"""Is a file a whole recording? Decided by its own header, whatever the PBX says it is (v20 reference §4.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER_BYTES = 65_536
_ENDLESS = {0, 0xFFFF_FFFF}  # a header written before the length was known


@dataclass(frozen=True)
class Audio:
    """A file's kind and length in seconds (null where the header does not tell), or why it is no whole recording."""

    media_type: str | None = None
    audio_seconds: float | None = None
    damage: str | None = None


def inspect(path: Path) -> Audio:
    """Reads a file's first bytes and size."""
    with path.open("rb") as file:
        return judge(file.read(HEADER_BYTES), path.stat().st_size)


def judge(head: bytes, size: int) -> Audio:
    """The same from the first bytes and the size."""
    if size == 0:
        return Audio(damage="zero bytes")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return _wave(head, size)
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return Audio(media_type="audio/mpeg")
    if head[:4] == b"OggS":
        return Audio(media_type="audio/ogg")
    start = head.lstrip()[:1]
    return Audio(damage={b"<": "HTML instead of audio", b"{": "JSON instead of audio"}.get(start, "no known audio"))


def _wave(head: bytes, size: int) -> Audio:
    """Length from the data chunk over the byte rate, which holds for PCM and the compressed kinds alike."""
    position, byte_rate = 12, 0
    while position + 8 <= len(head):
        name, length = head[position : position + 4], struct.unpack_from("<I", head, position + 4)[0]
        if name == b"fmt " and position + 20 <= len(head):
            byte_rate = struct.unpack_from("<I", head, position + 16)[0]
        if name == b"data":
            held = size - position - 8
            if length not in _ENDLESS and held < length:
                return Audio(damage=f"ends after {held} of {length} bytes")
            if not byte_rate:
                break
            return Audio("audio/wav", round((held if length in _ENDLESS else length) / byte_rate, 3))
        position += 8 + length + length % 2
    return Audio(damage="a WAV header without its parts")
