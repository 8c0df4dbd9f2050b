"""Where files are kept: a folder, or S3, GCS or Azure by URL (obstore)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import errno
import functools
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.store import LocalStore
from pydantic import SecretStr

from trunkline.adapters.object_store import connected
from trunkline.adapters.storage_errors import store_errors_said
from trunkline.errors import DiskFull
from trunkline.keys import is_key

if TYPE_CHECKING:
    from obstore import Attributes

PART_BYTES = 5 * 1024**2  # the least that S3 takes as a part
PARTS_AT_ONCE = 2  # in memory, for each upload
AT_ONCE = 1000  # what S3 removes in one request
PIECE_BYTES = 512 * 1024
_THREADS = ThreadPoolExecutor(16, "blobs")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
T = TypeVar("T")


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
    """Files by key, `account/pbx/yyyy/mm/dd/…`; never changed once written, and removed by retention alone.

    Every method that asks an object store raises StorageError if it does not answer, refuses, or lacks the bucket; and
    ValueError for a key that could lead out of the place.
    """

    def __init__(self, place: str, options: Mapping[str, SecretStr] = MappingProxyType({})) -> None:
        self.place = place
        self.folder = None if _is_url(place) else Path(place)
        if self.folder is None:
            self._store = connected(place, options)
        else:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._store = LocalStore(self.folder, automatic_cleanup=True)  # of folders left empty

    @classmethod
    def opened(cls, *places: str, options: Mapping[str, SecretStr]) -> list[Blobs]:
        """Object stores first, then folders: options that will not do touch nothing.

        Raises:
            ConfigError: No such kind of place, or an option that it does not know or take.
        """
        made = {place: cls(place, options) for place in sorted(places, key=_is_url, reverse=True)}
        return [made[place] for place in places]

    async def exists(self, key: str) -> bool:
        """Whether a file of this key is kept."""
        try:
            await self.size(key)
        except FileNotFoundError:
            return False
        return True

    async def size(self, key: str) -> int:
        """A file's bytes, counted.

        Raises:
            FileNotFoundError: No file of this key is kept.
        """
        _checked(key)

        def asked() -> int:
            try:
                return int(obstore.head(self._store, key)["size"])
            except FileNotFoundError:
                obstore.get(self._store, key)  # an answer without a body does not tell whether the bucket is gone
                raise

        return await self._ask(key, asked)

    async def put(self, key: str, data: bytes | Path, media_type: str | None = None) -> None:
        """Keeps a file under its final name in one step; an object store's upload ends the same way.

        Raises:
            DiskFull: No space; nothing stays under the final name.
        """
        _checked(key)
        if self.folder is None:
            await self._upload(key, data, media_type)
            return
        with full_disk_said(self.place):
            whole = data if isinstance(data, Path) else await asyncio.to_thread(_written, self.folder, data)
            _rename(whole, self.folder / key)

    async def _upload(self, key: str, data: bytes | Path, media_type: str | None) -> None:
        """Streams a file in parts; one that ends early is never put together, so no half file has the final name."""
        upload = functools.partial(obstore.put, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)
        attributes: Attributes | None = {"Content-Type": media_type} if media_type else None
        await self._ask(key, lambda: upload(self._store, key, data, attributes=attributes))

    async def get(self, key: str) -> bytes:
        """A file's content. Raises FileNotFoundError."""
        _checked(key)
        return await self._ask(key, lambda: bytes(obstore.get(self._store, key).bytes()))

    async def pieces(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Bytes `start` to `stop`, which is not part of it, piece by piece. Raises FileNotFoundError.

        Each piece is asked for when it is wanted: one answer, read as slowly as a person listens, would time out.
        """
        _checked(key)
        for first in range(start, stop, PIECE_BYTES):
            wanted = {"start": first, "end": min(first + PIECE_BYTES, stop)}
            yield await self._ask(key, functools.partial(self._piece, key, **wanted))

    def _piece(self, key: str, start: int, end: int) -> bytes:
        return bytes(obstore.get_range(self._store, key, start=start, end=end))

    async def delete(self, key: str) -> None:
        """Removes a file; one that is not there is fine."""
        _checked(key)
        with contextlib.suppress(FileNotFoundError):
            await self._ask(key, lambda: obstore.delete(self._store, key))

    async def remove(self, keys: Sequence[str]) -> None:
        """Removes files; of one that is gone already nothing is said."""
        for key in keys:
            _checked(key)
        for start in range(0, len(keys), AT_ONCE):
            some = list(keys[start : start + AT_ONCE])
            try:
                await self._ask(some[0], functools.partial(obstore.delete, self._store, some))
            except FileNotFoundError:  # which ends a folder's list: the rest is still there
                for key in some:
                    await self.delete(key)

    async def list(self, folder: str) -> Sequence[Blob]:
        """The files in a folder of keys and in those below it, in no order."""
        return await self._ask(
            folder,
            lambda: [
                Blob(one["path"], one["last_modified"])
                for some in obstore.list(self._store, folder, chunk_size=1000)
                for one in some
            ],
        )

    async def check(self) -> None:
        """Asks for one file's name: whether the place is there and may be read."""
        await self._ask("", lambda: next(iter(obstore.list(self._store, chunk_size=1)), None))

    async def _ask(self, key: str, ask: Callable[[], T]) -> T:
        """In a thread that is waited for: obstore's own coroutines abort a process that ends right after one (seen)."""
        with store_errors_said(self.place, key):
            return await asyncio.get_running_loop().run_in_executor(_THREADS, ask)

    def partial_folder(self, fallback: Path) -> Path:
        """Where files are written before they are whole: on the same disk, so that the last step is a rename."""
        return _partial(self.folder or fallback)


def _is_url(place: str) -> bool:
    return "://" in place


def _checked(key: str) -> str:
    if not is_key(key):
        raise ValueError(f"{key!r} is no key of a file")
    return key


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
