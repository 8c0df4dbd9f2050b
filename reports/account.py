"""All that is told of one account in one period: its figures, whom to call, and how much of it was read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from trunkline.config import Account
from trunkline.hours import OpenSpan
from trunkline.periods import Period
from trunkline.reports.figures import Count, Slice
from trunkline.reports.series import Line, Span, Wait


@dataclass(frozen=True)
class Caller:
    """Someone to call back. `last_try` is local time; `longest_wait_seconds` on the line."""

    external_number: str
    tries: int
    last_try: dt.datetime
    longest_wait_seconds: float | None
    first_time: bool
    state: str


@dataclass(frozen=True)
class Heat:
    """Missed calls (no short abandons) of one local weekday (ISO) and hour."""

    weekday: int
    hour: int
    in_hours: bool | None
    calls: int


@dataclass(frozen=True)
class Problem:
    """Something to mend: where, what, and the step that mends it."""

    where: str
    message: str
    mend: str


@dataclass(frozen=True)
class Reading:
    """How much of the period was read from one PBX, and what became of every row received."""

    pbx_id: str
    complete_until: dt.datetime | None
    read_share: float
    complete_windows: int
    failed_windows: int
    error: str | None
    rows: int
    legs: int
    duplicates: int
    quarantined: int
    calls: int
    version: str | None
    problems: tuple[Problem, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether any of the period is known from this PBX."""
        return self.complete_windows > 0 or self.calls > 0

    @property
    def is_complete(self) -> bool:
        """Whether all of it is."""
        return self.read_share > 0.999999  # a sum of seconds, divided

    @property
    def ties_out(self) -> bool:
        """rows received = legs + duplicates + quarantined."""
        return self.rows == self.legs + self.duplicates + self.quarantined


@dataclass(frozen=True)
class Delivery:
    """What became of the period's calls in one CRM. `failed` counts notes and recordings too."""

    crm_id: str
    calls: int
    delivered: int
    pending: int
    skipped: int
    failed_calls: int
    failed: int
    reason: str | None


@dataclass(frozen=True)
class CrmDifferences:
    """Calls of the period on which a CRM's own list and the ledger do not agree."""

    crm_id: str
    deleted_in_crm: int
    twice_in_crm: int
    not_in_ledger: int


@dataclass(frozen=True)
class SwitchedOff:
    """An extension or queue that recorded until `day`."""

    pbx_id: str
    dn: str
    name: str | None
    kind: str
    day: dt.date


@dataclass(frozen=True)
class AccountFigures:
    """All that an account's report says. `is_comparable`: every PBX is read in full, in this period and before.

    `open_spans`: the opening hours by which it is judged, none where none are set; `has_pbx_hours`: they are not the
    config's but the PBX's own. `restated`: how the mail of the period before is to be corrected; empty: not at all.
    """

    account: Account
    period: Period
    now: Slice
    before: Slice
    is_comparable: bool
    call_back: tuple[Caller, ...]
    heat: tuple[Heat, ...]
    lost: dict[str, tuple[Count, ...]]
    trend: tuple[Span, ...]
    weeks: tuple[Span, ...]
    waits: tuple[Wait, ...]
    strip: tuple[Line, ...]
    switched_off: tuple[SwitchedOff, ...]
    lost_soon: tuple[Problem, ...]
    reading: tuple[Reading, ...]
    deliveries: tuple[Delivery, ...]
    crm_differences: tuple[CrmDifferences, ...]
    lake_since: dt.datetime | None
    as_of: dt.datetime | None
    open_spans: tuple[OpenSpan, ...]
    has_pbx_hours: bool
    restated: str = ""

    @property
    def is_read(self) -> bool:
        """Whether any PBX told anything of the period: if not, every figure is blank, never nought."""
        return any(pbx.is_read for pbx in self.reading)

    @property
    def is_complete(self) -> bool:
        """Whether every PBX is read in full."""
        return bool(self.reading) and all(pbx.is_complete for pbx in self.reading)

    @property
    def is_quiet(self) -> bool:
        """Whether no mail is due: no calls, all of it read, nothing to correct, and the account wants none then."""
        is_silent = self.is_complete and not self.now.volumes.calls and not self.restated
        return self.account.quiet_periods == "skip" and is_silent

    @property
    def silent(self) -> tuple[Reading, ...]:
        """PBXs of which nothing is known for the period."""
        return tuple(pbx for pbx in self.reading if not pbx.is_read)

    @property
    def complete_until(self) -> dt.datetime | None:
        """The instant up to which every PBX that was read is read."""
        ends = [pbx.complete_until for pbx in self.reading if pbx.complete_until]
        return min(ends) if ends else None
