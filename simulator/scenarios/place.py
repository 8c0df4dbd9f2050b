"""Puts a scenario at a point in time: real ids, real numbers, and the truth that goes with them."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trunkline.simulator.scenarios.cast import CALLER_MARK
from trunkline.simulator.scenarios.story import ConsoleRow, Leg, Party, Recording, Scenario, Truth

FILETIME_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
RECORDING_EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
RECORDING_IDS_PER_SECOND = 8
"""Recording ids grow with time and stay inside an int32 until 2032."""


@dataclass(frozen=True)
class PlacedRecording:
    """A recording with its id and the times it covers."""

    recording_id: int
    started_at: dt.datetime
    leg: PlacedLeg = field(repr=False, compare=False)
    story: Recording

    @property
    def ended_at(self) -> dt.datetime:
        """When the recorded leg was hung up."""
        return self.started_at + dt.timedelta(seconds=self.story.seconds)


@dataclass(frozen=True)
class PlacedLeg:
    """A leg with its start time and its CdrId."""

    cdr_id: str
    history_id: str
    started_at: dt.datetime
    story: Leg
    recordings: tuple[PlacedRecording, ...] = ()

    @property
    def ended_at(self) -> dt.datetime:
        """Start plus ringing plus talking."""
        return self.started_at + dt.timedelta(seconds=self.story.ring_seconds + self.story.talk_seconds)


@dataclass(frozen=True)
class PlacedCall:
    """One call that happened on a PBX."""

    scenario: Scenario
    started_at: dt.datetime
    ended_at: dt.datetime
    main_id: str
    number: int
    caller: str | None
    did: str | None
    legs: tuple[PlacedLeg, ...]
    truth: Truth
    console_row: ConsoleRow | None
    console: Truth | None

    @property
    def recordings(self) -> tuple[PlacedRecording, ...]:
        """All recordings of the call, oldest first."""
        return tuple(one for leg in self.legs for one in leg.recordings)

    def truth_on(self, surface: str) -> Truth | None:
        """The truth as far as a surface can know it."""
        return self.console if surface.startswith("console") else self.truth


def guid(at: dt.datetime, sequence: int) -> str:
    """An id as 3CX makes them: a Windows FILETIME, then a sequence (v20 reference §3.5)."""
    ticks = (at - FILETIME_EPOCH) // dt.timedelta(microseconds=1) * 10
    digits = f"{ticks:016x}{sequence & 0xFFFFFFFF:08x}"
    return f"00000000-{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"


def time_of(identifier: str) -> dt.datetime:
    """The time inside an id made by `guid`."""
    return FILETIME_EPOCH + dt.timedelta(microseconds=int(identifier.replace("-", "")[8:24], 16) // 10)


def time_number(at: dt.datetime) -> int:
    """An integer id that grows with time."""
    return int((at - RECORDING_EPOCH).total_seconds() * RECORDING_IDS_PER_SECOND)


def place(
    scenario: Scenario,
    start: dt.datetime,
    caller: str | None = None,
    did: str | None = None,
    *,
    caller_name: str | None = None,
    stand_ins: Mapping[str, str] | None = None,
    pace: float = 1.0,
) -> PlacedCall:
    """The scenario as a call that began at `start`.

    `caller` and `did` take the place of the scenario's own; `stand_ins` exchanges internal numbers (another agent
    picks up); `pace` makes everything quicker or slower. The truth follows each of these.
    """
    number = caller if caller is not None else scenario.caller
    line = did if did is not None else scenario.did
    act = _Casting(scenario, number, caller_name, stand_ins or {}, pace)
    seed = zlib.crc32(f"{scenario.name}|{start.isoformat()}|{number}".encode()) & 0xFFFFFF00
    main_id = guid(start, seed)
    legs = tuple(_placed_leg(act.leg(leg), start, seed + 1 + index, main_id) for index, leg in enumerate(scenario.legs))
    row = scenario.console_row
    return PlacedCall(
        scenario=scenario,
        started_at=start,
        ended_at=max(leg.ended_at for leg in legs),
        main_id=main_id,
        number=time_number(start),
        caller=number,
        did=line,
        legs=legs,
        truth=act.truth(scenario.truth, line),
        console_row=row and ConsoleRow(act.party(row.source), act.party(row.destination), row.answered),
        console=scenario.console and act.truth(scenario.console, line),
    )


def _placed_leg(leg: Leg, start: dt.datetime, sequence: int, main_id: str) -> PlacedLeg:
    at = start + dt.timedelta(seconds=leg.after_seconds)
    history_id = guid(at, sequence + 0x80) if leg.history else main_id
    placed = PlacedLeg(guid(at, sequence), history_id, at, leg)
    answered_at = at + dt.timedelta(seconds=leg.ring_seconds)
    recordings = tuple(
        PlacedRecording(time_number(answered_at) + index, answered_at, placed, story)
        for index, story in enumerate(leg.recordings)
    )
    return replace(placed, recordings=recordings)


@dataclass(frozen=True)
class _Casting:
    """Who plays whom in one placed call."""

    scenario: Scenario
    caller: str | None
    caller_name: str | None
    stand_ins: Mapping[str, str]
    pace: float

    def party(self, party: Party) -> Party:
        if party.number == CALLER_MARK:
            return replace(party, number=self.caller, name=self.caller_name or party.name)
        return replace(party, dn=self._dn(party.dn))

    def leg(self, leg: Leg) -> Leg:
        return replace(
            leg,
            source=self.party(leg.source),
            destination=self.party(leg.destination),
            after_seconds=self._paced(leg.after_seconds),
            ring_seconds=self._paced(leg.ring_seconds),
            talk_seconds=self._paced(leg.talk_seconds),
            recordings=tuple(replace(one, seconds=self._paced(one.seconds)) for one in leg.recordings),
        )

    def truth(self, truth: Truth, line: str | None) -> Truth:
        return replace(
            truth,
            external_number=self._number(truth.external_number),
            external_name=(self.caller_name if truth.external_number else None) or truth.external_name,
            did=line if truth.did else None,
            first_destination=self._number(self._dn(truth.first_destination)),
            answered_by=self._number(self._dn(truth.answered_by)),
            queue=self._dn(truth.queue),
            wait_seconds=None if truth.wait_seconds is None else self._paced(truth.wait_seconds),
            talk_seconds=None if truth.talk_seconds is None else self._paced(truth.talk_seconds),
        )

    def _dn(self, dn: str | None) -> str | None:
        return self.stand_ins.get(dn, dn) if dn else dn

    def _number(self, number: str | None) -> str | None:
        return self.caller if number and number == self.scenario.caller else number

    def _paced(self, seconds: float) -> float:
        return seconds if self.pace == 1.0 else round(seconds * self.pace, 3)
