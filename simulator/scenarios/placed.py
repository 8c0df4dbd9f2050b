"""Calls that happened: a scenario's parts with their times and ids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from trunkline.simulator.scenarios.story import ConsoleRow, Leg, Recording, Scenario, Truth


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
    """A leg with its start time, its CdrId, and the number that it had before there were CdrIds."""

    cdr_id: str
    history_id: str
    segment: int
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

    def truth_on(self, surface: str, shape: str = "xapi-u6") -> Truth | None:
        """The truth as far as a surface and its rows can know it.

        Before Update 6 no report tells the DID, only a listed recording does (v20 reference §3.1, §4.1); v18 has
        neither that report nor a list (v18 reference §2.1).
        """
        if surface.startswith("console"):
            return self.console
        if surface == "xapi18" or shape == "xapi-v18":
            on_v18 = self.scenario.recordings_on_v18
            return replace(self.truth, did=None, recordings=self.truth.recordings if on_v18 is None else on_v18)
        if shape == "xapi-u0" and not self.truth.did_is_listed:
            return replace(self.truth, did=None)
        return self.truth
