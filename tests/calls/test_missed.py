from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from trunkline.calls.group import to_calls

IVR, QUEUE, VOICEMAIL, SYSTEM = ("ivr", 0, 0, 20), ("queue", 20, 0, 60), ("voicemail", 90, 0, 15), ("system", 30, 0, 10)
RANG = ("extension", 25, 20, 0)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ([RANG], "no_answer"),
        ([("ring_group", 0, 20, 0)], "no_answer"),
        ([RANG, VOICEMAIL], "voicemail"),
        ([QUEUE], "queue_abandoned"),
        ([IVR, QUEUE], "queue_abandoned"),
        ([QUEUE, ("extension", 30, 10, 0), ("extension", 45, 10, 0)], "queue_abandoned"),
        ([QUEUE, VOICEMAIL], "voicemail"),
        ([QUEUE, ("extension", 85, 20, 0)], "no_answer"),
        ([IVR], "ivr_abandoned"),
        ([IVR, SYSTEM], "not_offered"),
        ([SYSTEM], "not_offered"),
        ([IVR, RANG], "no_answer"),
        ([("extension", 0, 0, 0, {"reason": "Busy"})], "busy"),
        ([("extension", 0, 0, 0, {"reason": "Besetzt"})], "busy"),
        ([("extension", 0, 0, 0, {"reason": "Call rejected"})], "rejected"),
        ([("extension", 0, 9, 0, {"reason": "Busy"})], "no_answer"),
        ([("unknown", 0, 9, 0)], "unclassified"),
        ([("fax", 0, 9, 0)], "unclassified"),
    ],
)
def test_the_last_place_that_held_the_caller_decides(
    legs: Callable[..., pl.DataFrame], story: list[tuple[object, ...]], reason: str
) -> None:
    calls, _ = to_calls(legs(*story))
    assert calls.select("outcome", "miss_reason").row(0) == ("missed", reason)


def test_an_answered_call_has_no_reason(legs: Callable[..., pl.DataFrame]) -> None:
    calls, _ = to_calls(legs(QUEUE, ("extension", 80, 5, 60)))
    assert calls.select("outcome", "miss_reason").row(0) == ("answered", None)
