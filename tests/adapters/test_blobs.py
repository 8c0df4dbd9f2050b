from __future__ import annotations

import asyncio
import errno
import resource
import signal
from pathlib import Path

import pytest

from trunkline.adapters.blobs import Blobs, full_disk_said
from trunkline.errors import DiskFull

KEY = "acme/acme-main/2026/09/16/call.wav"


def test_what_is_put_is_found_under_its_key(tmp_path: Path) -> None:
    async def go() -> tuple[bool, bytes, bool]:
        blobs = Blobs(str(tmp_path / "audio"))
        before = await blobs.exists(KEY)
        await blobs.put(KEY, b"RIFF")
        return before, await blobs.get(KEY), await blobs.exists(KEY)

    assert asyncio.run(go()) == (False, b"RIFF", True)
    assert (tmp_path / "audio" / KEY).read_bytes() == b"RIFF"
    assert list((tmp_path / "audio" / ".partial").iterdir()) == []


def test_a_finished_file_is_moved_to_its_key(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "audio"))
    whole = blobs.partial_folder(tmp_path) / "part"
    whole.write_bytes(b"RIFF")
    asyncio.run(blobs.put(KEY, whole))
    assert (tmp_path / "audio" / KEY).read_bytes() == b"RIFF"
    assert not whole.exists()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "audio"))
    asyncio.run(blobs.put(KEY, b"RIFF"))
    assert (tmp_path / "audio").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "audio" / KEY).stat().st_mode & 0o077 == 0


def test_an_address_is_an_object_store() -> None:
    async def go() -> tuple[bytes, bool]:
        blobs = Blobs("memory://")
        await blobs.put(KEY, b"RIFF")
        return await blobs.get(KEY), await blobs.exists("other")

    assert asyncio.run(go()) == (b"RIFF", False)
    assert Blobs("memory://").folder is None


def test_partial_files_lie_beside_the_final_ones_or_in_the_fallback(tmp_path: Path) -> None:
    assert Blobs(str(tmp_path / "a")).partial_folder(tmp_path / "b") == tmp_path / "a" / ".partial"
    assert Blobs("memory://").partial_folder(tmp_path / "b") == tmp_path / "b" / ".partial"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "audio"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DiskFull, match="File too large"):
            asyncio.run(blobs.put(KEY, b"x" * 5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert [path for path in (tmp_path / "audio").rglob("*") if path.is_file()] == []


def test_only_a_full_disk_is_called_one() -> None:
    for code in (errno.ENOSPC, errno.EDQUOT):
        with pytest.raises(DiskFull, match="free some space"), full_disk_said("audio"):
            raise OSError(code, "no room")
    with pytest.raises(PermissionError), full_disk_said("audio"):
        raise PermissionError(errno.EACCES, "not yours")
