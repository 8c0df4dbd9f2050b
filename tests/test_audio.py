from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest

from trunkline.audio import Audio, inspect, judge


def pcm(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setparams((1, 2, rate, 0, "NONE", ""))
        audio.writeframes(b"\0\0" * round(seconds * rate))
    return file.getvalue()


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if length is None else length) + body


def wav(*chunks: bytes) -> bytes:
    return b"RIFF\xff\xff\xff\xffWAVE" + b"".join(chunks)


GSM = chunk(b"fmt ", struct.pack("<HHIIHHHH", 49, 1, 8000, 1625, 65, 0, 2, 320))


def test_plain_pcm_and_its_length(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.write_bytes(pcm(2.5))
    assert inspect(path) == Audio("audio/wav", 2.5)


def test_a_compressed_wav_is_as_long_as_its_byte_rate_says() -> None:
    data = wav(GSM, chunk(b"fact", b"\0\0\0\0"), chunk(b"data", bytes(1625 * 3)))
    assert judge(data, len(data)) == Audio("audio/wav", 3.0)


def test_an_odd_chunk_before_the_data_is_padded() -> None:
    data = wav(chunk(b"LIST", b"abc") + b"\0", GSM, chunk(b"data", bytes(1625)))
    assert judge(data, len(data)) == Audio("audio/wav", 1.0)


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF])
def test_a_header_written_before_the_length_was_known(length: int) -> None:
    data = wav(GSM, chunk(b"data", bytes(1625 * 2), length))
    assert judge(data, len(data)) == Audio("audio/wav", 2.0)


def test_a_file_that_ends_early_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.write_bytes(pcm(2.0)[:10_044])
    assert inspect(path) == Audio(damage="ends after 10000 of 32000 bytes")


def test_only_the_first_bytes_are_read_of_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.write_bytes(pcm(60.0))
    assert inspect(path) == Audio("audio/wav", 60.0)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\0", "audio/mpeg"),
        (b"\xff\xf3\x18\xc4", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
    ],
)
def test_other_kinds_by_their_first_bytes(head: bytes, kind: str) -> None:
    assert judge(head, 5000) == Audio(kind)


@pytest.mark.parametrize(
    ("head", "damage"),
    [
        (b"<!doctype html><html>", "HTML instead of audio"),
        (b"\r\n  <html>", "HTML instead of audio"),
        (b'{"error":{"code":"400"}}', "JSON instead of audio"),
        (b"hello", "no known audio"),
        (b"\xff", "no known audio"),
        (b"RIFF\0\0\0\0AVI LIST", "no known audio"),
        (b"RIFF\0\0\0\0WAVE", "a WAV header without its parts"),
        (wav(chunk(b"data", b"1234")), "a WAV header without its parts"),
    ],
)
def test_what_is_no_recording(head: bytes, damage: str) -> None:
    assert judge(head, len(head)) == Audio(damage=damage)


def test_zero_bytes(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.touch()
    assert inspect(path) == Audio(damage="zero bytes")
