from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_files import Maker

from trunkline.audio import Audio, inspect, judge
from trunkline.audio.found import MAX_SECONDS

CHEAP = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADS = [
    b"",
    b"RIFF\0\0\0\0WAVE",
    b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0",
    b"OggS\0\x02",
    b"ID3\x04",
    b"\xff\xfb\x90\0",
    b"\xff\xe3",
]


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (b"<!doctype html><html>", "HTML instead of audio"),
        (b"\r\n  <html>", "HTML instead of audio"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "HTML instead of audio"),
        (b'{"error":{"code":"400"}}', "JSON instead of audio"),
        (b" []", "JSON instead of audio"),
        (b"hello", "no known audio"),
        (b"\xff", "no known audio"),
        (b"RIFF\0\0\0\0AVI LIST", "no known audio"),
        (b"", "zero bytes"),
    ],
)
def test_what_is_no_audio(data: bytes, damage: str, tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    path.write_bytes(data)
    assert judge(data) == inspect(path) == Audio(damage=damage)


def is_sensible(found: Audio) -> bool:
    if found.damage is not None:
        return found == Audio(damage=found.damage) and 0 < len(found.damage) < 100
    return bool(found.media_type and found.codec) and 0 <= (found.audio_seconds or 0) <= MAX_SECONDS


@CHEAP
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_no_bytes_are_too_strange(head: bytes, rest: bytes) -> None:
    assert is_sensible(judge(head + rest))


@CHEAP
@given(st.data())
def test_no_damage_to_a_real_file_is_too_strange(make: Maker, data: st.DataObject) -> None:
    kind = data.draw(
        st.sampled_from([("WAV", "GSM610"), ("WAVEX", "PCM_16"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
    )
    whole = bytearray(make(*kind, seconds=0.5).read_bytes())
    for position, octet in data.draw(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), max_size=4)):
        whole[position] = octet
    assert is_sensible(judge(bytes(whole[: data.draw(st.integers(0, len(whole)))])))


@pytest.mark.parametrize(
    "data",
    [
        b"ID3\x04\0\0\0\0\0\0" + bytes(64_000_000),
        b"ID3\x04\0\0\0\0\0\0" + b"\xff" * 64_000_000,
        b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * 5_000_000,
    ],
    ids=["zeros", "sync", "chunks"],
)
def test_a_large_file_of_nothing_is_not_read_to_its_end(data: bytes) -> None:
    began = time.process_time()
    assert judge(data).damage is not None
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("kind", "data"), [("mp3", b"\xff\xf3\x14\xc0" + bytes(20)), ("ogg", b"OggS" + bytes(23))], ids=["frames", "pages"]
)
def test_there_is_an_end_to_the_parts_looked_at(monkeypatch: pytest.MonkeyPatch, kind: str, data: bytes) -> None:
    monkeypatch.setattr(f"trunkline.audio.{kind}.MAX_PARTS", 1000)
    assert str(judge(data * 1100).damage).endswith("than any recording has")
