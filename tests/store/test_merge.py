from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from trunkline.store.lake import Lake
from trunkline.store.merge import merge, merge_rows

Rows = Callable[..., list[tuple[Any, ...]]]
SEEN = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)


def put(lake: Lake, *rows: dict[str, object], table: str = "pbxs") -> int:
    with lake.write() as connection:
        return merge_rows(connection, table, rows)


def test_new_changed_and_unchanged_rows(lake: Lake, rows: Rows) -> None:
    assert put(lake, {"pbx_id": "a", "version": "1"}, {"pbx_id": "b", "version": "1"}) == 2
    assert put(lake, {"pbx_id": "a", "version": "1"}, {"pbx_id": "b", "version": "2"}) == 1
    assert rows("SELECT pbx_id, version FROM pbxs ORDER BY 1") == [("a", "1"), ("b", "2")]


def test_columns_that_are_not_given_stay(lake: Lake, rows: Rows) -> None:
    put(lake, {"pbx_id": "a", "version": "1", "licence": "ENT"})
    put(lake, {"pbx_id": "a", "version": "2"})
    assert rows("SELECT version, licence FROM pbxs") == [("2", "ENT")]


def test_null_is_a_value(lake: Lake, rows: Rows) -> None:
    put(lake, {"pbx_id": "a", "version": "1"})
    assert put(lake, {"pbx_id": "a", "version": None}) == 1
    assert put(lake, {"pbx_id": "a", "version": None}) == 0
    assert rows("SELECT version FROM pbxs") == [(None,)]


def test_a_key_of_several_columns(lake: Lake, rows: Rows) -> None:
    day = {"pbx_id": "a", "dn": "101", "records": "yes"}
    put(lake, {**day, "day": SEEN.date()}, {**day, "day": SEEN.date() + dt.timedelta(days=1)}, table="pbx_settings")
    put(lake, {**day, "day": SEEN.date(), "records": "no"}, table="pbx_settings")
    assert rows("SELECT records FROM pbx_settings ORDER BY day") == [("no",), ("yes",)]


def test_when_a_row_was_loaded_is_no_reason_to_write_it(lake: Lake, rows: Rows) -> None:
    call = {"call_id": "c", "outcome": "missed"}
    put(lake, {**call, "loaded_at": SEEN}, table="calls")
    assert put(lake, {**call, "loaded_at": SEEN + dt.timedelta(days=1)}, table="calls") == 0
    assert rows("SELECT loaded_at FROM calls") == [(SEEN,)]


def test_nothing_to_merge(lake: Lake) -> None:
    assert put(lake) == 0


def test_a_query_is_a_source(lake: Lake, rows: Rows) -> None:
    with lake.write() as connection:
        assert merge(connection, "pbxs", "(SELECT 'a' AS pbx_id, 'x' AS version)") == 1
    assert rows("SELECT version FROM pbxs") == [("x",)]
