from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from real_files import Maker

from trunkline.audio import inspect
from trunkline.config import Account, Pbx
from trunkline.store.recordings import Waiting
from trunkline.tasks.keep import made_ready
from trunkline.tasks.work import Site

ONE = Waiting("main:7", "7", dt.datetime(2026, 9, 14, 23, 30, tzinfo=dt.UTC), 0, is_archived=False)


def site(wanted: Any) -> Site:
    pbx = Pbx(id="main", url="https://pbx.example", client_id="900", client_secret="env:X")
    return Site(Account(id="acme", name="Acme", timezone="UTC", country="AU", recording_format=wanted, pbx=(pbx,)), pbx)


@pytest.mark.parametrize(
    ("wanted", "container", "subtype", "key"),
    [
        ("original", "WAV", "PCM_16", "acme/main/2026/09/14/7.wav"),
        ("mp3", "MP3", "MPEG_LAYER_III", "acme/main/2026/09/14/7.mp3"),
        ("opus", "OGG", "OPUS", "acme/main/2026/09/14/7.ogg"),
    ],
)
def test_what_is_in_the_wanted_format_already_stays_as_it_is(
    make: Maker, tmp_path: Path, wanted: str, container: str, subtype: str, key: str
) -> None:
    path = Path(shutil.copy(make(container, subtype), tmp_path / "partial"))
    found, before = inspect(path), path.read_bytes()
    columns = asyncio.run(made_ready(site(wanted), ONE, path, found, len(before)))
    assert path.read_bytes() == before
    assert columns == {
        "path": key,
        "bytes": len(before),
        "kept_sha256": None,
        "original_bytes": None,
        "media_type": found.media_type,
        "codec": found.codec,
        "audio_seconds": found.audio_seconds,
    }


def test_a_larger_result_leaves_the_original_and_says_so(make: Maker, tmp_path: Path) -> None:
    path = Path(shutil.copy(make("WAV", "GSM610", 5.0), tmp_path / "partial"))
    before = path.read_bytes()
    columns = asyncio.run(made_ready(site("mp3"), ONE, path, inspect(path), len(before)))
    assert path.read_bytes() == before
    assert (columns["path"][-4:], columns["codec"], columns["bytes"]) == (".wav", "gsm", len(before))
    assert columns["evidence"] == {"kept": "original", "wanted": "mp3", "why": "it would be no smaller as mp3"}
    assert list(tmp_path.iterdir()) == [path]


async def until(happens: Callable[[], bool]) -> None:
    for _look in range(200):
        if happens():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen within ten seconds")


def test_other_work_goes_on_meanwhile_and_an_interrupt_ends_it_soon(make: Maker, tmp_path: Path) -> None:
    path = Path(shutil.copy(make("WAV", "PCM_16", 600.0), tmp_path / "partial"))
    before, target = path.stat().st_size, tmp_path / "partial.opus"

    async def run() -> list[float]:
        task = asyncio.create_task(made_ready(site("opus"), ONE, path, inspect(path), before))
        await until(target.exists)
        waits = []
        for _beat in range(10):
            began = time.perf_counter()
            await asyncio.sleep(0.02)
            waits.append(time.perf_counter() - began)
        assert not task.done(), "ten minutes take longer than this"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not target.exists())
        return waits

    waits = asyncio.run(run())
    assert sorted(waits)[len(waits) // 2] < 0.3, "the loop is free while a core encodes"
    assert [(one.name, one.stat().st_size) for one in tmp_path.iterdir()] == [("partial", before)]
