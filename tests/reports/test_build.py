"""What is written for a period, and that it is the same for the same data."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
from small_lake import NOW, WEEK, Book, built, config, rows_of

from trunkline.reports.build import build
from trunkline.reports.write import Built


def test_the_agencys_files_and_a_folder_for_each_account(reports: dict[str, Built]) -> None:
    out = reports["northwind"].paths["page"].parent
    endings = (".html", ".mail.html", ".txt", ".xlsx", ".csv", ".json")
    expected = {f"northwind-2026-W46{ending}" for ending in endings} | {"index.html", ".index.lock"}
    for scope in ("acme", "bluegum", "stille"):
        expected |= {f"{scope}/{scope}-2026-W46{ending}" for ending in endings} | {f"{scope}/index.html"}
        expected |= {f"{scope}/mailed/{scope}-2026-W46.{rows}.csv" for rows in ("calls", "callers")}
    expected.add("mailed/northwind-2026-W46.accounts.csv")
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == expected
    assert {str(path.relative_to(out)) for one in reports.values() for path in one.paths.values()} < expected


def test_the_same_data_gives_the_same_bytes(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first, second = built(connection, tmp_path / "one", config()), built(connection, tmp_path / "two", config())
    for scope, report in first.items():
        assert report.message_id == second[scope].message_id
        for kind, path in report.paths.items():
            assert path.read_bytes() == second[scope].paths[kind].read_bytes(), (scope, kind)


def test_another_content_is_another_message(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = built(connection, tmp_path, config())
    Book(connection).call("new", "2026-11-12 12:00", "missed", "+61412000077")
    second = built(connection, tmp_path, config())
    assert first["acme"].message_id != second["acme"].message_id
    assert first["bluegum"].message_id == second["bluegum"].message_id


def test_a_part_of_the_accounts_makes_no_report_of_the_agency(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    chosen = build(connection, config(), WEEK, config().account[:1], tmp_path, NOW)
    assert [one.scope for one in chosen] == ["acme"]


def test_the_news_is_in_subject_preheader_html_and_text(reports: dict[str, Built]) -> None:
    acme = reports["acme"]
    news = "4 callers were never called back within 1 business day this week; 1 of them tried more than once, 1 got a"
    assert acme.subject == "Acme Dental: 4 callers never called back, week of 9–15 Nov 2026"
    assert acme.text.count(news) == 1
    assert acme.html.count(news) == 2  # the pre-header, and the first line
    for figure in ("38.9%", "78%", "42.1%", "▲ 3 more than the week before (1)"):
        assert figure in acme.html
        assert figure in acme.text


def test_what_was_not_read_is_never_nought(reports: dict[str, Built]) -> None:
    stille = reports["stille"]
    for content in (stille.html, stille.text, stille.paths["page"].read_text("utf-8")):
        assert "not read" in content
        assert "0%" not in re.sub(r'width="100%"|width:100%|100%\}', "", content).replace("width:100%!important", "")
    row = next(
        row for row in rows_of(reports["northwind"].paths["workbook"], "Accounts") if row["account_id"] == "stille"
    )
    assert set(row) == {"account_id", "account", "pbxs", "pbxs_read"}  # all else is blank
    table = reports["northwind"].html.partition("worst first")[2]
    assert table.index("Stille") < table.index("Acme")


def test_an_account_whose_last_week_is_not_the_agencys_reports_its_own(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """At Monday's breakfast in Adelaide it is still Sunday in Los Angeles, where the agency may be."""
    earlier = WEEK.previous()
    reports = build(connection, config(), earlier, config().account, tmp_path, NOW, {"acme": WEEK})
    found = {one.scope: one for one in reports}
    assert {scope: one.period for scope, one in found.items()} == {
        "acme": "2026-W46",
        "bluegum": "2026-W45",
        "stille": "2026-W45",
        "northwind": "2026-W45",
    }
    assert "4 callers never called back" in found["acme"].subject
    assert "1 caller never called back" in found["northwind"].subject  # acme's week before
    links = re.findall(r'href="(acme[^"]+)"', found["northwind"].paths["page"].read_text("utf-8"))
    assert links == ["acme/acme-2026-W45.html"]
    assert (tmp_path / links[0]).exists()
