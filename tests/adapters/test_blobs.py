from __future__ import annotations

import asyncio
import datetime as dt
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trunkline.adapters.blobs import Blob, Blobs, full_disk_said
from trunkline.errors import DiskFull

KEY = "acme/acme-main/2026/09/14/7.wav"
SMALL_DISK = """
import asyncio, pathlib, resource, sys
from trunkline.adapters.blobs import Blobs
from trunkline.errors import DiskFull
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    asyncio.run(Blobs(sys.argv[1]).put("a/b.bin", bytes(5000)))
except DiskFull as error:
    print(error)
"""

ENDS_AT_ONCE = """
import asyncio, sys
from trunkline.adapters.blobs import Blobs
asyncio.run(Blobs(sys.argv[1]).exists("a/b.bin"))
"""


def test_a_file_is_kept_under_its_key(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "recordings"))

    async def run() -> tuple[bool, bool, bytes]:
        before = await blobs.exists(KEY)
        await blobs.put(KEY, b"RIFF")
        return before, await blobs.exists(KEY), await blobs.get(KEY)

    assert asyncio.run(run()) == (False, True, b"RIFF")
    assert (tmp_path / "recordings" / KEY).read_bytes() == b"RIFF"


def test_a_written_file_is_moved_and_not_copied(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "recordings"))
    partial = blobs.partial_folder(tmp_path / "state") / "7-x"
    partial.write_bytes(b"RIFF")
    inode = partial.stat().st_ino
    asyncio.run(blobs.put(KEY, partial))
    assert (tmp_path / "recordings" / KEY).stat().st_ino == inode
    assert not partial.exists()


def test_a_key_is_written_over_in_one_step(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    for data in (b"longer than the next", b"short"):
        asyncio.run(blobs.put(KEY, data))
    assert (tmp_path / KEY).read_bytes() == b"short"
    assert list((tmp_path / ".partial").iterdir()) == []


@pytest.mark.parametrize("place", ["folder", "memory:///"])
def test_files_are_removed_also_where_some_are_gone_already(place: str, tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / place) if place == "folder" else place)
    keys = ["acme/pbx/2026/09/14/1.wav", "acme/pbx/2026/09/14/2.wav", "acme/pbx/2026/09/15/3.wav"]

    async def run() -> list[str]:
        for key in keys:
            await blobs.put(key, b"RIFF")
        await blobs.remove(["acme/gone.wav", *keys[:2]])
        await blobs.remove([])
        return [blob.key for blob in await blobs.list("acme")]

    assert asyncio.run(run()) == keys[2:]
    if blobs.folder:
        assert [path.name for path in (blobs.folder / "acme/pbx/2026/09").iterdir()] == ["15"], "no empty folder stays"


def test_folders_are_for_this_user_alone(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "recordings"))
    asyncio.run(blobs.put(KEY, b"RIFF"))
    folders = [tmp_path / "recordings", blobs.partial_folder(tmp_path)]
    assert [folder.stat().st_mode & 0o077 for folder in folders] == [0, 0]


def test_a_store_by_url_takes_bytes_and_files(tmp_path: Path) -> None:
    blobs = Blobs("memory:///")
    written = blobs.partial_folder(tmp_path / "state") / "7-x"
    written.write_bytes(b"RIFF")
    assert written.parent == tmp_path / "state" / ".partial"

    async def run() -> tuple[bool, bytes, bytes]:
        await blobs.put("a", written)
        await blobs.put("b", b"data")
        return await blobs.exists("c"), await blobs.get("a"), await blobs.get("b")

    assert asyncio.run(run()) == (False, b"RIFF", b"data")


def test_a_full_disk_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the system refuses the write in the same way."""
    run = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path)], capture_output=True, text=True, check=True, env=os.environ
    )
    assert "File too large — free some space and run the same command again" in run.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_process_may_end_right_after_it_asked(tmp_path: Path) -> None:
    """obstore's own coroutines abort every third of such processes."""
    command = [sys.executable, "-c", ENDS_AT_ONCE, str(tmp_path)]
    processes = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4


@pytest.mark.parametrize("key", ["../x", "/x", "a/../../x", ".partial/x", "a//b", ""])
def test_no_key_leads_out_of_the_place(key: str, tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "recordings"))
    for asked in (blobs.put(key, b"x"), blobs.get(key), blobs.size(key), blobs.delete(key)):
        with pytest.raises(ValueError, match="is no key of a file"):
            asyncio.run(asked)
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_file_is_deleted_once_and_again(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    asyncio.run(blobs.put(KEY, b"RIFF"))
    assert asyncio.run(blobs.size(KEY)) == 4
    for _ in range(2):
        asyncio.run(blobs.delete(KEY))
    assert not asyncio.run(blobs.exists(KEY))


@pytest.mark.parametrize("place", ["folder", "memory:///"])
def test_what_is_kept_is_listed(place: str, tmp_path: Path) -> None:
    blobs = Blobs(place if "://" in place else str(tmp_path / place))
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)

    async def run(*folders: str) -> list[list[Blob]]:
        for key in ("acme/main/1", "acme/main/2/3", "acme/main-2/4"):
            await blobs.put(key, b"data")
        return [sorted(await blobs.list(folder), key=lambda one: one.key) for folder in folders]

    found, none = asyncio.run(run("acme/main", "acme/other"))
    assert [one.key for one in found] == ["acme/main/1", "acme/main/2/3"]
    assert before < found[0].written_at < dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    assert none == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_space_is_said_in_words(number: int) -> None:
    words = f"data/recordings: {os.strerror(number)} — free some space"
    with pytest.raises(DiskFull, match=words), full_disk_said("data/recordings"):
        raise OSError(number, os.strerror(number))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(PermissionError), full_disk_said("data"):
        raise PermissionError(errno.EACCES, "denied")
