"""A recording in another format: one channel, at a bit rate for voices, with no tags; believed only if it is whole."""

from __future__ import annotations

import threading
from pathlib import Path

from trunkline.audio import Audio, inspect
from trunkline.encoders import CannotEncode, Order, Wanted, installed

MAX_SECONDS_OFF = 0.5
MAX_PART_OFF = 0.01
MISSING = "neither libsndfile nor ffmpeg is installed"


class NotTranscoded(Exception):
    """Why the original is kept."""


def transcode(source: Path, target: Path, wanted: Wanted, audio: Audio, stop: threading.Event) -> Audio:
    """Writes `target` in the wanted format and returns what it is; takes one core for seconds or minutes.

    `audio` is what `source` was found to be. Setting `stop`, from another thread, ends the work soon.

    Raises:
        NotTranscoded: No encoder could do it, or what it made is not as long as the original, or not smaller.
    """
    try:
        _encode(source, target, wanted, audio, stop)
        made = inspect(target)
        _compare(audio, made, wanted)
        if target.stat().st_size >= source.stat().st_size:
            raise NotTranscoded(f"it would be no smaller as {wanted}")
    except NotTranscoded:
        target.unlink(missing_ok=True)
        raise
    return made


def _encode(source: Path, target: Path, wanted: Wanted, audio: Audio, stop: threading.Event) -> None:
    seconds = audio.audio_seconds or 0
    order = Order(source, target, wanted, audio.media_type or "", seconds + _leeway(seconds) + 1, stop)
    refusals = []
    for name, encode in installed().items():
        try:
            return encode(order)
        except CannotEncode as error:
            refusals.append(f"{name}: {error}")
    raise NotTranscoded("; ".join(refusals) or MISSING)


def _compare(original: Audio, made: Audio, wanted: Wanted) -> None:
    if made.damage is not None or made.codec != wanted:
        raise NotTranscoded(f"the result is no whole {wanted} file: {made.damage or made.codec}")
    before, after = original.audio_seconds or 0, made.audio_seconds or 0
    if abs(after - before) > _leeway(before):
        raise NotTranscoded(f"the result is {after:g} s long, the original {before:g} s")


def _leeway(seconds: float) -> float:
    """How far two lengths of one recording may differ: encoders fill up their last frame."""
    return max(MAX_SECONDS_OFF, MAX_PART_OFF * seconds)
