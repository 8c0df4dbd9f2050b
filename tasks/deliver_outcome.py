"""How a run for one CRM goes: what was counted, what went wrong, and whether going on is of use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from trunkline.adapters.crm.base import AnswerLost, Refused
from trunkline.delivery import GIVE_UP_ATTEMPTS, Activity
from trunkline.errors import BadAnswer, RemoteError, Unreachable

OUTAGE_AFTER = 5  # so many requests in a row without a clear answer: the CRM is down, stop for this run
_UNCLEAR = (AnswerLost, BadAnswer, Unreachable)
T = TypeVar("T")


class Course:
    """Refused says nothing of other calls. An unclear answer may be bad luck, several in a row are an outage. All else
    (credentials, rights, the rate limit) is the same for every call, and stops the run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: dict[str, RemoteError] = {}
        self.stopped = False
        self._unclear_in_a_row = 0

    def count(self, rows: Iterable[Activity]) -> None:
        """Adds activities by their new state."""
        self.counts.update(row.state for row in rows)

    async def tracked(self, step: Awaitable[T]) -> T:
        """What `step` gives; what went wrong is kept for the report and goes on."""
        try:
            result = await step
        except RemoteError as error:
            self.met(error)
            raise
        self._unclear_in_a_row = 0
        return result

    def met(self, error: RemoteError) -> None:
        """Keeps an error, and stops the run when going on is of no use."""
        if isinstance(error, Refused):
            self._unclear_in_a_row = 0
            return
        self.problems.setdefault(str(error), error)
        self._unclear_in_a_row += 1
        self.stopped = self.stopped or not isinstance(error, _UNCLEAR) or self._unclear_in_a_row >= OUTAGE_AFTER

    @staticmethod
    def gives_up(error: RemoteError, attempts: int) -> bool:
        """Whether answers that say neither yes nor no have come too often."""
        return isinstance(error, AnswerLost) and attempts >= GIVE_UP_ATTEMPTS
