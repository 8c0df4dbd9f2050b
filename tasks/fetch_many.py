"""Many recordings of one PBX, a few at once; what became of them is noted in the lake as it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

from trunkline.adapters.pbx import AT_ONCE
from trunkline.adapters.pbx.base import Surface
from trunkline.errors import BadAnswer, TokenSuperseded, Unreachable
from trunkline.models import Probe
from trunkline.recordings import is_young, unanswered
from trunkline.store.recordings import Waiting, note_results
from trunkline.tasks.fetch import fetch
from trunkline.tasks.work import Site, Work, now

FETCHERS = AT_ONCE + 2  # so that no connection waits while files are verified
NOTED_AT_ONCE = 500  # results per transaction
NOTED_AFTER_SECONDS = 15.0  # large files: what is on disk must not be fetched again after a kill
OUTAGE_AFTER = 3  # so many in a row that cannot be had are the PBX's outage; of fewer each waits, and the next is tried


class FetchMany:
    """Fetches recordings and notes the results.

    `asked` and `stored`: how many. `not_yet`: those that were not there, or not whole, and may be before long.
    `is_refused`: one was, so that no other is asked for.
    """

    def __init__(self, work: Work, site: Site, surface: Surface, probe: Probe) -> None:
        self._work, self._site, self._surface, self._probe = work, site, surface, probe
        self.asked = self.stored = 0
        self.not_yet: list[Waiting] = []
        self.is_refused = False
        self._unnoted: list[dict[str, Any]] = []
        self._noted_at = time.monotonic()
        self._lost = 0

    async def run(self, waits: Sequence[Waiting]) -> None:
        """Fetches these in this order; what was fetched before an error is noted before the error goes on.

        Raises:
            DiskFull: Nothing half-written stays under a final name; the rest waits.
            Unreachable, BadAnswer, TokenSuperseded: The PBX no longer answers; the rest waits.
        """
        queue = iter(waits)
        fetchers = [asyncio.create_task(self._work_off(queue)) for _ in range(min(FETCHERS, len(waits)))]
        try:
            await asyncio.gather(*fetchers)
        finally:
            for one in fetchers:
                one.cancel()
            await asyncio.gather(*fetchers, return_exceptions=True)
            await self._note()

    async def _work_off(self, queue: Iterator[Waiting]) -> None:
        """Takes one after the other from a queue that all fetchers share."""
        for recording in queue:
            await self._fetch(recording)
            is_due = time.monotonic() - self._noted_at > NOTED_AFTER_SECONDS
            if is_due or len(self._unnoted) >= NOTED_AT_ONCE:
                await self._note()
            if self.is_refused:
                return

    async def _fetch(self, recording: Waiting) -> None:
        self.asked += 1
        try:
            result = await fetch(self._work, self._site, self._surface, self._probe, recording)
        except (Unreachable, BadAnswer, TokenSuperseded) as error:
            self._lost += 1
            age = now() - recording.ended_at
            outcome = unanswered(error.message, age=age, is_archived=recording.is_archived)
            self._unnoted.append({"recording_id": recording.recording_id, "tried_at": now(), **vars(outcome)})
            if self._lost >= OUTAGE_AFTER:
                raise
        else:
            self._lost = 0
            self._look_at(recording, result)
        self._work.watcher.done("recordings")

    def _look_at(self, recording: Waiting, result: dict[str, Any]) -> None:
        self._unnoted.append(result)
        self.stored += result["state"] == "stored"
        self.is_refused |= result["cause"] == "access"
        if result["state"] == "pending" and is_young(recording.ended_at, now()):
            self.not_yet.append(recording)

    async def _note(self) -> None:
        results, self._unnoted, self._noted_at = self._unnoted, [], time.monotonic()
        if results:
            await asyncio.to_thread(self._write, results)

    def _write(self, results: list[dict[str, Any]]) -> None:
        with self._work.lake.write() as connection:
            note_results(connection, results)
