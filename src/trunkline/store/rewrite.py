"""A new file in the lake's place that holds only what is in it: DuckDB leaves what was deleted in the old one's bytes.

`CHECKPOINT` frees blocks and does not wipe them, and a block that several columns share stays (seen with 1.5.5).
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb

from trunkline.errors import LakeError, LakeLocked
from trunkline.store.difference import quoted
from trunkline.store.held import ONE_AT_A_TIME, let_go
from trunkline.store.lake import SETTINGS, STORAGE_VERSION, WRITER_PATIENCE, Lake, migrate

TRIES = 3
_VERSION = "lake_version"  # the new file has its own


def rewrite(lake: Lake) -> None:
    """Copies the lake to a file beside it, which then takes its place; readers go on meanwhile, writers wait.

    Needs as much free space as the lake takes. A kill leaves the lake as it was.

    Raises:
        LakeLocked: Another process writes all the time.
        LakeError: The copy cannot be written; the lake is as it was.
    """
    anew = lake.path.with_name(f"{lake.path.name}.anew")
    settings = {**SETTINGS, "temp_directory": str(lake.path.parent), "preserve_insertion_order": False}
    with ONE_AT_A_TIME:
        for _ in range(TRIES):
            with lake.write():
                pass  # brings it up to date, and takes in what a killed writer left in its log
            let_go(lake.path)
            with contextlib.closing(duckdb.connect(":memory:", config=settings)) as connection:
                if _held(lake, connection):
                    _replace(lake.path, anew, connection)
                    return
    raise LakeLocked(f"{lake.path}: it is written all the while", mend="run `trunkline purge` again")


def _held(lake: Lake, connection: duckdb.DuckDBPyConnection) -> bool:
    """Keeps writers out until the connection is closed; false if one got between and left a log of its own."""
    attach = f"ATTACH {quoted(lake.path)} AS old (READ_ONLY)"
    lake.when_free(lambda: connection.execute(attach), patience=WRITER_PATIENCE)
    return not _log(lake.path).exists()


def _replace(path: Path, anew: Path, connection: duckdb.DuckDBPyConnection) -> None:
    _remove(anew)
    try:
        _copy(connection, anew)
        anew.chmod(0o600)
        anew.replace(path)
    except (duckdb.Error, OSError) as error:
        raise LakeError(
            f"{path}: it could not be written anew: {str(error).splitlines()[0]}",
            mend="free as much space as it takes, and run `trunkline purge` again; nothing was lost",
        ) from None
    finally:
        _remove(anew)


def _copy(connection: duckdb.DuckDBPyConnection, anew: Path) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH {quoted(anew)} AS anew (STORAGE_VERSION '{STORAGE_VERSION}')")
    connection.execute("USE anew")
    try:
        migrate(connection)
        for table in _tables(connection):
            connection.execute(f"INSERT INTO anew.{table} BY NAME FROM old.{table}")
            if _count(connection, f"anew.{table}") != _count(connection, f"old.{table}"):
                raise duckdb.DataError(f"table {table} has other rows in the copy")
        connection.execute("CHECKPOINT anew")
    finally:
        connection.execute("USE memory")
        connection.execute("DETACH anew")


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY 1")
    return [name for (name,) in rows.fetchall() if name != _VERSION]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _remove(path: Path) -> None:
    for one in (path, _log(path)):
        one.unlink(missing_ok=True)
