"""Real recordings, made by libsndfile: what the code under test reads was written by others."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import soundfile


def voice(seconds: float, rate: int = 8000) -> Any:
    """Something that sounds: a hum of a moving pitch, with pauses, and a little noise."""
    at = np.arange(round(seconds * rate)) / rate
    pitch = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.7 * at)) / rate
    hum = sum(np.sin(number * pitch) / number for number in range(1, 12))
    loudness = np.where(np.sin(2 * np.pi * 0.5 * at) > -0.4, 0.2, 0.0)
    noise = np.random.default_rng(3).standard_normal(len(at)) * 0.003
    return (hum * loudness + noise).astype("float32")


class Maker:
    """Writes recordings into a folder, each once: `make("WAV", "GSM610", seconds=2.5)`; the rest is libsndfile's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self, container: str, subtype: str, seconds: float = 2.5, rate: int = 8000, channels: int = 1, **more: Any
    ) -> Path:
        """The file's path; it is shared, so nobody changes it."""
        name = "-".join(str(part) for part in (container, subtype, seconds, rate, channels, *more.values()))
        path = self._folder / name
        if not path.exists():
            sound = np.stack([voice(seconds, rate)] * channels, axis=1)
            with soundfile.SoundFile(path, "w", rate, channels, subtype, format=container, **more) as file:
                for start in range(0, len(sound), 8192):
                    file.write(sound[start : start + 8192])
        return path


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    """A RIFF chunk by hand; `length` where the header lies."""
    return name + struct.pack("<I", len(body) if length is None else length) + body


def riff(*chunks: bytes, length: int = 0xFFFF_FFFF) -> bytes:
    """A WAV file by hand."""
    return b"RIFF" + struct.pack("<I", length) + b"WAVE" + b"".join(chunks)


def fmt(tag: int, byte_rate: int, *, rate: int = 8000, channels: int = 1, align: int = 1, bits: int = 0) -> bytes:
    """A format chunk by hand."""
    return chunk(b"fmt ", struct.pack("<HHIIHHH", tag, channels, rate, byte_rate, align, bits, 0))
