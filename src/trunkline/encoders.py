"""What turns a recording into Opus or MP3: libsndfile (the extra `audio`), or the program ffmpeg.

libsndfile is asked first: it comes with its own copies of libopus and LAME. It reads neither G.729 nor TrueSpeech, and
makes Opus from five sample rates only; ffmpeg does the rest, where it is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Wanted = Literal["opus", "mp3"]

_NARROW_HZ = 12_000  # telephony's 8 kHz, and what is near it
_KBITS = {"opus": (16, 24), "mp3": (32, 48)}  # for narrow sound, and for wider
_LAME_KBITS = ((12_000, 8, 64), (24_000, 8, 160), (48_000, 32, 320))  # libsndfile's span for rates up to …
_LIBOPUS_KBITS = (6, 256)
_BLOCK_FRAMES = 8192
_WATCH_SECONDS = 0.2
_PATIENCE_SECONDS = 60
_DEMUXERS = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg"}
_SAID_CHARACTERS = 160
_LIBRARY_SAYS_NO = (ImportError, OSError, RuntimeError, ValueError, TypeError, AssertionError)


class CannotEncode(Exception):
    """Why this encoder made nothing of a recording."""


@dataclass(frozen=True)
class Order:
    """A recording to be made into another one; `stop` ends the work early, from another thread."""

    source: Path
    target: Path
    wanted: Wanted
    media_type: str
    max_seconds: float
    stop: threading.Event = field(default_factory=threading.Event)


Encoder = Callable[[Order], None]


def installed() -> dict[str, Encoder]:
    """The encoders of this machine by name, the first to be asked first."""
    found: dict[str, Encoder] = {}
    if _has_library():
        found["libsndfile"] = by_library
    if shutil.which("ffmpeg") is not None:
        found["ffmpeg"] = by_ffmpeg
    return found


def _has_library() -> bool:
    """Whether it can be loaded; the module without its wheel's library raises OSError."""
    try:
        import soundfile  # noqa: F401 — an extra, loaded only where sound is transcoded
    except (ImportError, OSError):
        return False
    return True


def by_library(order: Order) -> None:
    """Decodes, mixes down to one channel, encodes; one core's work without Python's lock.

    Raises:
        CannotEncode: It cannot read this kind of sound, or cannot make the wanted one from its sample rate.
    """
    try:
        import soundfile

        with soundfile.SoundFile(order.source) as said:
            kind = _library_kind(order.wanted, said.samplerate)
            most = order.max_seconds * said.samplerate
            with soundfile.SoundFile(order.target, "w", said.samplerate, 1, **kind) as made:
                while len(block := said.read(_BLOCK_FRAMES, "float32", always_2d=True)):
                    if order.stop.is_set() or made.frames > most:
                        raise CannotEncode("stopped" if order.stop.is_set() else "decodes to more than its length")
                    made.write(block.mean(axis=1))
    except _LIBRARY_SAYS_NO as error:
        raise CannotEncode(_line(str(error), order)) from error


def _library_kind(wanted: Wanted, rate: int) -> dict[str, object]:
    """libsndfile's settings; its level of compression stands for a bit rate, by the sample rate."""
    kbits = _kbits(wanted, rate)
    if wanted == "opus":
        least, most = _LIBOPUS_KBITS
        return {"format": "OGG", "subtype": "OPUS", "compression_level": 1 - (kbits - least) / (most - least)}
    least, most = next(((low, high) for up_to, low, high in _LAME_KBITS if rate <= up_to), _LAME_KBITS[-1][1:])
    level = 1 - (kbits - least) / (most - least)
    return {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": level, "bitrate_mode": "CONSTANT"}


def _kbits(wanted: Wanted, rate: int) -> int:
    narrow, wide = _KBITS[wanted]
    return narrow if rate <= _NARROW_HZ else wide


def by_ffmpeg(order: Order) -> None:
    """The same by ffmpeg, which is told what the file is, opens no address that the file may name, and copies no tags.

    Raises:
        CannotEncode: It cannot read this kind of sound, or was built without the wanted encoder.
    """
    opus = f"-c:a libopus -application voip -b:a {_KBITS['opus'][0]}k -f ogg"
    mp3 = f"-c:a libmp3lame -b:a {_KBITS['mp3'][0]}k -id3v2_version 0 -f mp3"
    source = f"-protocol_whitelist file -f {_DEMUXERS[order.media_type]} -i".split()
    command = [
        *(shutil.which("ffmpeg") or "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-y"),
        *(*source, f"file:{order.source}", "-map", "0:a:0", "-map_metadata", "-1", "-fflags", "+bitexact", "-ac", "1"),
        *("-t", f"{order.max_seconds:.3f}", "-threads", "1", *(opus if order.wanted == "opus" else mp3).split()),
        f"file:{order.target}",
    ]
    ends_at = time.monotonic() + _PATIENCE_SECONDS + order.max_seconds  # it is many times faster than the sound
    with subprocess.Popen(command, stderr=subprocess.PIPE, errors="replace") as process:  # noqa: S603 — no shell
        while True:
            try:
                said = process.communicate(timeout=_WATCH_SECONDS)[1]  # reads all the while: a full pipe would block it
                break
            except subprocess.TimeoutExpired:
                if order.stop.is_set() or time.monotonic() > ends_at:
                    process.kill()
    if process.returncode:
        raise CannotEncode("stopped" if process.returncode < 0 else _line(said, order))


def _line(said: str, order: Order) -> str:
    """An encoder's last words without the paths of this machine."""
    lines = [line for line in said.strip().splitlines() if line] or ["it did not say why"]
    for path in (order.source, order.target):
        lines[-1] = lines[-1].replace(str(path), path.suffix or "the file")
    return lines[-1][:_SAID_CHARACTERS]
