"""Links to recordings stand on an account's full page, and nowhere else."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, Book, Page, built, config

from trunkline.config import Config
from trunkline.errors import ConfigError
from trunkline.links import PATH
from trunkline.reports.play import Play
from trunkline.reports.write import Built

URL = "https://play.northwind.example"


def with_links(**changes: object) -> Config:
    plain = config(**changes).model_dump(by_alias=True, exclude_unset=True)
    return Config.model_validate(plain | {"links": {"url": URL, "secret": "env:LINK_SECRET", "days": 7}})


@pytest.fixture
def stored(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """Recordings that are kept somewhere: a verified call, one of another length, one call with two, a missed call."""
    monkeypatch.setenv("LINK_SECRET", "x" * 32)
    connection.execute(
        """UPDATE recordings SET path = 'acme/acme-main/2026/11/11/' || replace(call_id, 'a', '') || '.wav'
        WHERE state = 'stored' AND account_id = 'acme'"""
    )
    book = Book(connection)
    later = {"started_at": NOW, "audio_seconds": 5.0}  # of the same call's other one: they do not overlap
    book.recording("a10", "stored", bytes=1000, path="acme/acme-main/2026/11/11/99.wav", **later)
    book.recording("m5", "stored", bytes=1000, audio_seconds=9.0, path="acme/acme-main/2026/11/11/5.wav")
    # Kept under an account's former name, removed by retention, and lost: none can be played.
    book.recording("m1", "stored", bytes=1000, audio_seconds=9.1, path="formerly/acme-main/2026/11/11/1.wav")
    book.recording("m2", "stored", path="acme/acme-main/2026/11/11/2.wav", purged_at=NOW)
    book.recording("m3", "missing", path="acme/acme-main/2026/11/11/3.wav")
    return connection


def plays_on(report: Built) -> list[dict[str, str | None]]:
    tags = Page(report.paths["page"].read_text("utf-8")).tags
    return [one for tag, one in tags if tag == "a" and (one["href"] or "").startswith(URL)]


def mailed_and_others(reports: dict[str, Built]) -> None:
    """No link is in anything that is mailed, or of another account."""
    for scope, report in reports.items():
        with zipfile.ZipFile(report.paths["workbook"]) as book:
            content = b"".join(book.read(name) for name in book.namelist()).decode("utf-8", "replace")
        content += report.html + report.text + report.paths["csv"].read_text("utf-8")
        assert URL not in content
        assert "acme-main/2026" not in content
        assert scope == "acme" or not plays_on(report)


def test_the_page_alone_plays_what_is_stored(stored: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    chosen = with_links()
    links = chosen.signed_links()
    assert links is not None
    reports = built(stored, tmp_path / "out", chosen)
    found = plays_on(reports["acme"])
    assert {one["rel"] for one in found} == {"noreferrer"}
    read = [links.read((one["href"] or "").removeprefix(f"{URL}{PATH}"), NOW) for one in found]
    assert {one.expires_at for one in read} == {NOW + dt.timedelta(days=7)}
    names = sorted(one.key.rpartition("/")[2] for one in read)
    # A missed call; two of another length, one of them in two files; and those with the six others as recorded calls.
    assert names == sorted(
        ["5.wav", "17.wav", *(f"{number}.wav" for number in range(10, 18)), "99.wav", "10.wav", "99.wav"]
    )
    page = reports["acme"].paths["page"].read_text("utf-8")
    assert "Calls with a recording: 8" in page
    assert "Each link plays until Wed 25 Nov 08:30." in page
    assert "play 1</a>" in page
    mailed_and_others(reports)
    again = built(stored, tmp_path / "again", chosen)["acme"].paths["page"]
    assert again.read_text("utf-8") == page, "the same report has the same links"


def test_without_links_a_page_is_as_ever(stored: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    page = built(stored, tmp_path, config())["acme"].paths["page"].read_text("utf-8")
    assert "noreferrer" not in page
    assert "Calls with a recording" not in page


def test_a_secret_that_is_absent_touches_nothing(
    stored: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINK_SECRET")
    with pytest.raises(ConfigError, match="links, secret: env:LINK_SECRET is not set"):
        built(stored, tmp_path / "out", with_links())
    assert not (tmp_path / "out").exists()


def test_an_address_is_escaped() -> None:
    assert Play(('https://x/"><script>',)).__html__() == (
        '<a href="https://x/&#34;&gt;&lt;script&gt;" rel="noreferrer" target="_blank">play</a>'
    )
