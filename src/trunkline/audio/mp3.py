"""MP3: every frame is walked, so that the length holds for any bit rate and a file that ends within a frame is seen.

A file of constant bit rate that was cut exactly between two frames, and that has no count of them (a Xing, Info or VBRI
frame at its head), looks whole: nothing in it tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from trunkline.audio.found import MAX_PARTS, Audio, Octets, big, damaged

_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # MPEG 1, 2, 2.5
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG_1, _LAYER_3 = 3, 1
_SEARCHED_BYTES = 65_536  # for the first frame
_JUNK_BYTES = 4096  # within or after the sound, beside tags
_ODD_FRAMES = 1  # by which writers are known to count differently
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")


@dataclass(frozen=True)
class _Frame:
    """`kind`: version and sample rate, the same in every frame of a file."""

    octets: int
    samples: int
    rate: int

    @property
    def kind(self) -> tuple[int, int]:
        return self.samples, self.rate


def is_mp3(head: bytes) -> bool:
    """Whether a file begins as MP3 does: with a tag, or in sync with a frame."""
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def judge_mp3(data: Octets) -> Audio:
    """Judges a file that begins as MP3 does."""
    after_tags = _after_tags(data)
    position = _next_frame(data, after_tags, min(len(data), after_tags + _SEARCHED_BYTES), None)
    first = _frame_at(data, position)
    if first is None:
        return damaged("no MP3 frame in it")
    counts, said = _count(data, position, first)
    frames = -1 if counts else 0  # the frame that holds the count is no sound
    for _part in range(MAX_PARTS):
        frame = _frame_at(data, position)
        if frame is None or frame.kind != first.kind:
            position, is_end = _beyond_junk(data, position, first)
            if is_end:
                return _judged(frames, said, first)
            if position < 0:
                return damaged(f"no MP3 after {frames} frames")
            continue
        position += frame.octets
        if _is_cut(data, position):
            return damaged(f"ends within an MP3 frame, after {max(frames, 0)} frames")
        frames += 1
    return damaged("more MP3 frames than any recording has")


def _is_cut(data: Octets, end: int) -> bool:
    """Whether the file ends before this end of a frame, or within the header of the next one."""
    rest = len(data) - end
    return rest < 0 or (0 < rest < 4 and data[end] == 0xFF)


def _judged(frames: int, said: int | None, first: _Frame) -> Audio:
    if said is not None and frames < said - _ODD_FRAMES:
        return damaged(f"ends after {frames} of {said} MP3 frames")
    if frames <= 0:
        return damaged("an MP3 file without any sound")
    return Audio("audio/mpeg", round(frames * first.samples / first.rate, 3), codec="mp3")


def _frame_at(data: Octets, position: int) -> _Frame | None:
    return _frame(big(data, position, 4)) if position >= 0 else None


@lru_cache(maxsize=256)
def _frame(header: int) -> _Frame | None:
    """A layer III frame by its header of 32 bits; a free bit rate is none, for it does not tell the frame's size."""
    version, layer = header >> 19 & 3, header >> 17 & 3
    kbits, rate = header >> 12 & 15, header >> 10 & 3
    if header >> 21 != 0x7FF or version == 1 or layer != _LAYER_3 or kbits in (0, 15) or rate == 3:
        return None
    samples = 1152 if version == _MPEG_1 else 576
    hertz = _SAMPLE_RATES[version][rate]
    bits = (_KBITS_1 if version == _MPEG_1 else _KBITS_2)[kbits] * 1000
    return _Frame(samples // 8 * bits // hertz + (header >> 9 & 1), samples, hertz)


def _after_tags(data: Octets) -> int:
    """Where the tags (ID3v2) at a file's head end; a tag may claim to be longer than the file."""
    position = 0
    for _tag in range(10):
        if data[position : position + 3] != b"ID3":
            break
        length = 0
        for octet in data[position + 6 : position + 10]:
            length = length << 7 | octet & 0x7F
        position += 10 + length + (10 if big(data, position + 5, 1) & 0x10 else 0)
    return position


def _next_frame(data: Octets, start: int, end: int, like: _Frame | None) -> int:
    """Where the next frame begins that another one (or the file's end) follows; -1: nowhere before `end`."""
    while (start := data.find(b"\xff", start, end)) >= 0:
        frame = _frame_at(data, start)
        if frame is not None and (like is None or frame.kind == like.kind):
            after = _frame_at(data, start + frame.octets)
            if start + frame.octets >= len(data) or (after is not None and after.kind == frame.kind):
                return start
        start += 1
    return -1


def _beyond_junk(data: Octets, position: int, like: _Frame) -> tuple[int, bool]:
    """Where the sound goes on (-1: nowhere), and whether the file ends here as a whole one may."""
    rest = len(data) - position
    if data[position : position + 11].startswith(_TAGS) or rest == 0:
        return position, True
    found = _next_frame(data, position, min(len(data), position + _JUNK_BYTES), like)
    return found, found < 0 and rest <= _JUNK_BYTES


def _count(data: Octets, position: int, first: _Frame) -> tuple[bool, int | None]:
    """Whether the first frame holds the writer's count instead of sound, and how many frames it counts, if it tells."""
    vbri = position + 4 + 32  # at a fixed place
    if data[vbri : vbri + 4] == b"VBRI":
        return True, big(data, vbri + 14, 4)
    end = position + min(first.octets, 4 + 2 + 32 + 4)  # header, checksum, side information, name
    found = max(data.find(name, position, end) for name in (b"Xing", b"Info"))
    if found < 0:
        return False, None
    return True, big(data, found + 8, 4) if big(data, found + 7, 1) & 1 else None
