"""A missed caller whom nobody called back in time, as a task for a person (contract §4, episodes). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from trunkline.delivery import Activity, Kind
from trunkline.entries import CallFacts

# An older miss is no task: whoever switches tasks on, or reads a year back, wants none for last spring.
TASK_WITHIN = dt.timedelta(days=7)
RETURNED = "returned before the task was made"


@dataclass(frozen=True)
class Callback:
    """One episode, and what the ledger says of its task. `call`: its first missed call.

    `over_at`: when the account first called back, or spoke to the caller; null while neither happened.
    """

    episode_id: str
    call: CallFacts
    tries: int
    last_missed_at: dt.datetime
    deadline_at: dt.datetime
    over_at: dt.datetime | None
    entries: Mapping[Kind, Activity] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nobody needs to call back any more."""
        return self.over_at is not None

    @property
    def number(self) -> str:
        """Whom to call."""
        return self.call.external_number or ""

    @property
    def title(self) -> str:
        """What to do."""
        times = "a missed call" if self.tries == 1 else f"{self.tries} missed calls"
        return f"Call back {self.number}: {times}"

    def text(self, timezone: str) -> str:
        """What happened, with times in the account's zone."""
        zone = ZoneInfo(timezone)
        lines = {
            "First missed": f"{self.call.started_at.astimezone(zone):%a %d %b %Y, %H:%M:%S} ({timezone})",
            "Last missed": f"{self.last_missed_at.astimezone(zone):%a %d %b %Y, %H:%M:%S}" if self.tries > 1 else None,
            "Caller": self.call.external_name,
            "Queue": self.call.queue,
            "Our number": self.call.did,
            "To be returned by": f"{self.deadline_at.astimezone(zone):%a %d %b %Y, %H:%M}",
        }
        return "\n".join(f"{key}: {value}" for key, value in lines.items() if value)
