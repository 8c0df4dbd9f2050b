"""A call in a batch: what is due of it, and what the ledger says before, while and after it is sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from trunkline.crms import Detail
from trunkline.delivery import Activity, Kind, State, Work, activity_id, payload_sha256
from trunkline.entries import CallFacts, Entry


@dataclass
class Job:
    """One call on its way into one CRM, told without the details in `leave_out`."""

    account_id: str
    crm_id: str
    work: Work
    due: tuple[Kind, ...]
    timezone: str = "UTC"
    leave_out: tuple[Detail, ...] = ()
    contact_id: str | None = None
    marked: dict[Kind, Activity] = field(default_factory=dict)
    begun: set[Kind] = field(default_factory=set)
    after: dict[Kind, Activity] = field(default_factory=dict)

    @property
    def call(self) -> CallFacts:
        """The call itself."""
        return self.work.call

    @property
    def entry(self) -> Entry:
        """The call as this CRM is told of it."""
        told_at = self.before("call").delivered_at
        return Entry(self.call.without(self.leave_out), self.timezone, self.contact_id, told_at)

    @property
    def number(self) -> str:
        """The external party."""
        return self.call.external_number or ""

    @property
    def needs_contact(self) -> bool:
        """Whether anything due is written on a contact; a recording is attached to its call alone."""
        return bool({"call", "note", "transcript"} & set(self.due))

    @property
    def is_new(self) -> bool:
        """Whether the call is due and not known to be in the CRM; one that is there is only told anew."""
        return "call" in self.due and self.before("call").remote_id is None

    @property
    def call_remote_id(self) -> str | None:
        """The CRM's id of the call, once it is delivered."""
        return (self.after.get("call") or self.before("call")).remote_id

    @property
    def may_have_arrived(self) -> bool:
        """Whether an earlier request logged the call, or may have."""
        return self.before("call").attempts > 0 and self.before("call").remote_id is None

    def before(self, kind: Kind) -> Activity:
        """The row as the ledger has it, or a new one."""
        key = activity_id(self.crm_id, self.call.call_id, kind)
        return self.work.entries.get(kind) or Activity(key, self.call.call_id, self.account_id, self.crm_id, kind)

    def mark(self, now: dt.datetime) -> list[Activity]:
        """The rows that must be on disk before anything is sent."""
        for kind in self.due:
            row = self.before(kind).tried(now, payload_sha256(self.work, kind))
            self.marked[kind] = replace(row, facts_at=self.work.loaded_at)
        return list(self.marked.values())

    def settle(self, kind: Kind, state: State, reason: str | None) -> None:
        """The activity ends this run so."""
        self.after[kind] = self.marked.get(kind, self.before(kind)).settled(state, reason)

    def deliver(self, kind: Kind, remote_id: str, now: dt.datetime, reason: str | None = None) -> None:
        """The CRM has it. A call that is another record now needs what hung on the one before again."""
        moved = kind == "call" and self.before(kind).remote_id not in {None, remote_id}
        self.after[kind] = self.marked[kind].delivered(remote_id, now, reason)
        for hanging in ("recording", "transcript"):
            if moved and hanging in self.work.entries and hanging not in self.due:
                self.after[hanging] = replace(self.before(hanging), state="pending", remote_id=None)

    def outcome(self) -> list[Activity]:
        """The rows as they stand now: what was not begun is as if it had not been marked."""
        rows = {kind: row if kind in self.begun else self.before(kind) for kind, row in self.marked.items()}
        return list((rows | self.after).values())
