"""The figures that a mail shows first, as counts that can be kept, added up and printed anew. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from trunkline.reports import words
from trunkline.reports.figures import Callbacks, Slice, share
from trunkline.reports.kpis import never, unknown


@dataclass(frozen=True)
class Headline:
    """The figures that a mail shows first, as counts of calls and callers."""

    offered: int = 0
    missed: int = 0
    lost: int = 0
    callers: int = 0
    called_back: int = 0
    never_called_back: int = 0
    unjudged: int = 0
    eligible: int = 0
    covered: int = 0
    judged: int = 0

    @classmethod
    def of(cls, found: Slice) -> Headline:
        """Those of one period."""
        volumes, calls, recordings = found.volumes, found.callbacks, found.coverage
        return cls(
            offered=volumes.offered,
            missed=volumes.missed,
            lost=volumes.lost,
            callers=calls.callers,
            called_back=calls.returned,
            never_called_back=calls.never_returned,
            unjudged=calls.unjudged,
            eligible=recordings.eligible,
            covered=recordings.covered,
            judged=recordings.judged,
        )

    def __add__(self, other: Headline) -> Headline:
        return Headline(*map(sum, zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    @property
    def never(self) -> str:
        """As it is printed."""
        return never(Callbacks(never_returned=self.never_called_back, unjudged=self.unjudged))

    @property
    def coverage(self) -> str:
        """As it is printed."""
        return words.percent(share(self.covered, self.judged)) if self.judged else unknown()
