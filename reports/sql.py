"""The SQL of this package: one figure set per file in `queries/`, parameters by name."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import Any

import duckdb

_NAME = re.compile(r"\$([a-z_]+)")
_COMMENT = re.compile(r"--[^\n]*")
Row = dict[str, Any]


@functools.cache
def text(name: str) -> str:
    """The query in `queries/<name>.sql`."""
    return (files("trunkline.reports") / "queries" / f"{name}.sql").read_text("utf-8")


def run(connection: duckdb.DuckDBPyConnection, name: str, values: Row) -> list[Row]:
    """Rows of a query as dicts; of `values`, it is given those that it names."""
    found = execute(connection, _COMMENT.sub("", text(name)), values)
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def execute(connection: duckdb.DuckDBPyConnection, sql: str, values: Row) -> duckdb.DuckDBPyConnection:
    """Runs SQL; of `values`, it is given those that it names."""
    return connection.execute(sql, {key: values[key] for key in set(_NAME.findall(sql))})


def one(connection: duckdb.DuckDBPyConnection, name: str, values: Row) -> Row:
    """The only row of a query that sums up."""
    return run(connection, name, values)[0]
