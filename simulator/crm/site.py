"""What every simulated CRM is: a server with a memory, and a way to read that memory that all kinds share."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.types import ASGIApp

from trunkline.simulator.crm.front import Faults, RateLimit, Seen

Json = dict[str, Any]


@dataclass(frozen=True)
class LoggedCall:
    """A call as it stands in the CRM.

    `key`: our call id, where the CRM has a place for it. `number`: of the contact it is on (E.164). `started`: the
    instant in UTC to the second, or a date where the CRM has no more. `seconds`: the duration there, in seconds, null
    where there is no such field; `step_seconds`: the unit that the CRM's own field counts in. `text`: all that people
    read there. `recordings`: how many files or links.
    """

    remote_id: str
    key: str | None
    number: str | None
    direction: str | None
    is_spoken: bool
    started: dt.datetime | dt.date
    seconds: int | None
    text: str
    recordings: int = 0
    step_seconds: int = 1


@dataclass(frozen=True)
class TaskThere:
    """A task as it stands in the CRM."""

    number: str | None
    title: str
    text: str
    is_done: bool


class CrmSite(ABC):
    """One simulated CRM. `contacts`: E.164 → name, as people made them. Tests read the public attributes.

    `index_lag_seconds`: how long a new contact is there before searches show it.
    """

    kind: ClassVar[str]
    app: ASGIApp

    def __init__(self, rate_limit: tuple[int, float], index_lag_seconds: float = 0.0) -> None:
        self.requests: list[Seen] = []
        self.faults = Faults()
        self.limit = RateLimit(*rate_limit)
        self.index_lag_seconds = index_lag_seconds
        self._ids = itertools.count(1)

    @abstractmethod
    def settings(self, url: str) -> Json:
        """The fields of `[[account.crm]]` that only this kind has; a secret as a `Secret`."""

    @abstractmethod
    def logged(self) -> list[LoggedCall]:
        """Every call that is there, in the order in which they came."""

    @abstractmethod
    def numbers(self) -> list[str]:
        """The number of every contact, once for each contact that has it."""

    @abstractmethod
    def tasks_there(self) -> list[TaskThere]:
        """Every task, done or not."""

    def new_id(self, kind: str) -> str:
        """A new id, such as `contact0001`."""
        return f"{kind}{next(self._ids):04d}"

    def is_indexed(self, made_at: float) -> bool:
        """Whether searches show what was made at this moment of `time.monotonic`."""
        return time.monotonic() - made_at >= self.index_lag_seconds


class Secret(str):
    """A value of a config that goes into the environment, and only its name into the file."""

    __slots__ = ()
