"""Ogg: every page is walked, for only the last one tells the length and that nothing is missing (RFC 3533)."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.audio.found import MAX_PARTS, Audio, Octets, damaged, little

_HEADER_BYTES = 27
_BEGINS, _ENDS = 0x02, 0x04  # a page's flags
_MAX_STREAMS = 100
_NO_POSITION = 0xFFFF_FFFF_FFFF_FFFF  # no packet ends on this page
OPUS_RATE = 48_000  # Opus counts at this rate, whatever it was made from (RFC 7845 §4)


@dataclass
class _Stream:
    """One logical stream: `position` counts samples, the first `skipped` of which are not played."""

    codec: str
    rate: int
    skipped: int = 0
    position: int = 0
    is_whole: bool = False

    @property
    def seconds(self) -> float:
        return max(0, self.position - self.skipped) / self.rate


def judge_ogg(data: Octets) -> Audio:
    """Judges a file that begins as Ogg does; of streams one after the other, the length is that of all."""
    streams: dict[int, _Stream | None] = {}
    start, size = 0, len(data)
    for _page in range(MAX_PARTS):
        if start == size:
            return _judged(streams)
        if data[start : start + 5] != b"OggS\0"[: size - start]:
            found = _judged(streams)  # what follows the last page is no sound
            return damaged(f"no Ogg page at byte {start} of {size}") if found.damage else found
        body = start + _HEADER_BYTES + little(data, start + 26, 1)
        end = body + sum(data[start + _HEADER_BYTES : body])
        if end > size or body > size:
            return damaged(f"ends within an Ogg page, at byte {size} of at least {max(end, body)}")
        flags, position, serial = little(data, start + 5, 1), little(data, start + 6, 8), little(data, start + 14, 4)
        if flags & _BEGINS:
            streams[serial] = _stream(data[body : min(end, body + 64)])
            if len(streams) > _MAX_STREAMS:
                return damaged("more Ogg streams than any recording has")
        stream = streams.get(serial)
        if stream is not None:
            if position != _NO_POSITION:
                stream.position = position
            stream.is_whole = bool(flags & _ENDS)
        start = end
    return damaged("more Ogg pages than any recording has")


def _stream(packet: bytes) -> _Stream | None:
    """By a stream's first packet; None: not a kind of sound that is known here."""
    found = None
    if packet.startswith(b"OpusHead"):
        found = _Stream("opus", OPUS_RATE, little(packet, 10, 2))
    elif packet.startswith(b"\x01vorbis"):
        found = _Stream("vorbis", little(packet, 12, 4))
    elif packet.startswith(b"Speex   "):
        found = _Stream("speex", little(packet, 36, 4))
    return found if found and found.rate else None


def _judged(streams: dict[int, _Stream | None]) -> Audio:
    known = [stream for stream in streams.values() if stream is not None]
    if not known:
        return damaged("an Ogg file of no known kind of sound")
    if not all(stream.is_whole for stream in known):
        return damaged("ends before its last Ogg page")
    seconds = sum(stream.seconds for stream in known)
    if not seconds:
        return damaged("an Ogg file without any sound")
    return Audio("audio/ogg", round(seconds, 3), codec=known[0].codec)
