"""The download of one recording: streamed, verified, and asked for again where that may help."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx
import stamina

from trunkline.adapters.patience import PASSING
from trunkline.adapters.pbx.base import Surface
from trunkline.adapters.pbx.odata import error_text
from trunkline.audio import Audio, inspect, judge
from trunkline.errors import BadAnswer, TokenSuperseded, Unreachable
from trunkline.recordings import FILE_IS_GONE, Attempt
from trunkline.tasks.arriving import Arriving

ATTEMPTS = 4  # in one run, of what passes: a busy PBX, a lost connection
DOUBTED_ATTEMPTS = 2  # of a file that comes damaged, or is said to be gone in a way that other faults look like too
MOST_ATTEMPTS = 20  # of a file that each attempt brings further
MAX_FILE_BYTES = 2 * 1024**3  # a day of 16-bit PCM at 8 kHz is 1.4 GB
HELD_BYTES = 1 << 20  # in memory before it is hashed and written: most recordings in one piece


@dataclass(frozen=True)
class Download:
    """What one request gave; the file's hash and size, if one came."""

    attempt: Attempt
    sha256: str = ""
    size: int = 0


class _Again(Exception):
    """The answer may be another one soon; carries it in case none is."""

    def __init__(self, download: Download) -> None:
        super().__init__(download.attempt.status)
        self.download = download


class _Patience:
    """Whether a file is asked for again after an error."""

    def __init__(self, file: Arriving) -> None:
        self._file = file
        self._failed = self._doubted = 0

    def __call__(self, error: Exception) -> bool:
        if not isinstance(error, _Again | Unreachable | BadAnswer | TokenSuperseded):
            return False
        if self._file.has_gone_on:
            return True
        self._failed += 1
        if isinstance(error, _Again) and error.download.attempt.status not in PASSING:
            self._doubted += 1
            return self._doubted < DOUBTED_ATTEMPTS
        return self._failed < ATTEMPTS


async def download(surface: Surface, native_id: str, path: Path) -> Download:
    """The recording, at `path` if one came.

    Raises:
        DiskFull: No space.
        Unreachable, BadAnswer, TokenSuperseded: It could not be asked for.
    """
    try:
        with Arriving(path) as file:
            async for attempt in stamina.retry_context(
                on=_Patience(file), attempts=MOST_ATTEMPTS, wait_initial=0.2, wait_max=5
            ):
                with attempt:
                    found = await _once(surface, native_id, file)
                    if _may_pass(found.attempt):
                        raise _Again(found)
                    return found
    except _Again as last:
        return last.download
    raise AssertionError("a retry loop ends by returning or raising")  # pragma: no cover


def _may_pass(attempt: Attempt) -> bool:
    is_damaged = attempt.audio is not None and attempt.audio.damage is not None
    return is_damaged or attempt.status in PASSING or attempt.status == FILE_IS_GONE


async def _once(surface: Surface, native_id: str, file: Arriving) -> Download:
    """One request, or two where the first asked for a part that the PBX then did not give."""
    while True:
        request = file.request()
        async with surface.download(native_id, request) as response:
            if file.accepts(response):
                held = await _receive(response, file)
                break
            if "Range" not in request or response.status_code not in {206, 416}:
                await response.aread()
                return Download(Attempt(response.status_code, error_text(response)))
            file.start_anew()
    if file.size + sum(map(len, held)) < HELD_BYTES:
        return _finished(file, held)  # 0.7 ms for half a megabyte; to have a thread do it costs 1 ms more (measured)
    return await asyncio.to_thread(_finished, file, held)  # the connection is free for the next one meanwhile


async def _receive(response: httpx.Response, file: Arriving) -> list[bytes]:
    """Reads a body to its end; returns the pieces that are not written yet. A body that ends early is no error here."""
    held: list[bytes] = []
    size = 0
    try:
        async for piece in response.aiter_bytes():
            held.append(piece)
            size += len(piece)
            if file.size + size > MAX_FILE_BYTES:
                break
            if size >= HELD_BYTES:
                full, held, size = held, [], 0
                await asyncio.to_thread(file.write, full)
    except httpx.RemoteProtocolError:
        file.is_cut = True
    except httpx.TransportError:
        file.is_cut = True
        file.write(held)  # the next request may go on from there
        raise
    return held


def _finished(file: Arriving, held: list[bytes]) -> Download:
    whole = None if file.size else b"".join(held)
    file.write(held if whole is None else [whole])
    if file.size > MAX_FILE_BYTES:
        return Download(Attempt(200, audio=Audio(damage="larger than any recording")))
    audio = inspect(file.path) if whole is None else judge(whole)
    if file.missing:
        audio = Audio(damage=file.missing)
    return Download(Attempt(200, audio=audio), file.sha256, file.size)
