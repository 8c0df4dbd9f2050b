"""The lake: one DuckDB file, opened only for as long as a read or a merge takes.

DuckDB lets one process hold a file for writing, or several for reading. So a writer opens it for one
transaction, and `status` or `report` run between two merges of a sync (architecture §4).
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import duckdb

from trunkline.errors import LakeError, LakeLocked
from trunkline.store.held import ONE_AT_A_TIME, lingering
from trunkline.store.held import connection as connection_to

LOCK_WAIT_SECONDS = 10.0
WRITER_PATIENCE = 12  # times as long: a report of a large lake reads for tens of seconds, and a sync must outlast it
STORAGE_VERSION = "v1.4.0"  # a file of DuckDB 2's own default cannot be opened by 1.5
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "400MB",
    "storage_compatibility_version": STORAGE_VERSION,
}
T = TypeVar("T")


class Lake:
    """The store of calls, recordings, activities and what was read (contract §4)."""

    def __init__(self, path: Path, *, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
        self.path = path
        self.lock_wait_seconds = lock_wait_seconds

    @contextlib.contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that sees the lake as it is; an empty one where nothing was written yet.

        Raises:
            LakeLocked: Another process holds the file for longer than `lock_wait_seconds`.
        """
        if not self.path.exists():
            connection = duckdb.connect(":memory:")
            connection.execute("SET TimeZone = 'UTC'")
            migrate(connection)
            with contextlib.closing(connection):
                yield connection
            return
        with ONE_AT_A_TIME:
            with connection_to(self.path, self._open, read_only=True) as connection:
                if _is_current(connection):
                    yield connection
                    return
            with self.write() as connection:
                yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: all of it is kept at the end, or nothing of it after an error or a kill.

        Raises:
            LakeLocked: Another process holds the file for longer than `lock_wait_seconds`.
            LakeError: The file is of a newer trunkline, or is no DuckDB file.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with connection_to(self.path, self._open, read_only=False) as connection:
            if not _is_current(connection):
                migrate(connection)
            connection.begin()
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def lingering(self) -> contextlib.AbstractContextManager[None]:
        """While a job runs: the file stays open for a moment after each use (`held`)."""
        return lingering(self.path)

    def _open(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        """The file, waiting while another process writes."""
        while True:
            before = self._inode()
            connection: duckdb.DuckDBPyConnection = self.when_free(
                lambda: duckdb.connect(str(self.path), read_only=read_only, config=dict(SETTINGS)),
                patience=1 if read_only else WRITER_PATIENCE,
            )
            connection.execute("SET TimeZone = 'UTC'")
            if before is None and not read_only:
                os.chmod(self.path, 0o600)  # noqa: PTH101
            if before in {None, self._inode()}:
                return connection
            connection.close()  # a new file took its place (`rewrite`): what is written to this one would be lost

    def _inode(self) -> int | None:
        return self.path.stat().st_ino if self.path.exists() else None

    def when_free(self, use: Callable[[], T], *, patience: float = 1) -> T:
        """What `use` returns, once no other process holds the lake; waits `patience` times `lock_wait_seconds`.

        Raises:
            LakeLocked: It is held for longer.
            LakeError: It is no DuckDB file.
        """
        deadline = time.monotonic() + self.lock_wait_seconds * patience
        while True:
            try:
                return use()
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise LakeError(f"{self.path}: {_first_line(error)}", mend="restore it from a backup") from None
                if time.monotonic() > deadline:
                    raise LakeLocked(
                        f"{self.path}: another process holds the lake",
                        mend="wait for it to end, or end it; nothing was lost",
                    ) from None
                time.sleep(random.uniform(0.02, 0.1))  # noqa: S311


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _scripts(folder: str) -> list[tuple[str, str]]:
    found = files("trunkline.store") / folder
    return sorted((entry.name, entry.read_text("utf-8")) for entry in found.iterdir() if entry.name.endswith(".sql"))


def _wanted() -> tuple[int, int]:
    """The number of the newest migration, and a mark of the views' text."""
    import zlib

    views = "".join(text for _name, text in _scripts("views"))
    return int(_scripts("schema")[-1][0][:3]), zlib.crc32(views.encode())


def _version(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    exists = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'lake_version' AND database_name = current_database()"
    ).fetchone()
    row = connection.execute("SELECT version, views FROM lake_version").fetchone() if exists else None
    return (row[0], row[1]) if row else (0, 0)


def _is_current(connection: duckdb.DuckDBPyConnection) -> bool:
    return _version(connection) == _wanted()


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Applies the numbered scripts that are due, then the views, in one transaction."""
    version, _views = _version(connection)
    newest, views = _wanted()
    if version > newest:
        raise LakeError(
            f"the lake is at version {version}, this trunkline knows {newest}", mend="install the newer trunkline"
        )
    connection.begin()
    for name, script in _scripts("schema"):
        if int(name[:3]) > version:
            connection.execute(script)
    for _name, script in _scripts("views"):
        connection.execute(script)
    connection.execute("CREATE TABLE IF NOT EXISTS lake_version (version BIGINT, views BIGINT)")
    connection.execute("DELETE FROM lake_version")
    connection.execute("INSERT INTO lake_version VALUES (?, ?)", [newest, views])
    connection.commit()
