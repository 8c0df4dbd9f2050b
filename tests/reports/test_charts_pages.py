"""The chart of accounts, and what holds for every chart on the pages."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from charted import texts_of
from small_lake import NOW, WEEK, built, config

from trunkline.colours import LEAST_CONTRAST, contrast
from trunkline.reports import agency, read
from trunkline.reports.charts import accounts
from trunkline.reports.charts.labels import WIDTHS, Dot, placed
from trunkline.reports.charts.paint import PAINTS


def together(connection: duckdb.DuckDBPyConnection) -> agency.AgencyFigures:
    chosen = config().account
    read.snapshot(connection, [WEEK], chosen)
    return agency.AgencyFigures(
        config().agency, WEEK, tuple(read.account_figures(connection, one, WEEK, NOW) for one in chosen)
    )


def test_accounts_as_dots(connection: duckdb.DuckDBPyConnection) -> None:
    chart = accounts.accounts(together(connection).worst_first)
    assert chart is not None
    assert chart.rows == [
        ("Stille & Söhne", None, None, None, None, "not read"),
        ("Acme Dental", 19, 1, 7, "38.9%", "100%"),
        ("Bluegum <Vets>", 1, 0, 0, "0%", "100%"),
    ]
    picture = ElementTree.fromstring(chart.svg)  # noqa: S314
    dots = {dot.findtext("title"): (dot.get("cx"), dot.get("cy")) for dot in picture.iter("circle")}
    # right: 9 % and the root of 1 or of 1/19 of 88 %; up: 38.9 of 40 % of 200 px above 232
    assert dots == {
        "Acme Dental: 19 offered, 38.9% missed": ("97%", "37.5556"),
        "Bluegum <Vets>: 1 offered, 0% missed": ("29.19%", "232"),
    }
    assert {"Acme Dental", "Bluegum <Vets>"} <= set(texts_of(chart))


def test_one_account_makes_no_picture_of_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM calls WHERE account_id = 'bluegum'")
    assert accounts.accounts(together(connection).worst_first) is None


def test_no_name_lies_on_another_or_outside() -> None:
    dots = [Dot(10 + 6 * number, 100 + 3 * number, f"Account number {number}") for number in range(14)]
    found = placed(dots, dots)
    assert 2 <= len(found) < len(dots)  # some have no free place
    for width in WIDTHS:
        boxes = [label.box(width) for label in found]
        assert all(left >= 0 and right <= width for left, _top, right, _bottom in boxes)
        for index, (left, top, right, bottom) in enumerate(boxes):
            for other_left, other_top, other_right, other_bottom in boxes[index + 1 :]:
                assert left >= other_right or right <= other_left or top >= other_bottom or bottom <= other_top


@pytest.mark.parametrize("name", PAINTS)
def test_every_ink_of_a_chart_can_be_read(name: str) -> None:
    paint = PAINTS[name]
    assert contrast(paint.fill, paint.ink) >= LEAST_CONTRAST
    assert contrast(paint.dark_fill, paint.dark_ink) >= LEAST_CONTRAST


def test_pictures_on_the_pages_are_whole_and_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reports = built(connection, tmp_path, config())
    expected = {
        "acme": {"heat", "days", "weeks", "waits", "recordings", "strip"},
        "bluegum": {"days", "weeks", "waits", "strip"},
        "stille": set(),
        "northwind": {"accounts", "heat"},
    }
    for scope, names in expected.items():
        page = reports[scope].paths["page"].read_text("utf-8")
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        found = [ElementTree.fromstring(svg) for svg in re.findall("<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314
        assert {one.get("aria-labelledby") for one in found} == {f"{name}-title {name}-desc" for name in names}
        for one in found:
            assert one.get("role") == "img"
            assert one.findtext("title")
            assert one.findtext("desc")
            assert not {part.tag for part in one.iter()} & {"foreignObject", "style", "script", "image"}
