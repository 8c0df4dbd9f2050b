from __future__ import annotations

import struct

import pytest
from real_files import Maker

from trunkline.audio import Audio, inspect, judge


def page(body: bytes, *, flags: int = 0, position: int = 0, serial: int = 7) -> bytes:
    """An Ogg page by hand, with one packet."""
    table = bytes([255] * (len(body) // 255) + [len(body) % 255])
    return struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, serial, 0, 0, len(table)) + table + body


def pages(data: bytes) -> list[bytes]:
    """A file's pages: the name never occurs within these."""
    return [b"OggS" + rest for rest in data.split(b"OggS")[1:]]


SPEEX = b"Speex   " + bytes(28) + struct.pack("<i", 8000) + bytes(40)


@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
@pytest.mark.parametrize(("subtype", "codec"), [("OPUS", "opus"), ("VORBIS", "vorbis")])
def test_length_and_codec(make: Maker, subtype: str, codec: str, rate: int) -> None:
    found = inspect(make("OGG", subtype, 4.3, rate))
    assert (found.media_type, found.codec, found.damage) == ("audio/ogg", codec, None)
    assert found.audio_seconds == pytest.approx(4.3, abs=0.01)


def test_speex() -> None:
    data = (
        page(SPEEX, flags=2) + page(b"comment") + page(b"x" * 300, position=4000) + page(b"", flags=4, position=12_000)
    )
    assert judge(data) == Audio("audio/ogg", 1.5, codec="speex")


def test_streams_one_after_the_other_are_one_recording(make: Maker) -> None:
    one = make("OGG", "OPUS", 2.5).read_bytes()
    other = make("OGG", "OPUS", 4.3).read_bytes()
    assert judge(one + other).audio_seconds == pytest.approx(6.8, abs=0.02)
    assert judge(one + other[:-100]).damage is not None


def test_what_follows_the_last_page_is_no_sound(make: Maker) -> None:
    data = make("OGG", "OPUS").read_bytes()
    assert judge(data + bytes(100)) == judge(data)


def test_every_cut_is_seen(make: Maker) -> None:
    """Within a page by its size, between two pages by the missing last one."""
    data = make("OGG", "OPUS", 20.0).read_bytes()
    assert judge(data).damage is None
    damages = {judge(data[:end]).damage for end in range(64, len(data), 97)}
    assert None not in damages
    assert {str(one).partition(",")[0] for one in damages} <= {
        "ends within an Ogg page",
        "ends before its last Ogg page",
    }
    between = judge(b"".join(pages(data)[:-1]))
    assert between == Audio(damage="ends before its last Ogg page")


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (b"OggS\0\x02", "ends within an Ogg page, at byte 6 of at least 27"),
        (page(b"\x80theora", flags=2) + page(b"", flags=4), "an Ogg file of no known kind of sound"),
        (page(b"OpusHead\x01\x01\0\0", flags=2) + page(b"tags", flags=4), "an Ogg file without any sound"),
        (page(b"\x01vorbis" + bytes(23), flags=2), "an Ogg file of no known kind of sound"),
        (b"".join(page(SPEEX, flags=2, serial=n) for n in range(200)), "more Ogg streams than any recording has"),
        (page(SPEEX, flags=2) + b"<html>", "no Ogg page at byte 108 of 114"),
        (page(SPEEX, flags=6, position=2**60), "claims to be 40031996688 hours long"),
    ],
)
def test_what_is_no_recording(data: bytes, damage: str) -> None:
    assert judge(data) == Audio(damage=damage)
