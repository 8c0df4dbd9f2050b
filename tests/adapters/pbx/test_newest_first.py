from __future__ import annotations

import asyncio
import datetime as dt

from trunkline.adapters.pbx.newest_first import NewestFirst
from trunkline.windows import Window

START = dt.datetime(2026, 9, 16, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Backwards:
    """Entries named by the hours before START at which they began, two a page, newest first."""

    def __init__(self, *hours: str) -> None:
        self.hours = hours
        self.asked: list[int] = []

    async def page(self, start: int) -> tuple[list[bytes], bool]:
        self.asked.append(start)
        return [one.encode() for one in self.hours[start : start + 2]], start + 2 < len(self.hours)

    def start_of(self, entry: bytes) -> dt.datetime | None:
        return START - HOUR * int(entry) if entry.isdigit() else None

    def reader(self) -> NewestFirst:
        return NewestFirst(self.page, self.start_of)


def within(reader: NewestFirst, oldest: int, newest: int) -> tuple[list[str], int]:
    found, pages = asyncio.run(reader.within(Window(START - HOUR * oldest, START - HOUR * newest)))
    return [one.decode() for one in found], pages


def test_pages_are_read_back_only_as_far_as_the_window_needs() -> None:
    server = Backwards("1", "2", "3", "4", "5", "6", "7", "8")
    assert within(server.reader(), 3, 1) == (["2", "3"], 2)
    assert server.asked == [0, 2]


def test_what_was_read_is_kept_for_the_next_window() -> None:
    server = Backwards("1", "2", "3", "4", "5", "6", "7", "8")
    reader = server.reader()
    assert within(reader, 5, 2)[0] == ["3", "4", "5"]
    assert within(reader, 3, 0) == (["1", "2", "3"], 0)
    assert within(reader, 7, 5) == (["6", "7"], 1)
    assert server.asked == [0, 2, 4, 6]


def test_the_window_holds_its_beginning_but_not_its_end() -> None:
    assert within(Backwards("1", "2", "3").reader(), 2, 1)[0] == ["2"]


def test_a_list_that_ends_before_the_window_is_read_to_its_end() -> None:
    server = Backwards("1", "2", "3")
    assert within(server.reader(), 100, 50) == ([], 2)
    assert within(Backwards().reader(), 5, 1) == ([], 1)


def test_an_entry_without_a_readable_time_stays_with_its_newer_neighbour() -> None:
    reader = Backwards("1", "x", "3", "y", "5", "6").reader()
    assert within(reader, 4, 2)[0] == ["3", "y"]
    assert within(reader, 1, 0)[0] == ["1", "x"]


def test_an_entry_without_a_readable_time_is_not_lost_at_the_top_or_alone() -> None:
    assert within(Backwards("x", "2", "5").reader(), 3, 1)[0] == ["x", "2"]
    assert within(Backwards("x").reader(), 3, 1)[0] == ["x"]
