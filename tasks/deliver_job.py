"""A call in a batch: what is due of it, and what the ledger says before, while and after it is sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from trunkline.delivery import Activity, CallFacts, Kind, State, Work, activity_id, payload_sha256


@dataclass
class Job:
    """One call on its way into one CRM."""

    account_id: str
    crm_id: str
    work: Work
    due: tuple[Kind, ...]
    contact_id: str | None = None
    marked: dict[Kind, Activity] = field(default_factory=dict)
    begun: set[Kind] = field(default_factory=set)
    after: dict[Kind, Activity] = field(default_factory=dict)

    @property
    def call(self) -> CallFacts:
        """The call itself."""
        return self.work.call

    @property
    def number(self) -> str:
        """The external party."""
        return self.call.external_number or ""

    @property
    def needs_contact(self) -> bool:
        """Whether anything due is written on a contact; a recording is attached to its call alone."""
        return bool({"call", "note"} & set(self.due))

    @property
    def call_remote_id(self) -> str | None:
        """The CRM's id of the call, once it is delivered."""
        return (self.after.get("call") or self.before("call")).remote_id

    def before(self, kind: Kind) -> Activity:
        """The row as the ledger has it, or a new one."""
        key = activity_id(self.crm_id, self.call.call_id, kind)
        return self.work.entries.get(kind) or Activity(key, self.call.call_id, self.account_id, self.crm_id, kind)

    def mark(self, now: dt.datetime, timezone: str) -> list[Activity]:
        """The rows that must be on disk before anything is sent."""
        for kind in self.due:
            self.marked[kind] = self.before(kind).tried(now, payload_sha256(self.work, kind, timezone))
        return list(self.marked.values())

    def settle(self, kind: Kind, state: State, reason: str | None) -> None:
        """The activity ends this run so."""
        self.after[kind] = self.marked.get(kind, self.before(kind)).settled(state, reason)

    def outcome(self) -> list[Activity]:
        """The rows as they stand now: what was not begun is as if it had not been marked."""
        rows = {kind: row if kind in self.begun else self.before(kind) for kind, row in self.marked.items()}
        return list((rows | self.after).values())
