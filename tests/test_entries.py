from __future__ import annotations

import datetime as dt

import pytest

from trunkline.entries import CallFacts, Entry, with_our_part

STARTED = dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("direction", "outcome"),
    [("inbound", "answered"), ("inbound", "missed"), ("outbound", "connected"), ("outbound", "not_connected")],
)
def test_our_part_of_a_text_is_replaced_as_a_whole(direction: str, outcome: str) -> None:
    call = CallFacts("pbx:1", STARTED, direction, outcome, agent="Bo Ray (102)")
    entry = Entry(call, "Australia/Adelaide")
    assert with_our_part(f"Hers.\n{entry.text}\nCall again!", "OURS", entry.marker) == "Hers.\nOURS\nCall again!"
