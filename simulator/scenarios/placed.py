"""Calls that happened: a scenario's parts with their times and ids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

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
