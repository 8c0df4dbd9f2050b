"""What a look at a file's own bytes gives, and the bounds of every such look."""

from __future__ import annotations

import mmap
from dataclasses import dataclass

Octets = bytes | mmap.mmap
"""A file's content: in memory, or mapped, so that a long one is not read into it."""

MAX_SECONDS = 48 * 3600  # a file that claims more lies: no call lasts longer than a day
MAX_PARTS = 2_000_000  # Ogg pages or MP3 frames that are looked at; a day of 8 kHz MP3 has 1.2 million


@dataclass(frozen=True)
class Audio:
    """A file's kind and length in seconds, or why it is no whole recording (then the rest is null).

    `codec`: `pcm_s16le`, `pcm_u8`, `alaw`, `mulaw`, `gsm`, `adpcm_ima`, `mp3`, `opus`, … as FFmpeg names them, but for
    shorter; `wav_0x1234` for a WAV with a tag that is not known here.
    """

    media_type: str | None = None
    audio_seconds: float | None = None
    damage: str | None = None
    codec: str | None = None


def damaged(reason: str) -> Audio:
    """No whole recording, and why."""
    return Audio(damage=reason)


def little(data: Octets, position: int, octets: int) -> int:
    """An unsigned little-endian number; of bytes beyond the end, what there is."""
    return int.from_bytes(data[position : position + octets], "little")


def big(data: Octets, position: int, octets: int) -> int:
    """The same, big-endian."""
    return int.from_bytes(data[position : position + octets], "big")
