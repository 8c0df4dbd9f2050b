"""Where files are kept: a folder, or S3, GCS or Azure by URL (obstore)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from trunkline.errors import DiskFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CANNOT_BE_HAD = (OSError, BaseError)
"""What `get` and `list` raise where a folder or an object store does not answer."""


@contextlib.contextmanager
def full_disk_said(where: str) -> Iterator[None]:
    """Turns the system's "no space left" into words.

    Raises:
        DiskFull: The disk, a quota or a file size limit is exhausted.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise DiskFull(
            f"{where}: {error.strerror}", mend="free some space and run the same command again; nothing was lost"
        ) from error


@dataclass(frozen=True)
class Blob:
    """A file that is kept: its key, and when it was written."""

    key: str
    written_at: dt.datetime


class Blobs:
    """Files by key, `account/pbx/yyyy/mm/dd/…`; never changed once written."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.folder = None if "://" in place else Path(place)
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._store: ObjectStore = LocalStore(self.folder)
        else:
            self._store = from_url(place)

    async def exists(self, key: str) -> bool:
        """Whether a file of this key is kept."""
        try:
            await obstore.head_async(self._store, key)
        except (FileNotFoundError, NotFoundError):
            return False
        return True

    async def put(self, key: str, data: bytes | Path) -> None:
        """Keeps a file under its final name in one step; an object store's upload ends the same way.

        Raises:
            DiskFull: No space; nothing stays under the final name.
        """
        with full_disk_said(self.place):
            if self.folder is None:
                await obstore.put_async(self._store, key, data)
                return
            whole = data if isinstance(data, Path) else await asyncio.to_thread(_written, self.folder, data)
            _rename(whole, self.folder / key)

    async def get(self, key: str) -> bytes:
        """A file's content."""
        found = await obstore.get_async(self._store, key)
        return bytes(await found.bytes_async())

    async def list(self, folder: str) -> Sequence[Blob]:
        """The files in a folder of keys and in those below it, in no order."""
        return [
            Blob(one["path"], one["last_modified"])
            async for some in obstore.list(self._store, folder, chunk_size=1000)
            for one in some
        ]

    def partial_folder(self, fallback: Path) -> Path:
        """Where files are written before they are whole: on the same disk, so that the last step is a rename."""
        return _partial(self.folder or fallback)


def _partial(folder: Path) -> Path:
    partial = folder / ".partial"
    partial.mkdir(parents=True, exist_ok=True, mode=0o700)
    return partial


def _written(folder: Path, data: bytes) -> Path:
    """`data` in a new file; none is left where it does not fit."""
    handle, name = tempfile.mkstemp(dir=_partial(folder))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


def _rename(written: Path, target: Path) -> None:
    try:
        written.replace(target)
    except FileNotFoundError:  # the first of its day
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        written.replace(target)
