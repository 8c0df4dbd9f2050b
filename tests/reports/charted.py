"""What the tests of charts share: the figures of `acme`, and what is written in a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import duckdb
from small_lake import NOW, WEEK, config

from trunkline.periods import Period
from trunkline.reports import read
from trunkline.reports.account import AccountFigures
from trunkline.reports.charts.chart import Chart


def figures(connection: duckdb.DuckDBPyConnection, period: Period = WEEK, **changes: object) -> AccountFigures:
    acme = config(**changes).account[0]
    read.snapshot(connection, [period], config().account)
    return read.account_figures(connection, acme, period, NOW)


def texts_of(chart: Chart) -> list[str]:
    """What is written in the picture."""
    return [text.text or "" for text in ElementTree.fromstring(chart.svg).iter("text")]  # noqa: S314
