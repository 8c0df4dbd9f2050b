from __future__ import annotations

import struct
from pathlib import Path

import pytest
from real_files import Maker, chunk, fmt, riff

from trunkline.audio import Audio, inspect, judge

GSM = fmt(0x31, 1625, align=65)


@pytest.mark.parametrize(
    ("container", "subtype", "codec"),
    [
        ("WAV", "PCM_16", "pcm_s16le"),
        ("WAV", "PCM_U8", "pcm_u8"),
        ("WAVEX", "PCM_16", "pcm_s16le"),
        ("WAVEX", "ULAW", "mulaw"),
        ("WAV", "ALAW", "alaw"),
        ("WAV", "ULAW", "mulaw"),
        ("WAV", "FLOAT", "pcm_f32le"),
        ("WAV", "GSM610", "gsm"),
        ("WAV", "IMA_ADPCM", "adpcm_ima"),
        ("WAV", "MS_ADPCM", "adpcm_ms"),
        ("WAV", "G721_32", "g726"),
    ],
)
def test_every_kind_that_telephony_writes(make: Maker, container: str, subtype: str, codec: str) -> None:
    found = inspect(make(container, subtype, seconds=7.3))
    assert (found.media_type, found.codec, found.damage) == ("audio/wav", codec, None)
    assert found.audio_seconds == pytest.approx(7.3, abs=0.1)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16_000])
def test_pcm_is_as_long_as_its_samples_say(make: Maker, rate: int, channels: int) -> None:
    assert inspect(make("WAV", "PCM_16", 2.5, rate, channels)) == Audio("audio/wav", 2.5, codec="pcm_s16le")


@pytest.mark.parametrize(
    ("tag", "byte_rate", "codec"),
    [
        (0x55, 4000, "mp3"),
        (0x83, 1000, "g729"),
        (0x22, 1067, "truespeech"),
        (0x45, 4000, "g726"),
        (0x1234, 1000, "wav_0x1234"),
    ],
)
def test_kinds_that_only_their_tag_tells(tag: int, byte_rate: int, codec: str) -> None:
    data = riff(fmt(tag, byte_rate), chunk(b"data", bytes(byte_rate * 3)))
    assert judge(data) == Audio("audio/wav", 3.0, codec=codec)


def test_an_extensible_format_of_another_family_has_no_plain_tag() -> None:
    body = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 8000, 1, 8, 22, 8, 0) + b"\x01\0" + bytes(14)
    data = riff(chunk(b"fmt ", body), chunk(b"data", bytes(8000)))
    assert judge(data) == Audio("audio/wav", 1.0, codec="wav_0xfffe")


def test_a_wrong_byte_rate_of_pcm_is_not_believed() -> None:
    data = riff(fmt(1, 99, bits=16, align=2), chunk(b"data", bytes(16_000)))
    assert judge(data).audio_seconds == 1.0


def test_the_sample_count_is_exact_where_it_was_filled_in() -> None:
    fact = chunk(b"fact", struct.pack("<I", 23_904))
    assert judge(riff(GSM, fact, chunk(b"data", bytes(1625 * 3)))).audio_seconds == 2.988


@pytest.mark.parametrize("samples", [0, 1, 8000 * 60])
def test_a_sample_count_that_was_not_filled_in_is_left_aside(samples: int) -> None:
    fact = chunk(b"fact", struct.pack("<I", samples))
    assert judge(riff(GSM, fact, chunk(b"data", bytes(1625 * 3)))).audio_seconds == 3.0


def test_an_odd_chunk_before_the_data_is_padded() -> None:
    data = riff(chunk(b"LIST", b"abc") + b"\0", GSM, chunk(b"data", bytes(1625)))
    assert judge(data) == Audio("audio/wav", 1.0, codec="gsm")


def test_a_long_chunk_before_the_data_is_passed_over() -> None:
    data = riff(chunk(b"JUNK", bytes(200_000)), GSM, chunk(b"data", bytes(1625)))
    assert judge(data).audio_seconds == 1.0


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF])
def test_a_header_written_before_the_length_was_known(length: int) -> None:
    data = riff(GSM, chunk(b"data", bytes(1625 * 2), length))
    assert judge(data) == Audio("audio/wav", 2.0, codec="gsm")


@pytest.mark.parametrize("subtype", ["PCM_16", "ALAW", "GSM610"])
def test_an_empty_recording_is_a_header_only(make: Maker, subtype: str) -> None:
    assert inspect(make("WAV", subtype, seconds=0)).damage == "a WAV header without any sound"


def test_an_empty_recording_with_a_note_behind() -> None:
    parts = GSM, chunk(b"data", b""), chunk(b"LIST", b"INFO")
    data = riff(*parts, length=4 + sum(map(len, parts)))
    assert judge(data).damage == "a WAV header without any sound"


def test_a_file_that_ends_early_is_damaged(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.write_bytes(make("WAV", "PCM_16").read_bytes()[:10_044])
    assert inspect(path) == Audio(damage="ends after 10000 of 40000 bytes")


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (riff(), "a WAV header without its parts"),
        (riff(b"fmt "), "a WAV header without its parts"),
        (riff(chunk(b"data", b"1234")), "a WAV header without its parts"),
        (riff(GSM), "a WAV header without its parts"),
        (riff(fmt(0x31, 0), chunk(b"data", b"1234")), "a WAV header without its parts"),
        (riff(fmt(1, 8000, bits=8, channels=0), chunk(b"data", b"1234")), "a WAV header without its parts"),
        (riff(fmt(1, 8000, bits=7), chunk(b"data", b"1234")), "a WAV header that cannot be: samples of 7 bits"),
        (riff(fmt(0x31, 1), chunk(b"data", bytes(200_000))), "claims to be 56 hours long"),
        (riff(GSM, chunk(b"data", b"", 99)), "ends after 0 of 99 bytes"),
        (riff(*[chunk(b"LIST", b"")] * 200, GSM, chunk(b"data", b"1234")), "a WAV header without its parts"),
    ],
)
def test_headers_that_are_no_recording(data: bytes, damage: str) -> None:
    assert judge(data) == Audio(damage=damage)
