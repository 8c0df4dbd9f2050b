"""Small WAV files of a given length: a quiet tone, 8-bit mono, made when somebody asks."""

from __future__ import annotations

import math
import struct
from functools import lru_cache

QUIET = 6
TONE_HZ = 220


@lru_cache(maxsize=8)
def _second_of_tone(rate: int) -> bytes:
    return bytes(128 + round(QUIET * math.sin(2 * math.pi * TONE_HZ * i / rate)) for i in range(rate))


def header(samples: int, rate: int) -> bytes:
    """A 44-byte RIFF header for 8-bit mono PCM."""
    riff = struct.pack("<4sI4s", b"RIFF", 36 + samples + samples % 2, b"WAVE")
    return riff + struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, rate, rate, 1, 8, b"data", samples)


@lru_cache(maxsize=16)
def wav(seconds: float, rate: int = 2000) -> bytes:
    """A valid WAV of this length: `rate` bytes for each second."""
    samples = round(seconds * rate)
    tone = _second_of_tone(rate)
    padding = b"\0" if samples % 2 else b""  # RIFF chunks have an even length
    return header(samples, rate) + (tone * (samples // rate + 1))[:samples] + padding
