from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from trunkline.reports.write import Built
from trunkline.settings import write_settings
from trunkline.store.lake import Lake

sys.path.insert(0, str(Path(__file__).parent))  # for `small_lake`, which these tests share

from small_lake import built, config, fill


@pytest.fixture
def connection(new_lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with new_lake.write() as connection:
        write_settings(connection, config(), [2026])
        fill(connection)
        yield connection


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """The small lake's reports, made once: to be looked at only."""
    place = tmp_path_factory.mktemp("reports")
    with Lake(place / "lake.duckdb").write() as connection:
        write_settings(connection, config(), [2026])
        fill(connection)
        return built(connection, place / "out", config())
