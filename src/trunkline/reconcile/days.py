"""What `reconcile` says: days on which a PBX's own reports, the lake and a CRM agree or not. Pure (contract §2).

A day is `equal`; `explained`, where sides differ and it is known why; `unknown`, where something could not be
compared; or it `differs`. What could not be compared is never shown as equal.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trunkline.windows import Window

State = Literal["equal", "explained", "unknown", "differs"]


UNKNOWN = {
    "not_read": "the lake was never asked for some of that time; `trunkline backfill` reads it",
    "old_log": "some calls are of the log before 20.0.6, of which the PBX's report does not tell",
    "queue_not_asked": "some calls were left in a queue that is not in the PBX's directory, so it was not asked for it",
}
"""Kinds of differences that say nothing for or against either side, with the reason."""


@dataclass(frozen=True)
class Difference:
    """A call on which two sides do not agree, with the words of each; null is no word.

    `why`: the reason, if it is known; then it is no fault. Kinds: `only_pbx`, `only_lake`, `direction`, `outcome`,
    `abandoned_only_pbx`, `abandoned_only_lake`, `not_delivered`, `deleted_in_crm`, `twice_in_crm`,
    `not_in_ledger`, and with a reason `part_of_call`,
    `abandoned_then_answered`, `abandoned_then_missed`, `abandoned_inside`, `not_read`, `old_log`, `queue_not_asked`.
    """

    kind: str
    call_id: str
    started_at: dt.datetime
    pbx: str | None = None
    lake: str | None = None
    crm: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class Reach:
    """What of a PBX's time the lake was asked for, and what it has read to the end."""

    pbx_id: str
    first_asked: dt.datetime | None
    settled: Sequence[Window]

    def lacks(self, kind: str, key: str, started_at: dt.datetime, pbx: str) -> Difference:
        """A call that only the PBX has; before the first window ever asked for that is no fault."""
        call_id = f"{self.pbx_id}:{key}"
        if self.first_asked is None or started_at < self.first_asked:
            return Difference("not_read", call_id, started_at, pbx=pbx, why=UNKNOWN["not_read"])
        is_read = any(window.since <= started_at < window.until for window in self.settled)
        said = "absent" if is_read else "absent; that time is not read to the end"
        return Difference(kind, call_id, started_at, pbx=pbx, lake=said)


@dataclass(frozen=True)
class Day:
    """One PBX's day beside the lake's. A PBX's count is null where it is not known; `unknown` has the reasons."""

    account_id: str
    pbx_id: str
    day: dt.date
    is_whole: bool
    lake_inbound: int
    lake_answered: int
    lake_abandoned: int
    pbx_inbound: int | None = None
    pbx_answered: int | None = None
    pbx_abandoned: int | None = None
    differences: tuple[Difference, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def only_pbx(self) -> tuple[str, ...]:
        """The calls that the lake lacks."""
        return tuple(one.call_id for one in self.differences if one.kind == "only_pbx")

    @property
    def only_lake(self) -> tuple[str, ...]:
        """The calls that the PBX's report lacks."""
        return tuple(one.call_id for one in self.differences if one.kind == "only_lake")

    @property
    def state(self) -> State:
        """What is to be said of the day in one word."""
        if any(one.why is None for one in self.differences):
            return "differs"
        if self.unknown:
            return "unknown"
        return "explained" if self.differences else "equal"


@dataclass(frozen=True)
class CrmDay:
    """One CRM's day: the account's calls by what the ledger of activities says of them, beside the CRM's own list.

    `listed`: how many of them the CRM lists; null where it cannot be asked for a list. `not_logged`: calls of which no
    CRM is told (internal, withheld, the account's own number).
    """

    account_id: str
    crm_id: str
    day: dt.date
    is_whole: bool
    calls: int = 0
    not_logged: int = 0
    delivered: int = 0
    pending: int = 0
    skipped: int = 0
    failed: int = 0
    listed: int | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def state(self) -> State:
        """What is to be said of the day in one word."""
        return "differs" if self.differences else "equal"


def as_json(day: Day | CrmDay) -> dict[str, Any]:
    """For `--json`."""
    return {**dataclasses.asdict(day), "state": day.state}
