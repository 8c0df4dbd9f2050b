"""Mails that clients neither clip, strip nor make unreadable, and whose text says all that the HTML does."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from scenes import CONTACT, hard, many
from small_lake import Page, built, config

from trunkline.reports import render
from trunkline.reports.write import Built

AIM_BYTES = 80_000  # Gmail clips at 102 KB; render.py never exceeds 95 KB
# What clients strip, or fetch: caniemail's data says nothing of most of these.
TAGS = set("svg script form link iframe video audio object embed img picture details input button base meter".split())  # noqa: SIM905
WORDS = ("data:", "var(", "http:", "https:", "@import", "@font-face", "url(", "position:", "display:flex", "<!--")


@pytest.mark.parametrize("scope", ["acme", "bluegum", "stille", "northwind"])
def test_the_mail_holds_nothing_that_clients_strip_or_fetch(reports: dict[str, Built], scope: str) -> None:
    html = reports[scope].html
    page = Page(html)
    assert TAGS & {tag for tag, _ in page.tags} == set()
    assert [word for word in WORDS if word in html] == []
    for tag, attributes in page.tags:
        style = attributes.get("style") or ""
        if ground := attributes.get("bgcolor"):
            assert f"background-color:{ground}" in style
        if "background-color" in style:
            assert re.search(r"(?<![-\w])color:#", style), style
        if tag == "th":
            assert attributes.get("scope") in {"col", "row"}
        if tag == "table":
            assert attributes.get("role") in {None, "presentation"}
    lang = "en-DE" if scope == "stille" else "en-AU"
    assert page.tags.count(("html", {"lang": lang, "dir": "ltr"})) == 1
    assert max(map(len, html.splitlines())) < 20_000  # quoted-printable folds it; some relays read whole lines


def test_the_agencys_mail_with_two_hundred_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    html, text = render.agency_mail(many(connection, 200), CONTACT)
    assert len(html.encode()) <= AIM_BYTES
    for content in (html, text):
        assert "and 175 more in the full report" in content
        assert content.count("A rather long account name") >= 25


def test_accounts_stand_worst_first(connection: duckdb.DuckDBPyConnection) -> None:
    text = render.agency_mail(many(connection, 9), CONTACT)[1]
    shown = re.findall(r"- A rather long account name, number (\d): (not read|never called back \d+)", text)
    # every third is Stille, which was not read; then Acme with four callers; then Bluegum with none
    assert shown == [
        *((number, "not read") for number in "258"),
        *((number, "never called back 4") for number in "036"),
        *((number, "never called back 0") for number in "147"),
    ]


def test_the_mail_of_a_hard_week(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    hard(connection)
    acme = built(connection, tmp_path, config())["acme"]
    assert len(acme.html.encode()) <= AIM_BYTES
    # 20 callers of the hard week and 3 of the ordinary one are still to be called; a mail shows ten
    assert "13 more are in the full report" in acme.html


class Words(HTMLParser):
    """What is written in a mail, piece by piece, without captions, which are not shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside = ""
        self.feed(html[html.index('<div role="article"') :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside != "caption":
            self.said.append(" ".join(data.split()).strip(": "))


# What the text says in each line with a word of its own; of the hours, those without a call, and the legend's steps.
HEADS = {"Caller", "Last try", "Account", "Where and what, with the step that mends it", "Recordings covered"}
HOURS = {"Mon", "Tue", "Wed", "Thu", "Fri", "3–4", "5–7"}


@pytest.mark.parametrize(("scope", "least"), [("acme", 90), ("bluegum", 35), ("stille", 20), ("northwind", 45)])
def test_the_text_says_all_that_the_html_says(reports: dict[str, Built], scope: str, least: int) -> None:
    report = reports[scope]
    text = " ".join(report.text.split()).casefold()
    said = [one for one in Words(report.html).said if len(one) > 2]
    assert len(said) > least
    assert {one for one in said if one.casefold() not in text} - HEADS - HOURS == set()


def test_the_text_holds_the_figures_and_whom_to_call(reports: dict[str, Built]) -> None:
    text = reports["acme"].text
    assert "Missed-call rate: 38.9%" in text
    assert "Callers never called back: 4" in text
    assert "Recording coverage: 78%" in text
