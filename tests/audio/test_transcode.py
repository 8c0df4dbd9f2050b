from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from real_files import Maker, chunk, fmt, riff

from trunkline.audio import Audio, inspect
from trunkline.encoders import by_ffmpeg, by_library
from trunkline.transcode import MISSING, NotTranscoded, transcode

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="needs ffmpeg")
WANTED = ("opus", "mp3")
GOING = threading.Event()
MEDIA_TYPES = {"opus": "audio/ogg", "mp3": "audio/mpeg"}


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Takes the other encoders off this machine, as far as this process sees."""

    def keep(encoder: Any = None) -> None:
        if encoder is not by_library:
            monkeypatch.setitem(sys.modules, "soundfile", None)  # importing it fails
        folder = tmp_path / "bin"
        folder.mkdir()
        if encoder is by_ffmpeg:
            (folder / "ffmpeg").symlink_to(str(FFMPEG))
        monkeypatch.setenv("PATH", str(folder))

    return keep


ENCODERS = pytest.mark.parametrize("encoder", [by_library, pytest.param(by_ffmpeg, marks=needs_ffmpeg)])


def loudest_hertz(path: Path) -> float:
    """The pitch that a file's sound has above all."""
    sound, rate = soundfile.read(path)
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * rate / len(sound))


@ENCODERS
@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize(
    ("subtype", "rate", "channels"),
    [("PCM_16", 8000, 1), ("PCM_16", 16_000, 2), ("ULAW", 8000, 1), ("PCM_U8", 8000, 1)],
)
def test_the_same_sound_in_one_channel(
    only: Any, tmp_path: Path, encoder: Any, wanted: Any, subtype: str, rate: int, channels: int
) -> None:
    source, target = tmp_path / "1", tmp_path / "2"
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate * 4) / rate)
    soundfile.write(source, np.stack([tone] * channels, axis=1), rate, subtype, format="WAV")
    only(encoder)
    made = transcode(source, target, wanted, inspect(source), GOING)
    assert (made.media_type, made.codec) == (MEDIA_TYPES[wanted], wanted)
    assert made.audio_seconds == pytest.approx(4.0, abs=0.2)
    assert soundfile.info(str(target)).channels == 1
    assert loudest_hertz(target) == pytest.approx(440, abs=2)
    assert target.stat().st_size * 8 / 4 < 50_000, "its bit rate is one for voices"


@ENCODERS
@pytest.mark.parametrize("wanted", WANTED)
def test_nothing_that_tells_of_a_person_is_copied(only: Any, tmp_path: Path, encoder: Any, wanted: Any) -> None:
    source, target = tmp_path / "Jane Doe-1", tmp_path / "Jane Doe-2"
    with soundfile.SoundFile(source, "w", 8000, 1, "PCM_16", format="WAV") as file:
        file.title, file.artist, file.comment = "Call of Jane Doe", "Jane Doe", "+61 8 5550 1234"
        file.write(np.zeros(24_000))
    assert b"Jane Doe" in source.read_bytes()
    only(encoder)
    transcode(source, target, wanted, inspect(source), GOING)
    assert not any(word in target.read_bytes() for word in (b"Jane", b"5550", str(tmp_path).encode()))


@ENCODERS
def test_what_would_be_no_smaller_stays(only: Any, make: Maker, tmp_path: Path, encoder: Any) -> None:
    source, target = make("WAV", "GSM610", 5.0), tmp_path / "2"
    only(encoder)
    with pytest.raises(NotTranscoded, match="no smaller as mp3"):
        transcode(source, target, "mp3", inspect(source), GOING)
    assert not target.exists()


@needs_ffmpeg
def test_what_the_library_cannot_do_ffmpeg_does(make: Maker, tmp_path: Path) -> None:
    """Opus from 11025 Hz is not possible with libsndfile."""
    source = make("WAV", "PCM_16", 4.0, 11_025)
    made = transcode(source, tmp_path / "2", "opus", inspect(source), GOING)
    assert (made.codec, made.audio_seconds) == ("opus", 4.0)


def test_the_library_alone_says_why_it_cannot(only: Any, make: Maker, tmp_path: Path) -> None:
    source = make("WAV", "PCM_16", 4.0, 11_025)
    only(by_library)
    with pytest.raises(NotTranscoded, match=r"libsndfile: .*Opus only supports sample rates of") as refusal:
        transcode(source, tmp_path / "2", "opus", inspect(source), GOING)
    assert str(tmp_path) not in str(refusal.value)
    assert not (tmp_path / "2").exists()


@ENCODERS
def test_a_kind_of_sound_that_is_not_known(only: Any, tmp_path: Path, encoder: Any) -> None:
    source, target = tmp_path / "1", tmp_path / "2"
    source.write_bytes(riff(fmt(0x1234, 1000), chunk(b"data", bytes(3000))))
    only(encoder)
    with pytest.raises(NotTranscoded, match=r"^(libsndfile|ffmpeg): .+") as refusal:
        transcode(source, target, "mp3", inspect(source), GOING)
    assert str(tmp_path) not in str(refusal.value)
    assert not target.exists()


@ENCODERS
@pytest.mark.parametrize("seconds", [1.0, 100.0])
def test_a_result_of_another_length_is_not_believed(
    only: Any, make: Maker, tmp_path: Path, encoder: Any, seconds: float
) -> None:
    source, target = make("WAV", "PCM_16", 20.0), tmp_path / "2"
    only(encoder)
    with pytest.raises(NotTranscoded, match=r"the result is .* s long, the original|decodes to more than its length"):
        transcode(source, target, "mp3", Audio("audio/wav", seconds, codec="pcm_s16le"), GOING)
    assert not target.exists()


@ENCODERS
def test_it_stops_when_told(only: Any, make: Maker, tmp_path: Path, encoder: Any) -> None:
    source, target, stop = make("WAV", "PCM_16", 120.0), tmp_path / "2", threading.Event()
    only(encoder)
    stop.set()
    with pytest.raises(NotTranscoded, match="stopped"):
        transcode(source, target, "opus", inspect(source), stop)
    assert not target.exists()


def test_neither_is_installed(only: Any, make: Maker, tmp_path: Path) -> None:
    source = make("WAV", "PCM_16")
    only()
    with pytest.raises(NotTranscoded) as refusal:
        transcode(source, tmp_path / "2", "opus", inspect(source), GOING)
    assert str(refusal.value) == MISSING
