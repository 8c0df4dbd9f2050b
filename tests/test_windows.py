from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from trunkline.windows import Read, Window, cut, due, merged, missing, settled

DAY = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OVERLAP = 4 * HOUR
LONG_AFTER = DAY + dt.timedelta(days=60)


def hours(since: float, until: float) -> Window:
    return Window(DAY + since * HOUR, DAY + until * HOUR)


def minutes_of(windows: list[Window]) -> set[int]:
    """The same time as a set of minutes: a second account of it, without any arithmetic of spans."""
    found: set[int] = set()
    for window in windows:
        first, last = ((one - DAY) // dt.timedelta(minutes=1) for one in (window.since, window.until))
        found |= set(range(first, last))
    return found


def window_of(pair: tuple[int, int]) -> Window:
    since, length = pair
    return Window(DAY + dt.timedelta(minutes=since), DAY + dt.timedelta(minutes=since + length))


WINDOW = st.tuples(st.integers(0, 4000), st.integers(1, 3000)).map(window_of)
WINDOWS = st.lists(WINDOW, max_size=6)


@given(WINDOW, WINDOWS)
def test_what_is_missing_is_exactly_what_nothing_covers(span: Window, covered: list[Window]) -> None:
    gaps = missing(span, covered)
    assert minutes_of(gaps) == minutes_of([span]) - minutes_of(covered)
    assert gaps == merged(gaps)


@given(WINDOWS)
def test_merged_windows_are_the_same_time_in_order_and_apart(windows: list[Window]) -> None:
    result = merged(windows)
    assert minutes_of(result) == minutes_of(windows)
    assert all(one.until < other.since for one, other in itertools.pairwise(result))


@given(WINDOW)
def test_a_cut_span_is_the_same_span_in_pieces_of_one_utc_day(span: Window) -> None:
    pieces = cut(span)
    assert [pieces[0].since, pieces[-1].until] == [span.since, span.until]
    assert all(one.until == other.since for one, other in itertools.pairwise(pieces))
    assert all(piece.since.date() == (piece.until - dt.timedelta(microseconds=1)).date() for piece in pieces)


@given(WINDOW)
def test_halves_make_the_whole(span: Window) -> None:
    first, second = span.halves()
    assert (first.since, second.until) == (span.since, span.until)
    assert first.until == second.since
    assert span.since <= first.until <= span.until
    assert first.until.microsecond == 0


@given(WINDOW, st.lists(st.tuples(WINDOW, st.integers(0, 600)), max_size=5))
def test_due_windows_cover_all_that_was_never_read(span: Window, reads: list[tuple[Window, int]]) -> None:
    known = [Read(window, window.until + dt.timedelta(minutes=late)) for window, late in reads]
    wanted = minutes_of([span]) - minutes_of([one.window for one in known])
    asked = minutes_of(due(span, known, OVERLAP))
    assert wanted <= asked <= minutes_of([span])
    assert bool(wanted) == bool(asked)


def test_a_window_is_cut_at_midnight_utc() -> None:
    assert cut(hours(20, 50)) == [hours(20, 24), hours(24, 48), hours(48, 50)]


def test_nothing_is_due_when_all_was_read() -> None:
    assert due(hours(0, 24), [Read(hours(0, 24), DAY + 24.1 * HOUR)], OVERLAP) == []


def test_a_young_window_is_not_settled_and_is_read_again_with_the_next() -> None:
    """A call of three hours that began at 21:00 was not written yet when the window was read at 24:06."""
    read = Read(hours(0, 24), DAY + 24.1 * HOUR)
    assert settled([read], OVERLAP) == [hours(0, 20.1)]
    assert due(hours(0, 26), [read], OVERLAP) == [hours(20.1, 24), hours(24, 26)]


def test_a_window_younger_than_the_overlap_is_not_settled_at_all() -> None:
    assert settled([Read(hours(23, 24), DAY + 24.1 * HOUR)], OVERLAP) == []


def test_a_window_read_long_after_is_settled() -> None:
    assert due(hours(0, 48), [Read(hours(0, 24), LONG_AFTER)], OVERLAP) == [hours(24, 48)]


def test_the_gap_of_a_failed_window_is_due_again() -> None:
    reads = [Read(hours(0, 24), LONG_AFTER), Read(hours(48, 72), LONG_AFTER)]
    assert due(hours(0, 72), reads, OVERLAP) == [hours(24, 48)]


def test_everything_is_due_of_a_new_pbx() -> None:
    assert due(hours(0, 36), [], OVERLAP) == [hours(0, 24), hours(24, 36)]


def test_a_window_says_its_times_in_utc() -> None:
    assert str(hours(0, 1.5)) == "2026-09-14T00:00:00Z–2026-09-14T01:30:00Z"
