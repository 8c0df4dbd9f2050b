from __future__ import annotations

import struct

import pytest
from real_files import Maker

from trunkline.audio import Audio, inspect, judge

FRAME_BYTES = 288  # 32 kbit/s at 8 kHz
ID3 = b"ID3\x04\0\0" + bytes([0, 0, 1, 0]) + bytes(128)


@pytest.fixture
def constant(make: Maker) -> bytes:
    """32 kbit/s at 8 kHz, as LAME writes it: the first frame holds the count."""
    return make("MP3", "MPEG_LAYER_III", 10.0, compression_level=1 - 24 / 56, bitrate_mode="CONSTANT").read_bytes()


@pytest.fixture
def plain(constant: bytes) -> bytes:
    """The same without that frame, as simple encoders write it."""
    return constant[FRAME_BYTES:]


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE", "AVERAGE"])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_length_and_codec(make: Maker, rate: int, mode: str) -> None:
    found = inspect(make("MP3", "MPEG_LAYER_III", 10.0, rate, compression_level=0.5, bitrate_mode=mode))
    assert (found.media_type, found.codec, found.damage) == ("audio/mpeg", "mp3", None)
    assert found.audio_seconds == pytest.approx(10.0, abs=0.3), "LAME fills up the last frame"


def test_without_a_count_the_frames_are_counted(constant: bytes, plain: bytes) -> None:
    assert judge(plain) == judge(constant)
    assert judge(plain).audio_seconds == len(plain) // FRAME_BYTES * 576 / 8000


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ID3, b""),
        (b"", b"TAG" + bytes(125)),
        (ID3 + ID3, b"APETAGEX" + bytes(50)),
        (b"", bytes(500)),
        (b"\xff\xfa", b""),
    ],
)
def test_tags_and_padding_are_no_sound(constant: bytes, before: bytes, after: bytes) -> None:
    assert judge(before + constant + after) == judge(constant)


def test_a_little_junk_in_the_middle_is_passed_over(plain: bytes) -> None:
    half = 50 * FRAME_BYTES
    assert judge(plain[:half] + b"\xff\xff junk" + plain[half:]) == judge(plain)
    assert judge(plain[:half] + bytes(5000) + plain[half:]) == Audio(damage="no MP3 after 50 frames")


def test_a_cut_within_a_frame_is_seen(plain: bytes) -> None:
    starts = set(range(0, len(plain), FRAME_BYTES))
    for end in range(FRAME_BYTES, len(plain), 13):
        found = judge(plain[:end])
        assert (found.damage is None) == (end in starts)


def test_a_cut_between_two_frames_is_seen_where_there_is_a_count(constant: bytes, plain: bytes) -> None:
    assert judge(constant[: 101 * FRAME_BYTES]).damage == f"ends after 100 of {len(plain) // FRAME_BYTES} MP3 frames"
    assert judge(plain[: 100 * FRAME_BYTES]).damage is None, "nothing in the file tells"


def test_a_vbri_frame_holds_a_count_too(plain: bytes) -> None:
    frames = len(plain) // FRAME_BYTES
    head = plain[:4] + bytes(32) + struct.pack(">4sHHHII", b"VBRI", 1, 0, 0, len(plain), frames)
    vbri = head + bytes(FRAME_BYTES - len(head))
    assert judge(vbri + plain) == judge(plain)
    assert judge(vbri + plain[: 50 * FRAME_BYTES]).damage == f"ends after 50 of {frames} MP3 frames"


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (ID3, "no MP3 frame in it"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", "no MP3 frame in it"),
        (b"\xff\xe3\x48", "no MP3 frame in it"),
        (b"\xff\xe3\x48\xc4" + bytes(100), "ends within an MP3 frame, after 0 frames"),
        (b"\xff\xe3\x48\xc4" + bytes(32) + b"Info" + bytes(FRAME_BYTES - 40), "an MP3 file without any sound"),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "no MP3 frame in it"),
        (b"\xff\xf1\x60\x40" * 300, "no MP3 frame in it"),
    ],
)
def test_what_is_no_recording(data: bytes, damage: str) -> None:
    assert judge(data) == Audio(damage=damage)
