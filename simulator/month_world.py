"""The world of `month_stories`: every day the same calls on every PBX, and the truth of each call's recording."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trunkline.simulator.month_stories import STORIES
from trunkline.simulator.month_story import DAY, LAST, Story, Verdict
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall, place
from trunkline.simulator.world import Account, World

ZONE = "UTC"
DAILY_SYNC = dt.timedelta(hours=23, minutes=55)
FINAL_SYNC = dt.timedelta(hours=2)
BEFORE_THE_END = dt.timedelta(minutes=25)
ORDINARY = Verdict("verified")
TOO_SHORT = Verdict("unknown", eligible=False)


@dataclass(frozen=True)
class Case:
    """A call in which people spoke, what `coverage` must say of it, and the state and cause of each recording."""

    account_id: str
    name: str
    started_at: dt.datetime
    verdict: Verdict
    recordings: tuple[tuple[str, str | None], ...]


@dataclass
class Month:
    """`days` is the length of each third."""

    world: World
    begins_at: dt.datetime
    days: int
    stories: Sequence[Story]
    cases: list[Case]

    @property
    def ends_at(self) -> dt.datetime:
        """The midnight after the last day."""
        return self.begins_at + dt.timedelta(days=3 * self.days)

    def begin_third(self, third: int) -> None:
        """Changes what the stories change then."""
        for story, account in zip(self.stories, self.world.accounts, strict=True):
            if third in story.changes:
                story.changes[third](self.world, account.pbxs[0])

    def storms(self, seed: int) -> None:
        """Lets faults befall a third of all requests to the PBXs of which all is well."""
        for story, account in zip(self.stories, self.world.accounts, strict=True):
            if story.is_stormy:
                account.pbxs[0].faults.storm(seed)


def month(
    begins_at: dt.datetime, days: int, clock: Callable[[], dt.datetime], stories: Sequence[Story] = STORIES
) -> Month:
    """The stories with three times `days` days of calls from a midnight on; the PBXs go by the clock."""
    made = Month(World([]), begins_at, days, stories, [])
    for story in stories:
        pbx = SimulatedPbx(f"pbx-{story.name}", now=clock, zone=ZONE, **story.pbx())
        pbx.keeping.bytes_per_second = 200
        for queue in pbx.directory.queues:
            queue.recording = "Disabled"  # their agents' extensions record, without asking the caller
        for day in range(3 * days):
            midnight = begins_at + dt.timedelta(days=day)
            for name, hour, scenario, stand_ins in DAY:
                at = midnight + dt.timedelta(hours=hour)
                _add(made, story, pbx, name, place(SCENARIOS[scenario], at, stand_ins=stand_ins), day // days)
        name, scenario, stand_ins = LAST
        at = made.ends_at + FINAL_SYNC - BEFORE_THE_END
        _add(made, story, pbx, name, place(SCENARIOS[scenario], at, stand_ins=stand_ins), 2)
        made.world.accounts.append(Account(story.name, story.name, ZONE, pbxs=[pbx], **story.account))
    return made


def _add(made: Month, story: Story, pbx: SimulatedPbx, name: str, call: PlacedCall, third: int) -> None:
    truth = call.truth_on(pbx.surface, pbx.shape)
    patch = story.patch(name, third) if call.recordings else None
    pbx.add(patch.befall(call) if patch else call)
    if truth is None or truth.answered_by is None or name in story.hidden:
        return
    verdict = patch.verdict if patch else ORDINARY if call.recordings else TOO_SHORT
    recordings = tuple(truth.recordings)
    if patch:
        recorded = [("stored", None) if verdict.is_recorded else ("missing", verdict.cause)]
        count = 1 if patch.fate == "none" else len(call.recordings)
        recordings = patch.rows if patch.rows is not None else tuple(recorded * count)
    made.cases.append(Case(story.name, name, call.started_at, verdict, tuple(sorted(recordings, key=str))))
