"""Whatever a reader sees is said in their language: told by a language that marks all that is translated, `«…»`."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from babel.messages.pofile import read_po, write_po
from scenes import hard, lake_of
from small_lake import Book, config, fill, local

from trunkline.config import Config
from trunkline.reports import language
from trunkline.reports.build import Built

ROOT = Path(__file__).parents[2]
_READ = {"alt", "aria-label", "title", "aria-roledescription"}  # attributes that a reader hears
# What is not translated: names, addresses, codes of systems, times as Babel writes them, and what technicians are told.
DATA = (
    "Acme Zahnärzte",
    "Bluegum <Vets>",
    "Stille & Söhne",
    "Northwind Digital",
    "ops@northwind.example",
    "Australia/Adelaide",
    "acme-main",
    "acme-ghl",
    "bluegum-main",
    "stille-main",
    "Front desk",
    "<script>alert(1)</script>",
    "recordings answer 403",
    "Give the API client the role Recording Manager",
    "give the API client the role Recording Manager",
    "ZIP",
)
TIMES = re.compile(r"\b(Mo|Di|Mi|Do|Fr|Sa|So|Okt|Nov|Sept|Aug)\b")
WORD = re.compile(r"[^\W\d_]{2,}")


class Seen(HTMLParser):
    """The text that a reader sees or hears, piece by piece."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in {"style", "script"}
        self.pieces += [value or "" for name, value in attrs if name in _READ and value != "email"]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)

    def handle_endtag(self, _tag: str) -> None:
        self._hidden = False


def outside(text: str) -> str:
    """What is in no marks; they are in each other where one message is a place of another."""
    depth, found = 0, []
    for letter in text:
        depth += {"«": 1, "»": -1}.get(letter, 0)
        found.append(" " if depth or letter == "»" else letter)
    assert depth == 0, text
    return "".join(found)


def untranslated(text: str) -> set[str]:
    """The words of a text that are neither marked nor data."""
    rest = outside(text)
    for name in DATA:
        rest = rest.replace(name, " ")
    return {word[0] for word in WORD.finditer(TIMES.sub(" ", rest))}


@pytest.fixture(scope="module")
def _marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """German is a catalog in which every message is its own English in marks."""
    locale = tmp_path_factory.mktemp("marked")
    source = ROOT / "reports" / "locale" / "de" / "LC_MESSAGES" / "trunkline.po"
    with source.open("rb") as file:
        catalog = read_po(file, locale="de")
    for one in catalog:
        if isinstance(one.id, str):
            one.string = one.id and f"«{one.id}»"
        else:
            one.string = tuple(f"«{text}»" for text in one.id)
    place = locale / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "trunkline.po").open("wb") as file:
        write_po(file, catalog)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "LOCALE", locale)
        _forget()
        yield
    _forget()


def _forget() -> None:
    language.voice.cache_clear()
    language._catalog.cache_clear()


def german() -> Config:
    """The small config with German readers, and links to play."""
    plain = config(name="Acme Zahnärzte").model_dump(by_alias=True, exclude_unset=True)
    plain["agency"] |= {"language": "de", "country": "DE"}
    links = {"url": "https://play.northwind.example", "secret": "env:LINK_SECRET", "days": 7}
    return Config.model_validate(plain | {"links": links})


def more(connection: duckdb.DuckDBPyConnection) -> None:
    """A day that failed, recordings that the PBX is about to delete, an extension switched off, calls that a CRM lost,
    and calls of which retention took the caller.
    """
    book = Book(connection)
    connection.execute("DELETE FROM pbx_settings WHERE dn IN ('800', '802')")
    connection.execute("UPDATE pbx_settings SET name = 'Front desk' WHERE dn = '801'")
    connection.execute("UPDATE calls SET external_name = 'Front desk' WHERE call_id LIKE 'h%'")
    failed = local("2026-11-12 00:00")
    connection.execute("UPDATE windows SET state = 'failed', error = 'ZIP' WHERE since = ?", [failed])
    connection.execute("UPDATE calls SET external_number = 'removed-1' WHERE call_id IN ('h3', 'h4')")
    connection.execute("UPDATE pbxs SET auto_delete_days = 30")
    for number, cause in enumerate((None, "access", "unreachable", "build")):
        begun = {"started_at": local("2026-10-22 09:00"), "native_id": f"{number}"}
        book.recording(f"r{number}", "missing" if cause else "pending", cause=cause, **begun)
    for day, records in ((9, "all"), (11, "no")):
        setting = {"dn": "101", "name": "Front desk", "kind": "extension", "day": dt.date(2026, 11, day)}
        book.put("pbx_settings", pbx_id="acme-main", records=records, **setting)


@pytest.fixture(scope="module")
def reports(_marked: None, empty_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Reports with as much in them as can be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINK_SECRET", "x" * 32)
        return lake_of(empty_lake, tmp_path_factory.mktemp("german") / "all", german(), fill, hard, more)


def test_no_word_of_a_report_is_left_in_english(reports: dict[str, Built]) -> None:
    out = reports["northwind"].paths["page"].parent
    pages = {f"{one.scope} page": one.paths["page"].read_text("utf-8") for one in reports.values()}
    mails = {f"{one.scope} mail": one.html for one in reports.values()}
    indexes = {path.parent.name: path.read_text("utf-8") for path in out.rglob("index.html")}
    texts = {f"{one.scope} text": [one.subject, one.text] for one in reports.values()}
    seen = texts | {name: Seen(html).pieces for name, html in (pages | mails | indexes).items()}
    assert len(seen) == 3 * 4 + 4
    left = {name: {word for piece in pieces for word in untranslated(piece)} for name, pieces in seen.items()}
    assert {name: words for name, words in left.items() if words} == {}
    assert "\\u00ab{} (scrolls sideways)\\u00bb" in pages["acme page"]
    assert "«will delete 1 recording that is not stored yet" in reports["northwind"].text  # found while nobody spoke


def test_no_figure_of_a_workbook_is_left_in_english(reports: dict[str, Built]) -> None:
    path = reports["acme"].paths["workbook"]
    with zipfile.ZipFile(path) as book:
        strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", book.read("xl/sharedStrings.xml").decode())
        names = re.findall(r'<sheet name="(.*?)"', book.read("xl/workbook.xml").decode())
        pages = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, len(names))]
    assert [untranslated(name) for name in names] == [set()] * 6
    assert "COUNTIFS('«Calls»'!$" in pages[0]
    said = [strings[int(index)] for page in pages for index in re.findall(r't="s"><v>(\d+)</v>', page)]
    assert len(said) > 40
    assert {word for text in said for word in untranslated(text)} == set()


def test_cells_are_sorted_by_what_they_mean(reports: dict[str, Built]) -> None:
    page = reports["northwind"].paths["page"].read_text("utf-8")
    assert '<td class="n" data-sort="0.6836734693877551">68\xa0%</td>' in page  # 67 of 98
