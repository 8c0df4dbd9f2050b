"""Mails that clients neither clip, strip nor make unreadable."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, WEEK, Book, Page, built, config, local

from trunkline.config import Config
from trunkline.reports.build import Built, build
from trunkline.settings import write_settings
from trunkline.store.lake import Lake


@pytest.mark.parametrize("scope", ["acme", "bluegum", "stille", "northwind"])
def test_the_mail_holds_nothing_that_clients_strip_or_fetch(reports: dict[str, Built], scope: str) -> None:
    html = reports[scope].html
    page = Page(html)
    assert not {"svg", "script", "form", "link", "iframe", "video", "img", "details", "input", "object"} & {
        tag for tag, _ in page.tags
    }
    for forbidden in ("data:", "var(", "http:", "https:", "@import", "@font-face", "url(", "position:", "display:flex"):
        assert forbidden not in html
    for tag, attributes in page.tags:
        style = attributes.get("style") or ""
        if attributes.get("bgcolor") and tag == "td":
            assert f"background-color:{attributes['bgcolor']}" in style
            assert re.search(r"(?<![-\w])color:#", style)
        if tag == "th":
            assert attributes.get("scope") in {"col", "row"}
    lang = "en-DE" if scope == "stille" else "en-AU"
    assert page.tags.count(("html", {"lang": lang, "dir": "ltr"})) == 1


def many(count: int) -> Config:
    one = config().account[0]
    pbx = one.pbx[0]
    accounts = [
        one.model_copy(
            update={
                "id": f"acct-{n}",
                "name": f"A rather long account name, number {n}",
                "pbx": (pbx.model_copy(update={"id": f"acct-{n}-main"}),),
            }
        )
        for n in range(count)
    ]
    return config().model_copy(update={"account": tuple(accounts)})


# One missed caller for the first account, two for the second, …; one answered call each whose recording is missing.
MANY_CALLS = """
INSERT INTO calls BY NAME
SELECT id || '-' || n AS call_id, id AS account_id, id || '-main' AS pbx_id, $at AS started_at, $at AS ended_at,
    'inbound' AS direction, if(n = 0, 'answered', 'missed') AS outcome, '+6141200' || (1000 + n) AS external_number,
    20 AS wait_seconds, if(n = 0, 60, 0) AS talk_seconds
FROM (SELECT unnest($ids) AS id, unnest(range(1, len($ids) + 1)) AS callers), range(100) AS numbers(n)
WHERE n <= callers
"""


def test_size_of_the_agencys_mail(tmp_path: Path) -> None:
    big = many(32)
    with Lake(tmp_path / "lake").read() as connection:
        write_settings(connection, big, [2026])
        connection.execute(MANY_CALLS, {"ids": [one.id for one in big.account[:-1]], "at": local("2026-11-09 10:00")})
        for account in big.account[:-1]:  # the last was not heard from
            Book(connection).window(account.id, "2026-11-01 00:00", "2026-11-17 00:00")
        report = build(connection, big, WEEK, big.account, tmp_path / "out", NOW)[-1]
    size = len(report.html.encode())
    assert size <= 80_000, size  # Gmail clips at 102 KB; 95 KB is the limit, 80 the aim
    assert "and 7 more in the full report" in report.html
    assert report.html.index("number 31") < report.html.index("number 30<") < report.html.index("number 29<")


def test_size_of_a_busy_accounts_mail(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    book = Book(connection)
    for number in range(300):
        day = 9 + number % 5
        book.call(
            f"x{number}",
            f"2026-11-{day:02} {8 + number % 10:02}:40",
            "missed",
            f"+614220{number:05}",
            miss_reason="no_answer",
            queue=f"8{number % 20:02}",
            did=f"+618700{number % 30:05}",
        )
    acme = built(connection, tmp_path, config())["acme"]
    assert len(acme.html.encode()) <= 80_000
    assert "293 more are in the full report" in acme.html
