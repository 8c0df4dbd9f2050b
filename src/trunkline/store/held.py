"""A file that stays open between uses that follow each other closely: opening DuckDB takes 20 ms, a transaction 1 ms.

Only while a job runs, and never for long: another process must get at the lake between two merges.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

IDLE_SECONDS = 0.05  # unused for so long, it is closed
HELD_SECONDS = 0.5  # in use all the time, it is closed after so long
GAP_SECONDS = 0.12  # and opened again after so long: whoever waits looks every 20 to 100 ms
ONE_AT_A_TIME = threading.RLock()  # DuckDB refuses to open one file twice with different settings in one process
_HELD: dict[Path, Held] = {}
Open = Callable[[bool], duckdb.DuckDBPyConnection]


class Held:
    """The open connection of one file in this process, if there is one. Used under `ONE_AT_A_TIME` only."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._read_only = False
        self._opened_at = self._used_at = self._closed_at = float("-inf")

    def take(self, open_file: Open, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """The connection; one that may only read is exchanged where somebody writes."""
        if self._connection is not None and self._read_only and not read_only:
            self.close()
        if self._connection is None:
            time.sleep(max(0.0, self._closed_at + GAP_SECONDS - time.monotonic()))
            self._connection = open_file(read_only)
            self._read_only, self._opened_at = read_only, time.monotonic()
        return self._connection

    def release(self) -> None:
        """A use has ended."""
        self._used_at = time.monotonic()
        if self._used_at - self._opened_at > HELD_SECONDS:
            self.close()
            self._closed_at = time.monotonic()

    def close_if_idle(self) -> None:
        """Closes what was not used for a while."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """Closes the file, which writes what is in its log into it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


@contextlib.contextmanager
def connection(path: Path, open_file: Open, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one use; after an error it is closed, whatever state it was in."""
    with ONE_AT_A_TIME:
        held = _HELD.get(path)
        if held is None:
            with contextlib.closing(open_file(read_only)) as opened:
                yield opened
            return
        taken = held.take(open_file, read_only=read_only)
        try:
            yield taken
        except BaseException:
            held.close()
            raise
        held.release()


def let_go(path: Path) -> None:
    """Closes the file, if it is open in this process. Under `ONE_AT_A_TIME`."""
    if path in _HELD:
        _HELD[path].close()


@contextlib.contextmanager
def lingering(path: Path) -> Iterator[None]:
    """While this lasts, the file stays open for a moment after each use."""
    if path in _HELD:
        yield
        return
    held, is_over = Held(), threading.Event()

    def watch() -> None:
        while not is_over.wait(IDLE_SECONDS):
            with ONE_AT_A_TIME:
                held.close_if_idle()

    watcher = threading.Thread(target=watch, name="lake", daemon=True)
    _HELD[path] = held
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        with ONE_AT_A_TIME:
            del _HELD[path]
            held.close()
