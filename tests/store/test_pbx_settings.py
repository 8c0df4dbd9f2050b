from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from trunkline.models import Directory, Probe
from trunkline.store.lake import Lake
from trunkline.store.pbx_settings import keep_numbers, keep_pbx, kinds

Rows = Callable[..., list[tuple[Any, ...]]]
DAY = dt.date(2026, 11, 9)
NEXT = DAY + dt.timedelta(days=1)


def test_the_pbx_has_one_row_a_day(lake: Lake, rows: Rows) -> None:
    with lake.write() as connection:
        keep_pbx(connection, "p", Probe(licence="ENT", quota_reached=False), DAY)
        keep_pbx(connection, "p", Probe(licence="ENT", quota_reached=True, used_megabytes=900), DAY)
        keep_pbx(connection, "p", Probe(licence="PRO"), NEXT)
    found = rows("SELECT dn, kind, records, day, settings FROM pbx_settings ORDER BY day")
    assert [row[:4] for row in found] == [("pbx", "pbx", None, DAY), ("pbx", "pbx", None, NEXT)]
    first, second = (json.loads(row[4]) for row in found)
    assert first == {
        "version": None,
        "licence": "ENT",
        "licence_active": None,
        "licence_records": None,
        "max_simultaneous_calls": None,
        "transcription": None,
        "recording_stopped": None,
        "quota_reached": True,
        "quota_megabytes": None,
        "used_megabytes": 900,
        "auto_delete_days": None,
    }
    assert (second["licence"], second["quota_reached"]) == ("PRO", None)


def test_a_did_is_kept_and_is_no_number_inside(lake: Lake, rows: Rows) -> None:
    numbers = [
        Directory("101", "Anna", "extension", "yes"),
        Directory("+61870101000", "", "did"),
        Directory("101", "", "did"),
        Directory("102", "", "did"),
    ]
    with lake.write() as connection:
        keep_pbx(connection, "p", Probe(), DAY)
        keep_numbers(connection, "p", numbers, DAY)
        keep_numbers(connection, "p", [Directory("102", "Ben", "extension")], NEXT)
        keep_numbers(connection, "p", [Directory("102", "", "did")], NEXT + dt.timedelta(days=1))
        assert kinds(connection, "p") == {"101": "extension", "102": "extension"}
    assert rows("SELECT dn, kind FROM pbx_settings WHERE day = ? ORDER BY dn", DAY) == [
        ("+61870101000", "did"),
        ("101", "extension"),
        ("102", "did"),
        ("pbx", "pbx"),
    ]
