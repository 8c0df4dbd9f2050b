"""Is a file a whole recording? Decided by its own bytes, whatever the PBX says it is (v20 reference §4.3)."""

from __future__ import annotations

import mmap
from pathlib import Path

from trunkline.audio.found import MAX_SECONDS, Audio, Octets, damaged
from trunkline.audio.mp3 import is_mp3, judge_mp3
from trunkline.audio.ogg import judge_ogg
from trunkline.audio.wav import judge_wav

__all__ = ["Audio", "inspect", "judge"]

_INSTEAD = {
    b"<": "HTML instead of audio",
    b"{": "JSON instead of audio",
    b"[": "JSON instead of audio",
}


def inspect(path: Path) -> Audio:
    """Looks at a file: a WAV's headers, every page of an Ogg file, every frame of an MP3."""
    if path.stat().st_size == 0:
        return damaged("zero bytes")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return judge(data)


def judge(data: Octets) -> Audio:
    """The same from a file's content; raises nothing, and takes a bounded time, whatever the bytes are."""
    found = _by_kind(data)
    if found.audio_seconds is not None and found.audio_seconds > MAX_SECONDS:
        return damaged(f"claims to be {found.audio_seconds / 3600:.0f} hours long")
    return found


def _by_kind(data: Octets) -> Audio:
    head = data[:64]
    if not head:
        return damaged("zero bytes")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return judge_wav(data)
    if head[:4] == b"OggS":
        return judge_ogg(data)
    if is_mp3(head):
        return judge_mp3(data)
    return damaged(_INSTEAD.get(head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1], "no known audio"))
