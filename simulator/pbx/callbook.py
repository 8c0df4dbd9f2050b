"""The calls of one PBX, in the orders in which its interfaces ask for them."""

from __future__ import annotations

import bisect
import datetime as dt
import threading
from dataclasses import dataclass, replace
from typing import Any

from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg, PlacedRecording


@dataclass(frozen=True)
class Entry:
    """One row of the call log; `raw` is a row that a test made up."""

    at: dt.datetime
    visible_at: dt.datetime
    call: PlacedCall | None = None
    leg: PlacedLeg | None = None
    raw: object = None


@dataclass(frozen=True)
class Kept:
    """One recording and the call that it belongs to."""

    call: PlacedCall
    recording: PlacedRecording


class CallBook:
    """Grows while the server runs. Rows are hidden until their call has ended (v20 reference §3.7)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._calls: list[PlacedCall] = []
        self._recordings: dict[int, Kept] = {}
        self._numbers: set[int] = set()
        self._segments: set[int] = set()
        self._sorted = True
        self.shown: dict[int, dict[str, Any]] = {}
        """List rows made so far, by recording id: they never change, and a list is asked for page by page."""

    def add(self, call: PlacedCall) -> PlacedCall:
        """Adds a call; the returned one has the ids under which the PBX knows it."""
        with self._lock:
            call = self._with_own_ids(call)
            self._calls.append(call)
            self._entries += [Entry(leg.started_at, call.ended_at, call, leg) for leg in call.legs]
            self._recordings |= {one.recording_id: Kept(call, one) for one in call.recordings}
            self._sorted = False
        return call

    def add_row(self, at: dt.datetime, row: object) -> None:
        """Adds a made-up call log row that is shown as it is: something no parser expects."""
        with self._lock:
            self._entries.append(Entry(at, at, raw=row))
            self._sorted = False

    def rows(self, since: dt.datetime, until: dt.datetime, now: dt.datetime) -> list[Entry]:
        """Visible rows with since ≤ start ≤ until, newest first."""
        entries, _ = self._in_order()
        low = bisect.bisect_left(entries, since, key=lambda one: one.at)
        high = bisect.bisect_right(entries, until, key=lambda one: one.at)
        return [one for one in reversed(entries[low:high]) if one.visible_at <= now]

    def calls(self, since: dt.datetime, until: dt.datetime, now: dt.datetime) -> list[PlacedCall]:
        """Ended calls with since ≤ start ≤ until, newest first."""
        _, calls = self._in_order()
        low = bisect.bisect_left(calls, since, key=lambda one: one.started_at)
        high = bisect.bisect_right(calls, until, key=lambda one: one.started_at)
        return [one for one in reversed(calls[low:high]) if one.ended_at <= now]

    def newest(self, now: dt.datetime) -> dt.datetime | None:
        """Start of the newest visible row."""
        entries, _ = self._in_order()
        return next((one.at for one in reversed(entries) if one.visible_at <= now), None)

    def recording(self, recording_id: int) -> Kept | None:
        """A recording by its id, whatever became of its file."""
        return self._recordings.get(recording_id)

    def recordings(self) -> list[Kept]:
        """All recordings, by id."""
        with self._lock:
            return [self._recordings[key] for key in sorted(self._recordings)]

    def __len__(self) -> int:
        return len(self._calls)

    def _in_order(self) -> tuple[list[Entry], list[PlacedCall]]:
        with self._lock:
            if not self._sorted:
                self._entries = sorted(self._entries, key=lambda one: one.at)
                self._calls = sorted(self._calls, key=lambda one: one.started_at)
                self._sorted = True
            return self._entries, self._calls

    def _with_own_ids(self, call: PlacedCall) -> PlacedCall:
        number = call.number
        while number in self._numbers:
            number += 1
        self._numbers.add(number)
        taken: set[int] = set()
        legs = tuple(self._leg_with_own_ids(leg, taken) for leg in call.legs)
        return replace(call, number=number, legs=legs)

    def _leg_with_own_ids(self, leg: PlacedLeg, taken: set[int]) -> PlacedLeg:
        segment = leg.segment
        while segment in self._segments:
            segment += 1
        self._segments.add(segment)
        recordings = []
        for one in leg.recordings:
            recording_id = one.recording_id
            while recording_id in taken or recording_id in self._recordings:
                recording_id += 1
            taken.add(recording_id)
            recordings.append(replace(one, recording_id=recording_id))
        return replace(leg, segment=segment, recordings=tuple(recordings))
