"""What differs between the lake and what was built anew of one PBX: found by reading, which keeps no reader waiting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from trunkline.store.merge import KEYS, NOT_COMPARED
from trunkline.store.purged import LAKE_ONLY, PURGED_CALLS
from trunkline.windows import Window

TABLES = ("calls", "legs")


def attach(connection: duckdb.DuckDBPyConnection, anew: Path) -> None:
    """Makes the lake file `anew` readable beside the lake, as `anew`."""
    connection.execute(f"ATTACH {quoted(anew)} AS anew (READ_ONLY)")


def quoted(path: Path) -> str:
    """A path in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def note_difference(
    connection: duckdb.DuckDBPyConnection, pbx_id: str, anew: Path, covered: Sequence[Window], folder: Path
) -> None:
    """Writes Parquet files to `folder`: calls and legs that are new or changed, and the keys of those that are gone.

    Calls outside of `covered` are left out, those that were not built anew from all of their legs, and those that
    retention has removed.
    """
    attach(connection, anew)
    _note_kept(connection, pbx_id, covered)
    for table in TABLES:
        (key,) = KEYS[table]
        described = connection.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()
        columns = [name for (name,) in described if name not in LAKE_ONLY]
        differs = " OR ".join(f"t.{one} IS DISTINCT FROM a.{one}" for one in columns if one not in NOT_COMPARED)
        taken = ", ".join(f"a.{one}" for one in columns)
        written = f"""
            SELECT {taken} FROM anew.{table} AS a LEFT JOIN {table} AS t USING ({key})
            WHERE a.call_id NOT IN (FROM kept) AND ({differs})
        """
        gone = f"""
            SELECT t.{key} FROM {table} AS t ANTI JOIN anew.{table} AS a USING ({key})
            WHERE t.pbx_id = ? AND t.call_id NOT IN (FROM kept)
        """
        connection.execute(f"COPY ({written}) TO {quoted(folder / f'{table}.parquet')}")
        connection.execute(f"COPY ({gone}) TO {quoted(folder / f'{table}.gone.parquet')}", [pbx_id])


def _note_kept(connection: duckdb.DuckDBPyConnection, pbx_id: str, covered: Sequence[Window]) -> None:
    connection.execute("CREATE TEMP TABLE covered (since TIMESTAMPTZ, until TIMESTAMPTZ)")
    for window in covered:
        connection.execute("INSERT INTO covered VALUES (?, ?)", [window.since, window.until])
    outside = "NOT EXISTS (FROM covered WHERE t.started_at >= since AND t.started_at < until)"
    connection.execute(
        f"""
        CREATE TEMP TABLE kept AS
        SELECT call_id FROM calls AS t WHERE pbx_id = $pbx AND {outside}
        UNION
        SELECT call_id FROM legs AS t ANTI JOIN anew.legs AS a USING (leg_id) WHERE t.pbx_id = $pbx AND {outside}
        UNION
        {PURGED_CALLS} AND pbx_id = $pbx
        """,
        {"pbx": pbx_id},
    )
