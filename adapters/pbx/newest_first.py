"""A list that a PBX gives newest first: read back only as far as a window needs, and kept for the next window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from trunkline.errors import BadAnswer
from trunkline.windows import Window

Page = Callable[[int], Awaitable[tuple[list[bytes], bool]]]
Start = Callable[[bytes], dt.datetime | None]
MAX_PAGES = 2_000


class NewestFirst:
    """`page(start)` gives entries from a position on, and whether more follow; `start_of` an entry's time."""

    def __init__(self, page: Page, start_of: Start) -> None:
        self._page, self._start_of = page, start_of
        self._entries: list[tuple[dt.datetime | None, bytes]] = []
        self._has_more = True

    async def within(self, window: Window) -> tuple[list[bytes], int]:
        """The entries that start in the window, and how many pages were asked for it.

        An entry whose time cannot be read stays next to its neighbours, so that it is quarantined and not lost.
        """
        pages = 0
        while self._has_more and not self._reaches(window.since):
            entries, self._has_more = await self._page(len(self._entries))
            self._entries += [(self._start_of(entry), entry) for entry in entries]
            pages += 1
            if pages > MAX_PAGES or (self._has_more and not entries):
                raise BadAnswer("a list that says it goes on and does not", mend="report this 3CX version")
        newer = next((start for start, _entry in self._entries if start), window.since)
        found = []
        for start, entry in self._entries:
            newer = start or newer
            if window.since <= newer < window.until:
                found.append(entry)
        return found, pages

    def _reaches(self, since: dt.datetime) -> bool:
        known = [start for start, _entry in reversed(self._entries) if start]
        return bool(known) and known[0] < since
