"""The rows of workbook, CSV and page recompute the figures."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from small_lake import FULL_NUMBER, Book, Page, built, config, rows_of

from trunkline.reports.write import Built


def test_the_workbooks_rows_recompute_its_figures(reports: dict[str, Built]) -> None:
    path = reports["acme"].paths["workbook"]
    calls, callers = rows_of(path, "Calls"), rows_of(path, "Callers")
    offered = [row for row in calls if row["direction"] == "inbound"]
    missed = [row for row in calls if row["outcome"] == "missed"]
    short = [row for row in missed if row["short_abandon"] == "1"]
    assert (len(missed) - len(short)) / (len(offered) - len(short)) == pytest.approx(7 / 18)
    assert [row["state"] for row in callers].count("never_returned") == 4
    eligible = [row for row in calls if row.get("eligible") == "1"]
    states = [row["recording_state"] for row in eligible]
    judged = [state for state in states if state in {"verified", "mismatch", "missing"}]
    assert judged.count("verified") / len(judged) == pytest.approx(7 / 9)
    assert rows_of(path, "Missed calls") == missed
    spoken = [row for row in calls if row["people_spoke"] == "1"]
    assert len(spoken) == 12
    assert rows_of(path, "Not verified") == [row for row in spoken if row["recording_state"] != "verified"]


def test_the_workbooks_formulas_name_the_right_columns(reports: dict[str, Built]) -> None:
    """Each COUNTIFS, reckoned here over the rows, gives the value stored beside it."""
    path = reports["acme"].paths["workbook"]
    sheets = {"Calls": rows_of(path, "Calls"), "Callers": rows_of(path, "Callers")}
    with zipfile.ZipFile(path) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode().replace("&quot;", '"')
        heads = book.read("xl/worksheets/sheet2.xml").decode(), book.read("xl/worksheets/sheet4.xml").decode()
        shared = ["".join(text.itertext()) for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]  # noqa: S314
    columns = {
        name: {
            letter: shared[int(index)] for letter, index in re.findall(r'<c r="([A-Z]+)1"[^>]*t="s"><v>(\d+)</v>', head)
        }
        for name, head in zip(("Calls", "Callers"), heads, strict=True)
    }
    told = list(csv.DictReader(io.StringIO(reports["acme"].paths["csv"].read_text("utf-8-sig"))))
    periods = [row["period"] for row in told]
    assert len(sheets["Calls"]) == periods.count("this") < len(periods)  # the CSV alone has the period before too
    formulas = re.findall(r"<f>(COUNTIFS\([^()]*\))</f><v>(\d+)</v>", page)
    assert len(formulas) >= 20
    for formula, value in formulas:
        tests = re.findall(r"(\w+)!\$([A-Z]+)\$2:\$\2\$(\d+),(\"[^\"]*\"|TRUE|FALSE)", formula)
        name = tests[0][0]
        assert all(int(last) == len(sheets[name]) + 1 for _sheet, _column, last, _wanted in tests)
        wanted = [
            (columns[name][column], {"TRUE": "1", "FALSE": "0"}.get(want, want.strip('"')))
            for _, column, _, want in tests
        ]
        counted = sum(all(row.get(head) == want for head, want in wanted) for row in sheets[name])
        assert counted == int(value), formula
    (half, said), (nine, more) = re.findall(r"<f>IFERROR\((PERCENTILE\(.*?\)),\"\"\)</f><v>([\d.]+)</v>", page)
    letter = next(one for one, head in columns["Callers"].items() if head == "seconds_to_callback")
    assert [half, nine] == [f"PERCENTILE(Callers!${letter}$2:${letter}$7,{part})" for part in (0.5, 0.9)]
    taken = [float(row["seconds_to_callback"]) for row in sheets["Callers"] if row.get("seconds_to_callback")]
    first, last = sorted(taken)
    assert float(said) == pytest.approx((first + last) / 2)
    assert float(more) == pytest.approx(first + 0.9 * (last - first))


def test_the_csvs_rows_recompute_the_figures(reports: dict[str, Built]) -> None:
    found = list(csv.DictReader(io.StringIO(reports["acme"].paths["csv"].read_text("utf-8-sig"))))
    rows = [row for row in found if row["period"] == "this"]
    assert [row["call_id"] for row in found if row["period"] == "before"] == ["a0", "p1"]
    assert sum(row["direction"] == "inbound" for row in rows) == 19
    assert sum(row["outcome"] == "missed" for row in rows) == 8
    assert sum(row["short_abandon"] == "true" for row in rows) == 1
    assert len({row["episode_id"] for row in rows if row["episode_id"]}) == 6
    assert sum(row["eligible"] == "true" and row["recording_state"] == "verified" for row in rows) == 7


def test_the_page_fetches_nothing_and_shows_every_row(reports: dict[str, Built]) -> None:
    html = reports["acme"].paths["page"].read_text("utf-8")
    tags = Page(html).tags
    assert not [one for _tag, one in tags if "src" in one]
    assert not [one["href"] for tag, one in tags if tag == "a" and "//" in (one.get("href") or "")]
    assert not {"link", "iframe", "img", "form"} & {tag for tag, _ in tags}
    ids = {one["id"] for _tag, one in tags if "id" in one}
    assert {(one["href"] or "")[1:] for _tag, one in tags if (one.get("href") or "").startswith("#")} <= ids
    assert "Missed calls: 8" in html
    assert "Missed callers: 6" in html
    assert "Calls without a verified recording: 5" in html
    agency = Page(reports["northwind"].paths["page"].read_text("utf-8")).tags
    ids = {one["id"] for _tag, one in agency if "id" in one}
    assert {(one["href"] or "")[1:] for _tag, one in agency if (one.get("href") or "").startswith("#")} <= ids


def test_masked_callers_can_still_be_counted(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Two numbers that end in the same digits look alike; their keys do not, and tell no number."""
    Book(connection).call("m9", "2026-11-13 17:00", "missed", "+61412999006")  # m8's is +61412000006
    text = built(connection, tmp_path, config(masking="everywhere"))["acme"].paths["csv"].read_text("utf-8-sig")
    rows = {row["call_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert not [row for row in rows.values() if FULL_NUMBER.search(row["caller"])]
    assert rows["m8"]["caller"] == rows["m9"]["caller"] == "+61 4•• ••• 006"
    assert rows["m8"]["caller_key"] != rows["m9"]["caller_key"]
    assert rows["m1"]["caller_key"] == rows["m2"]["caller_key"] == rows["a0"]["caller_key"] == "caller 1"
    assert rows["m7"]["caller_key"] == ""  # withheld
