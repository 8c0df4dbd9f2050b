"""Every figure of a report and how it is reckoned; mail, page, workbook and CSV show these and no others.

A rate is null where its denominator is nought or unknown: never 0 % or 100 % for what was not looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from trunkline.config import Account
from trunkline.periods import Period


def share(part: int, whole: int) -> float | None:
    """`part / whole`, null of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Volumes:
    """Counts of calls. `short_abandons` are missed calls whose caller was gone in less than the account's N seconds."""

    calls: int = 0
    offered: int = 0
    answered: int = 0
    missed: int = 0
    short_abandons: int = 0
    waits_unknown: int = 0
    withheld: int = 0
    first_time_callers: int = 0
    lost_in_hours: int = 0
    lost_outside_hours: int = 0
    longest_wait_seconds: float | None = None
    median_answer_seconds: float | None = None
    p90_answer_seconds: float | None = None

    @property
    def lost(self) -> int:
        """Missed calls without the short abandons."""
        return self.missed - self.short_abandons

    @property
    def missed_rate(self) -> float | None:
        """The headline: (missed - short abandons) / (offered - short abandons)."""
        return share(self.lost, self.offered - self.short_abandons)

    @property
    def gross_rate(self) -> float | None:
        """missed / offered."""
        return share(self.missed, self.offered)


@dataclass(frozen=True)
class Callbacks:
    """What became of the callers (episodes with a number) who were missed in the period."""

    callers: int = 0
    returned: int = 0
    returned_and_reached: int = 0
    self_recovered: int = 0
    still_open: int = 0
    never_returned: int = 0
    never_returned_repeat: int = 0
    returned_late: int = 0
    to_call: int = 0
    median_callback_seconds: float | None = None
    p90_callback_seconds: float | None = None
    median_callback_open_seconds: float | None = None
    p90_callback_open_seconds: float | None = None

    @property
    def rate(self) -> float | None:
        """returned / callers."""
        return share(self.returned, self.callers)


@dataclass(frozen=True)
class Count:
    """A number of calls under one heading; `name` as people call it, where that is known."""

    label: str
    calls: int
    name: str | None = None


@dataclass(frozen=True)
class Coverage:
    """Recordings of calls in which people spoke. `causes`: of the eligible calls that are missing or mismatched."""

    spoken: int = 0
    recorded: int = 0
    not_known: int = 0
    eligible: int = 0
    verified: int = 0
    mismatch: int = 0
    missing: int = 0
    pending: int = 0
    unknown: int = 0
    recorded_in_error: int = 0
    talk_seconds: float = 0.0
    audio_seconds: float = 0.0
    causes: tuple[Count, ...] = ()
    not_eligible: tuple[Count, ...] = ()

    @property
    def judged(self) -> int:
        """Eligible calls that were looked at and are final: without pending and unknown ones."""
        return self.verified + self.mismatch + self.missing

    @property
    def rate(self) -> float | None:
        """verified / eligible calls that are neither pending nor unknown."""
        return share(self.verified, self.judged)

    @property
    def spoken_rate(self) -> float | None:
        """Recorded / all calls in which people spoke and whose state is known, so that policy cannot hide a gap."""
        return share(self.recorded, self.spoken - self.not_known)


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
class Day:
    """One local day; null where nothing was read."""

    day: dt.date
    offered: int | None
    lost: int | None
    short_abandons: int | None


@dataclass(frozen=True)
class Wait:
    """Calls whose wait was at least `from_seconds` and less than the next step."""

    from_seconds: int
    answered: int
    missed: int


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
        return self.read_share >= 1

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
class SwitchedOff:
    """An extension or queue that recorded until `day`."""

    pbx_id: str
    dn: str
    name: str | None
    kind: str
    day: dt.date


@dataclass(frozen=True)
class Slice:
    """The three headline figure sets of one period."""

    volumes: Volumes = Volumes()
    callbacks: Callbacks = Callbacks()
    coverage: Coverage = Coverage()


@dataclass(frozen=True)
class AccountFigures:
    """All that an account's report says."""

    account: Account
    period: Period
    now: Slice
    before: Slice
    was_read_before: bool
    call_back: tuple[Caller, ...]
    heat: tuple[Heat, ...]
    lost: dict[str, tuple[Count, ...]]
    trend: tuple[Day, ...]
    waits: tuple[Wait, ...]
    switched_off: tuple[SwitchedOff, ...]
    reading: tuple[Reading, ...]
    deliveries: tuple[Delivery, ...]
    lake_since: dt.datetime | None
    as_of: dt.datetime | None

    @property
    def is_read(self) -> bool:
        """Whether any PBX told anything of the period: if not, every figure is blank, never nought."""
        return any(pbx.is_read for pbx in self.reading)

    @property
    def silent(self) -> tuple[Reading, ...]:
        """PBXs of which nothing is known for the period."""
        return tuple(pbx for pbx in self.reading if not pbx.is_read)

    @property
    def complete_until(self) -> dt.datetime | None:
        """The instant up to which every PBX that was read is read."""
        ends = [pbx.complete_until for pbx in self.reading if pbx.complete_until]
        return min(ends) if ends else None
