"""What a reader sees of a brand and a language, in mails, pages and messages."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from pictures import png
from small_lake import Page, built, config

from trunkline.adapters.message import message
from trunkline.branding import Brand
from trunkline.config import Config, Mail
from trunkline.errors import ConfigError
from trunkline.reports.brand import branded, resolve, wearing
from trunkline.reports.write import Built

MAIL = Mail.model_validate({"url": "smtp://127.0.0.1:1025", "from": "Reports <reports@northwind.example>"})


def of_agency(folder: Path, accounts: Config, **given: object) -> Config:
    """The config with a brand for its agency, read from that folder."""
    agency = accounts.agency.model_copy(update={"brand": Brand.model_validate(given)})
    changed = accounts.model_copy(update={"agency": agency})
    changed._path = folder / "trunkline.toml"
    return changed


def words_of(text: str) -> str:
    """The text of a mail, without markup and style."""
    plain = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(plain))


def figures(text: str, *, german: bool) -> Counter[str]:
    """Every number of a text, in the English form."""
    found = re.findall(r"\d+(?:[.,:]\d+)*", words_of(text))
    swap = str.maketrans(",.", ".,")
    return Counter(one.translate(swap) if german else one for one in found)


def test_the_figures_of_a_german_mail_are_those_of_the_english_one(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    english = built(connection, tmp_path / "en", config())["acme"]
    german = built(connection, tmp_path / "de", config(language="de"))["acme"]
    assert figures(german.html, german=True) == figures(english.html, german=False)
    assert figures(german.text, german=True) == figures(english.text, german=False)
    assert "4 Anrufer wurden in dieser Woche nicht binnen 1 Werktag zurückgerufen; 1 davon versuchte es" in german.text
    assert '<html lang="de" dir="ltr">' in german.html
    assert '<html lang="en-AU" dir="ltr">' in english.html
    rates = re.findall(r"(?<=Quote verpasster Anrufe: )[\d,]+\xa0%", german.text)
    assert rates == [
        re.findall(r"(?<=Missed-call rate: )[\d.]+%", english.text)[0].replace(".", ",").replace("%", "\xa0%")
    ]
    assert "Nie zurückgerufene Anrufer: 4" in german.text  # a capital at the beginning, nouns keep theirs


def test_an_account_speaks_the_agencys_language_unless_it_has_its_own() -> None:
    spoken = config(language="en")
    german = spoken.agency.model_copy(update={"language": "de"})
    spoken = spoken.model_copy(update={"agency": german})
    acme, bluegum, stille = spoken.account
    tags = []
    for account in (acme, bluegum, stille, None):
        with wearing(spoken, account) as worn:
            tags.append(worn.lang)
    assert tags == ["en-AU", "de", "de-DE", "de"]
    assert not branded().is_shown


def test_a_brand_is_seen_in_the_mail_the_text_and_the_page_and_the_agencys_name_nowhere(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(png(440, 90))
    branded_ones = of_agency(
        tmp_path,
        config(),
        name="Käufer & <Söhne>",
        colour="#7a1fa2",
        logo="logo.png",
        footer=["Käufer & <Söhne> Pty Ltd", "1 High Street"],
        reply_to="help@kaeufer.example",
    )
    reports = built(connection, tmp_path / "out", branded_ones)
    acme = reports["acme"]
    page = acme.paths["page"].read_text("utf-8")
    for one in (acme.html, page):
        assert "Käufer &amp; &lt;Söhne&gt; Pty Ltd" in one
        assert "<Söhne>" not in one
        assert "#7a1fa2" in one
    assert "Käufer & <Söhne> Pty Ltd\n1 High Street\n" in acme.text
    for report in (acme, reports["northwind"]):
        shown = report.html + report.text + report.paths["page"].read_text("utf-8")
        assert "Northwind" not in shown
    assert "write to help@kaeufer.example" in acme.text
    assert reports["northwind"].subject.startswith("Käufer & <Söhne>: ")
    assert "trunkline" not in words_of(acme.html + page)  # the agency's own names the commands that mend
    images = [dict(attributes) for tag, attributes in Page(acme.html).tags if tag == "img"]
    assert [(one["width"], one["height"], one["alt"]) for one in images] == [("220", "45", "Käufer & <Söhne>")]
    assert images[0]["src"] == f"cid:{acme.images[0].cid}"
    assert re.findall(r'<img src="(data:image/png;base64,)', page) == ["data:image/png;base64,"]
    assert "https:" not in acme.html


def test_a_mail_brings_its_logo_along_and_answers_go_to_the_brand(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(png(100, 20))
    acme = built(
        connection, tmp_path / "out", of_agency(tmp_path, config(), logo="logo.png", reply_to="help@kaeufer.example")
    )["acme"]
    made = message(MAIL, acme)
    assert made["Reply-To"] == "help@kaeufer.example"
    assert [part.get_content_type() for part in made.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/csv",
        "text/csv",
    ]
    image = list(made.walk())[5]
    assert image["Content-ID"] == f"<{acme.images[0].cid}>"
    assert image.get_content_disposition() == "inline"
    assert image.get_payload(decode=True) == png(100, 20)


def test_a_logo_from_afar_is_in_the_mail_alone(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    far = {"logo": "https://cdn.example/l.png?a=1&b=2", "logo_size": [120, 240], "name": "Far"}
    acme = built(connection, tmp_path / "out", config(brand=far))["acme"]
    image = next(attributes for tag, attributes in Page(acme.html).tags if tag == "img")
    assert (image["src"], image["width"], image["height"]) == ("https://cdn.example/l.png?a=1&b=2", "30", "60")
    page = acme.paths["page"].read_text("utf-8")
    assert "cdn.example" not in page
    assert '<p class="brand">Far</p>' in page
    assert acme.images == ()
    assert "multipart/related" not in {part.get_content_type() for part in message(MAIL, acme).walk()}


def test_without_a_brand_there_is_no_band(reports: dict[str, Built]) -> None:
    assert 'class="brand"' not in reports["acme"].html
    assert 'class="brand"' not in reports["acme"].paths["page"].read_text("utf-8")


def test_a_logo_that_is_gone_by_now_is_an_error_that_names_it(tmp_path: Path) -> None:
    gone = of_agency(tmp_path, config(), logo="logo.png")
    with pytest.raises(ConfigError, match=r"account\[acme\]\.brand\.logo: .*logo\.png: No such file"):
        resolve(gone, gone.account[0])
