"""A report as a PDF: what it says, on what paper, and that it asks nobody for anything."""

from __future__ import annotations

import io
import re
import socket
import sys
from pathlib import Path
from typing import Any

import duckdb
import pypdf
import pytest
from small_lake import FULL_NUMBER, NOW, WEEK, config

from trunkline.adapters import loop
from trunkline.adapters.message import message
from trunkline.config import Account, Config
from trunkline.errors import ConfigError
from trunkline.flows.report import report
from trunkline.reports import pdf
from trunkline.reports.build import build
from trunkline.simulator.scenario_world import scenario_world


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text(document: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in document.pages))


def inside(document: pypdf.PdfReader) -> list[dict[str, Any]]:
    """All dictionaries of the file: tags, links, actions."""
    found = (document.get_object(number) for number in range(1, document.trailer["/Size"]))
    return [one for one in found if isinstance(one, dict)]


def attaching(*accounts: Account) -> Config:
    """The small lake's config with these accounts, and PDFs that go with mails."""
    agency = config().agency.model_copy(update={"attach": ("pdf",)})
    return config().model_copy(update={"agency": agency, "account": accounts})


@pytest.mark.pango
def test_the_page_on_paper(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    chosen = attaching(*(one.model_copy(update={"report_to": ()}) for one in config().account if one.id != "bluegum"))
    reports = {one.scope: one for one in build(connection, chosen, WEEK, chosen.account, tmp_path, NOW, with_pdf=True)}
    assert reports["acme"].paths["pdf"] == tmp_path / "acme" / "acme-2026-W46.pdf"
    acme = read(reports["acme"].paths["pdf"].read_bytes())
    said = text(acme)
    news = "4 callers were never called back within 1 business day this week"
    for figure in (news, "38.9%", "78%", "+61412000001", "gave up in a queue", f"page 1 of {len(acme.pages)}"):
        assert figure in said
    for page in acme.pages:
        assert [round(float(size)) for size in page.mediabox[2:]] == [595, 842]  # A4, upright
    root: Any = acme.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en-AU", True)
    assert acme.metadata is not None
    assert acme.metadata.title == "Acme Dental: 4 callers never called back, week of 9–15 Nov 2026"
    tags = inside(acme)
    assert "Missed calls by weekday and hour" in {one.get("/Alt") for one in tags if one.get("/S") == "/Figure"}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= {one.get("/S") for one in tags}
    agency = text(read(reports["northwind"].paths["pdf"].read_bytes()))
    assert "Stille & Söhne" in agency
    assert "not read" in agency
    assert reports["northwind"].attachments[0].read_bytes() == reports["northwind"].paths["pdf"].read_bytes()
    assert "Attached: northwind-2026-W46.pdf: the full page." in reports["northwind"].text

    (again,) = build(connection, chosen, WEEK, chosen.account[:1], tmp_path, NOW)
    assert "pdf" not in again.paths
    assert not list((tmp_path / "acme").glob("*.pdf"))  # the old one may no longer say what the page says


@pytest.mark.pango
def test_paper_cut_tables_and_pictures_in_light_colours_with_nobody_asked() -> None:
    rows = "".join(f"<tr><td>row {number}.</td></tr>" for number in range(1, 61))
    style = ":root{--lost:#b84a12}@media (prefers-color-scheme:dark){:root{--lost:#000}}.lost{fill:var(--lost)}"
    drawn = (
        '<svg viewBox="0 0 10 10" width="10" height="10" aria-label="x"><rect class="lost" width="9" height="9"/></svg>'
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        html = (
            f'<!doctype html><html lang="en"><head><title>A "quoted" \\ name</title><style>{style}</style>'
            f'<link rel="stylesheet" href="{address}/a.css"></head><body><h1>X</h1>{drawn}'
            f'<img alt="x" src="{address}/b.png">'
            f"<table><caption>Calls</caption><tbody>{rows}</tbody></table></body></html>"
        )
        content = pdf.pdf(html, "US")
        with pytest.raises(BlockingIOError):
            server.accept()
    document = read(content)
    said = text(document)
    assert [round(float(size)) for size in document.pages[0].mediabox[2:]] == [612, 792]  # US letter
    assert "row 50." in said
    assert "row 51." not in said
    assert "Calls. The first 50; the rest is on the full page and in the workbook." in said
    assert 'A "quoted" \\ name' in said  # at the foot of the page
    contents = document.pages[0].get_contents()
    assert contents is not None
    assert re.search(rb"0\.7215\d* 0\.290\d* 0\.0705\d* rg", contents.get_data())  # #b84a12
    assert pdf.pdf(html, "US") == content


def test_without_the_extra_nothing_is_touched(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(scenario_world()[0]) as s:
        monkeypatch.setitem(sys.modules, "weasyprint", None)  # as Python has it where a package cannot be imported
        before = set(s.folder.rglob("*"))
        with pytest.raises(ConfigError, match="pip install 'trunkline\\[pdf\\]'"):
            loop.run(report(period="2026-W46", config=str(s.config), out="pages", pdf=True))
        assert set(s.folder.rglob("*")) == before
        text = s.config.read_text("utf-8")
        s.config.write_text(text.replace("[agency]\n", '[agency]\nattach = ["csv", "pdf"]\n', 1), "utf-8")
        with pytest.raises(ConfigError, match="pip install 'trunkline\\[pdf\\]'"):
            loop.run(report(period="2026-W46", config=str(s.config), out="pages"))
        assert set(s.folder.rglob("*")) == before


@pytest.mark.pango
def test_the_page_goes_with_the_mail_numbers_as_in_mails(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    settings = attaching(*config().account)
    (acme,) = build(connection, settings, WEEK, settings.account[:1], tmp_path, NOW)
    assert settings.mail is not None
    got = message(settings.mail, acme)
    (part,) = got.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("application/pdf", "acme-2026-W46.pdf")
    document = read(part.get_payload(decode=True))
    said = text(document)
    for figure in ("38.9%", "78%", "+61 4•• ••• 001"):
        assert figure in said
    assert not FULL_NUMBER.search(re.sub(r"\s", "", said))
    assert "alert(1)" not in said  # a caller's name
    assert not [one for one in inside(document) if one.get("/S") == "/URI"]  # no number to tap
    for content in (acme.text, acme.html):
        assert "Attached: acme-2026-W46.pdf: the full page; phone numbers are masked." in content
    assert "pdf" not in acme.paths  # beside the page it was not asked for
