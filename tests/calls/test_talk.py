from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trunkline.calls.group import to_calls

Legs = Callable[..., pl.DataFrame]


def talked(frame: pl.DataFrame) -> float | None:
    return to_calls(frame)[0]["talk_seconds"].item()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([(0, 5, 60)], 60.0),
        ([(0, 5, 60), (65, 0, 30)], 90.0),
        ([(0, 0, 60), (30, 0, 60)], 90.0),
        ([(0, 0, 60), (10, 0, 20)], 60.0),
        ([(0, 0, 60), (10, 0, 20), (50, 0, 20)], 70.0),
        ([(0, 5, 0)], 0.0),
    ],
)
def test_two_who_talk_at_once_count_once(legs: Legs, spans: list[tuple[int, int, int]], seconds: float) -> None:
    assert talked(legs(*(("extension", *span) for span in spans))) == seconds


def test_a_queues_music_a_menu_and_a_voicemail_are_no_talk(legs: Legs) -> None:
    call = legs(("ivr", 0, 0, 20), ("queue", 20, 0, 100), ("extension", 120, 5, 60), ("voicemail", 190, 0, 30))
    assert talked(call) == 60.0


def test_talk_that_is_not_known_makes_the_calls_unknown(legs: Legs) -> None:
    assert talked(legs(("extension", 0, 5, 60, {"talk_seconds": None}))) is None


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 30), st.integers(1, 300)), min_size=1, max_size=8)


@given(SPANS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_union_is_what_a_stop_watch_would_show(legs: Legs, spans: list[tuple[int, int, int]]) -> None:
    seconds = talked(legs(*(("extension", *span) for span in spans)))
    talks = [talk for _after, _ring, talk in spans]
    watched = {second for after, ring, talk in spans for second in range(after + ring, after + ring + talk)}
    assert seconds == len(watched)
    assert max(talks) <= seconds <= sum(talks)
