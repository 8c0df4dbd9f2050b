"""Every figure of a report and how it is reckoned; mail, page, workbook and CSV show these and no others.

A rate is null where its denominator is nought or unknown: never 0 % or 100 % for what was not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass


def share(part: int, whole: int) -> float | None:
    """`part / whole`, null of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Volumes:
    """Counts of calls. `short_abandons` are missed calls whose caller was gone in less than the account's N seconds.

    `removed`: of these retention has taken away who called; `recordings_removed`: of these a recording that was kept.
    """

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
    removed: int = 0
    recordings_removed: int = 0

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
    """What became of the callers (episodes with a number) who were missed in the period.

    `unjudged`: those of `still_open` whose time has passed, but who may have been called where nothing was read.
    """

    callers: int = 0
    returned: int = 0
    returned_and_reached: int = 0
    self_recovered: int = 0
    still_open: int = 0
    unjudged: int = 0
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
    """Recordings of calls in which people spoke.

    `causes` are of the eligible calls that are missing or mismatched, `unknown_causes` of those that are unknown;
    `unmeasured` are the verified ones whose length has no talk to be held against (v18's console tells none).
    """

    spoken: int = 0
    recorded: int = 0
    not_known: int = 0
    eligible: int = 0
    verified: int = 0
    paused: int = 0
    mismatch: int = 0
    missing: int = 0
    pending: int = 0
    unknown: int = 0
    unmeasured: int = 0
    recorded_in_error: int = 0
    talk_seconds: float = 0.0
    audio_seconds: float = 0.0
    causes: tuple[Count, ...] = ()
    unknown_causes: tuple[Count, ...] = ()
    not_eligible: tuple[Count, ...] = ()

    @property
    def covered(self) -> int:
        """As long as the talk, or shorter where the recording is paused on purpose."""
        return self.verified + self.paused

    @property
    def judged(self) -> int:
        """Eligible calls that were looked at and are final: without pending and unknown ones."""
        return self.covered + self.mismatch + self.missing

    @property
    def rate(self) -> float | None:
        """covered / eligible calls that are neither pending nor unknown."""
        return share(self.covered, self.judged)

    @property
    def spoken_rate(self) -> float | None:
        """Recorded / all calls in which people spoke and whose state is known, so that policy cannot hide a gap."""
        return share(self.recorded, self.spoken - self.not_known)


@dataclass(frozen=True)
class Slice:
    """The three headline figure sets of one period."""

    volumes: Volumes = Volumes()
    callbacks: Callbacks = Callbacks()
    coverage: Coverage = Coverage()

    @property
    def named(self) -> dict[str, int | float | None]:
        """Every count and rate under its own name; spans are seconds, a rate is a share, null where it is not known."""
        parts = (self.volumes, self.callbacks, self.coverage)
        counts = {name: value for part in parts for name, value in vars(part).items() if not isinstance(value, tuple)}
        rates = {
            "lost": self.volumes.lost,
            "missed_rate": self.volumes.missed_rate,
            "gross_missed_rate": self.volumes.gross_rate,
            "callback_rate": self.callbacks.rate,
            "covered": self.coverage.covered,
            "judged": self.coverage.judged,
            "coverage_rate": self.coverage.rate,
            "spoken_coverage_rate": self.coverage.spoken_rate,
        }
        return counts | rates
