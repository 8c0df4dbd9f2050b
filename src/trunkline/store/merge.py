"""One MERGE for every table: new keys are inserted, changed rows updated, unchanged rows left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

KEYS: dict[str, tuple[str, ...]] = {
    "calls": ("call_id",),
    "legs": ("leg_id",),
    "recordings": ("recording_id",),
    "activities": ("activity_id",),
    "windows": ("pbx_id", "since", "until"),
    "quarantine": ("quarantine_id",),
    "pbxs": ("pbx_id",),
    "pbx_settings": ("pbx_id", "dn", "day"),
    "accounts": ("account_id",),
    "departments": ("pbx_id", "name"),
}
# When a row was loaded is no reason to write it again.
_NOT_COMPARED = {"loaded_at", "seen_at"}


def merge(connection: duckdb.DuckDBPyConnection, table: str, source: str, within: str = "") -> int:
    """Merges `source` (a relation's name or a subquery) into `table` by its key; returns the rows written.

    `source` may lack columns: those stay as they are, null in new rows. `within` is a predicate on the target
    (`t.started_at BETWEEN …`) that spares reading the whole table.
    """
    columns = [row[0] for row in connection.execute(f"SELECT column_name FROM (DESCRIBE FROM {source})").fetchall()]
    keys = KEYS[table]
    compared = [column for column in columns if column not in keys and column not in _NOT_COMPARED]
    values = [column for column in columns if column not in keys]
    on = " AND ".join([f"t.{key} = s.{key}" for key in keys] + ([within] if within else []))
    differs = " OR ".join(f"t.{column} IS DISTINCT FROM s.{column}" for column in compared) or "false"
    update = ", ".join(f"{column} = s.{column}" for column in values)
    sql = f"""
        MERGE INTO {table} AS t USING (FROM {source}) AS s ON ({on})
        WHEN MATCHED AND ({differs}) THEN UPDATE SET {update}
        WHEN NOT MATCHED THEN INSERT ({", ".join(columns)}) VALUES ({", ".join(f"s.{column}" for column in columns)})
    """
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def merge_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Merges a few rows of Python values; all have the same columns. For more, stage a file and use `merge`."""
    if not rows:
        return 0
    columns = list(rows[0])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE few AS SELECT {', '.join(columns)} FROM {table} LIMIT 0")
    marks = ", ".join("?" for _column in columns)
    connection.executemany(f"INSERT INTO few VALUES ({marks})", [[row[column] for column in columns] for row in rows])
    return merge(connection, table, "few")
