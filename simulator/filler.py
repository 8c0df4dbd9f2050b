"""Fills the PBXs of a world with people and calls, all from one seed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from random import Random

from trunkline.simulator.callers import Caller, callers, full_name
from trunkline.simulator.office import Office
from trunkline.simulator.pbx.directory import Directory, staff
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.traffic import traffic

DAYS = 16
CALLERS_PER_PBX = 160
KNOWN_TO_CRM_SHARE = 0.6
ADELAIDE = "Australia/Adelaide"


class Filler:
    """Fills PBXs one after the other. Each has its own stream of chance, so that their order does not matter."""

    def __init__(self, now: dt.datetime, seed: int) -> None:
        self.now = now
        self.seed = seed
        self.clock = _clock_from(now)

    def fill(
        self,
        pbx: SimulatedPbx,
        people: Sequence[str],
        *,
        weekday_calls: tuple[int, int],
        unrecorded: frozenset[str] = frozenset(),
    ) -> tuple[Caller, ...]:
        """Gives the PBX its people and its calls; returns who rings there."""
        rng = Random(f"{self.seed}/{pbx.id}")  # noqa: S311 - a repeatable demo, not a secret
        pbx.now = self.clock
        pbx.secret = f"simulated-{pbx.id}"
        pbx.directory = Directory(extensions=staff(people))
        for one in pbx.directory.extensions:
            one.record_calls = one.number not in unrecorded
        who = callers(CALLERS_PER_PBX, rng)
        line = rng.randrange(100, 1000)
        office = Office(
            ADELAIDE,
            who,
            (f"+6187010{line}0", f"+6187010{line}5"),
            tuple(one.number for one in pbx.directory.extensions),
            unrecorded,
            weekday_calls=weekday_calls,
        )
        pbx.add(*traffic(office, self.now, DAYS, rng))
        return who

    def contacts(self, known: Sequence[Caller]) -> dict[str, str]:
        """The callers that a CRM knows, with their names."""
        rng = Random(f"{self.seed}/contacts/{known[0].number}")  # noqa: S311 - as above
        return {one.number: one.shown_name or full_name(rng) for one in known if rng.random() < KNOWN_TO_CRM_SHARE}


def _clock_from(now: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that shows `now` at this moment and runs on from there."""
    begun = time.monotonic()
    return lambda: now + dt.timedelta(seconds=time.monotonic() - begun)
