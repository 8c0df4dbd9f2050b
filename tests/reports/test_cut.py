"""A mail that would be clipped is cut to fewer rows; what is left out is counted."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, Book, config

from trunkline.periods import parse
from trunkline.reports import render
from trunkline.reports.build import build


def test_rows_are_cut_until_the_mail_fits(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert render.MOST_BYTES == 95_000  # Gmail clips at 102 KB
    week, acme = parse("2026-W46", "Australia/Adelaide", NOW), config().account[:1]
    for number in range(20):
        Book(connection).call(f"x{number}", "2026-11-12 10:00", "missed", f"+614220000{number:02}")
    (whole,) = build(connection, config(), week, acme, tmp_path, NOW)
    monkeypatch.setattr(render, "MOST_BYTES", len(whole.html.encode()) - 1)
    (cut,) = build(connection, config(), week, acme, tmp_path, NOW)
    assert "13 more are in the full report" in whole.html  # 23 callers, of which 10
    assert "18 more are in the full report" in cut.html
    assert "18 more are in the full report" in cut.text
    assert len(cut.html) < len(whole.html)
