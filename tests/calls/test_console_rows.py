from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

Leg = Callable[..., dict[str, Any]]


def test_a_console_row_is_one_leg_whose_ring_and_talk_are_not_known(console_row: Leg) -> None:
    leg = console_row()
    assert (leg["leg_id"], leg["call_id"], leg["row_shape"]) == ("p:7", "p:7", "console")
    assert leg["started_at"] == dt.datetime(2026, 9, 16, 3, tzinfo=dt.UTC)
    assert (leg["duration_seconds"], leg["ring_seconds"], leg["talk_seconds"]) == (65.0, None, None)
    assert (leg["answered"], leg["spoke"], leg["recording_ids"]) == (True, True, [])


def test_a_time_without_an_offset_is_in_the_accounts_zone(console_row: Leg) -> None:
    assert console_row(CallTime="2026-09-16T12:30:00")["started_at"] == dt.datetime(2026, 9, 16, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("shown", "kind", "dn", "number", "name"),
    [
        ("Anna Agent (100)", "extension", "100", None, "Anna Agent"),
        ("(100)", "extension", "100", None, None),
        ("100 Anna Agent", "extension", "100", None, "Anna Agent"),
        ("Ext.100", "extension", "100", None, None),
        ("Support (800)", "queue", "800", None, "Support"),
        ("Voice Mail (999)", "voicemail", "999", None, "Voice Mail"),
        ("Nobody (555)", "unknown", "555", None, "Nobody"),
        ("+61412345678", "external", None, "+61412345678", None),
        ("Jo (0412345678)", "external", None, "+61412345678", "Jo"),
        ("Jo (Bay) (0412345678)", "external", None, "+61412345678", "Jo (Bay)"),
        ("anonymous", "external", None, None, None),
        ("", "external", None, None, None),
        (None, "external", None, None, None),
    ],
)
def test_a_display_string_is_taken_apart(
    console_row: Leg, shown: str | None, kind: str, dn: str | None, number: str | None, name: str | None
) -> None:
    leg = console_row(CallerId=shown)
    assert (leg["source_kind"], leg["source_dn"], leg["source_number"], leg["source_name"]) == (kind, dn, number, name)


def test_a_row_without_an_id_is_known_by_time_and_parties(console_row: Leg) -> None:
    one, same = console_row(Id=None), console_row(Id=None, Duration="00:02:00", Answered=False)
    other = console_row(Id=None, CallerId="+61412345679")
    assert one["call_id"].startswith("p:h")
    assert one["call_id"] == same["call_id"] != other["call_id"]


def test_an_unanswered_row_was_spoken_to_by_nobody(console_row: Leg) -> None:
    assert console_row(Answered=False)["spoke"] is False
    assert console_row(Destination="Support (800)")["spoke"] is False
