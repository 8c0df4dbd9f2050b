"""How one simulated PBX fares over a month, and what must be said of its recordings at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.world import World

DAY: tuple[tuple[str, float, str, dict[str, str]], ...] = (
    ("ben", 1.0, "answered_direct", {"101": "102", "102": "101"}),
    ("carla", 3.0, "answered_direct", {"101": "103", "103": "101"}),
    ("queue", 5.0, "menu_queue_agent", {"101": "102", "102": "101"}),
    ("outbound", 7.0, "outbound_connected", {}),
    ("inside", 9.0, "internal_answered", {}),
    ("transfer", 11.0, "blind_transfer", {}),
    ("missed", 13.0, "rang_out", {}),
    ("short", 15.0, "answered_too_short_to_judge", {}),
    ("sides", 17.0, "two_recordings_of_one_leg", {}),
    ("dev", 23.7, "answered_direct", {"101": "104", "104": "101"}),
)
"""Name, hour (UTC), scenario and stand-ins of the calls that come every day; the last is young when the day is read."""
LAST = ("last", "answered_direct", {"101": "102", "102": "101"})
"""One more, shortly before the end."""


@dataclass(frozen=True)
class Verdict:
    """What `coverage` must say of a call: contract §4."""

    state: str
    cause: str | None = None
    eligible: bool = True
    in_error: bool = False

    @property
    def is_recorded(self) -> bool:
        """Whether there is audio of it."""
        return self.state in {"verified", "mismatch", "paused"}


Change = Callable[[World, SimulatedPbx], None]


@dataclass(frozen=True)
class Patch:
    """What befalls some calls' recordings, and the verdict that follows.

    `calls`: names in `DAY`, or all; `thirds`: in which of the month; `fate`: what became of the file, "none" for
    no recording at all; `length`: how much of the talk the audio has; `rows`: state and cause of each recording, where
    they are not the verdict's.
    """

    verdict: Verdict
    calls: frozenset[str] | None = None
    thirds: frozenset[int] = frozenset({0, 1, 2})
    fate: str | None = None
    late_seconds: float = 0.0
    length: float = 1.0
    rows: tuple[tuple[str, str | None], ...] | None = None

    def holds(self, name: str, third: int) -> bool:
        """Whether it befalls the call of this name in this third."""
        return third in self.thirds and (self.calls is None or name in self.calls)

    def befall(self, call: PlacedCall) -> PlacedCall:
        """The call with its recordings as they became."""
        if self.fate == "none":
            return replace(call, legs=tuple(replace(leg, recordings=()) for leg in call.legs))
        if self.fate is None and self.length == 1.0:
            return call
        legs = tuple(
            replace(leg, recordings=tuple(replace(one, story=self._became(one.story)) for one in leg.recordings))
            for leg in call.legs
        )
        return replace(call, legs=legs)

    def _became(self, story: Any) -> Any:
        fate = self.fate or story.fate
        return replace(story, fate=fate, seconds=story.seconds * self.length, late_seconds=self.late_seconds)


@dataclass(frozen=True)
class Story:
    """One account with one PBX. `changes`: what is done to it when a third of the month begins."""

    name: str
    patches: tuple[Patch, ...] = ()
    pbx: Callable[[], dict[str, Any]] = dict
    account: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[int, Change] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    is_stormy: bool = False

    def patch(self, name: str, third: int) -> Patch | None:
        """The first that holds."""
        return next((one for one in self.patches if one.holds(name, third)), None)
