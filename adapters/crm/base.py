"""What every CRM adapter does, and the errors it speaks in.

An adapter is one file that says only what differs: paths, bodies, limits (`docs/adding-a-crm.md`). Looking up before
sending again, policies, the ledger and the order of things are in `steps` and in `tasks.deliver`, the same for all.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from trunkline.delivery import Kind, Listed
from trunkline.entries import Entry
from trunkline.errors import RemoteError

DOCTOR = "run `trunkline doctor`, which says what is missing"


class Refused(RemoteError):
    """The CRM will not take this one request, now or later; others go on."""

    code = "refused"


class DeletedThere(Refused):
    """What is to be changed is no longer in the CRM: somebody deleted it, and it stays deleted."""

    code = "deleted_there"


class AnswerLost(RemoteError):
    """The CRM may have done it or not: look it up before it is sent again."""

    code = "answer_lost"


class Busy(RemoteError):
    """The CRM's rate limit is used up; nothing more is sent in this run."""

    code = "rate_limit"


@dataclass(frozen=True)
class Contact:
    """A contact as the CRM's search gives it; its numbers as written there. `created_at`: to choose among several."""

    contact_id: str
    phones: tuple[str, ...]
    created_at: str = ""


@dataclass(frozen=True)
class Recording:
    """A recording to hand over: as a file (`content`) or as a signed `url`."""

    name: str
    media_type: str
    content: bytes = b""
    url: str | None = None


@dataclass(frozen=True)
class Files:
    """Recordings as files: the largest that is taken, how many on one call, and of which types (all if none)."""

    max_bytes: int
    most: int = 50
    media_types: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Takes:
    """What a CRM takes.

    `kinds`: the activities, `call` first. `updated`: those of them that can be changed once they are there.
    `calls_at_once`: calls in one request. `files`: recordings as files; `links`: recordings as addresses.
    `contacts`: whether calls are written on contacts.
    """

    kinds: tuple[Kind, ...] = ("call", "recording", "transcript")
    updated: frozenset[Kind] = frozenset({"call"})
    calls_at_once: int = 1
    files: Files | None = None
    links: bool = True
    contacts: bool = True


@dataclass(frozen=True)
class Task:
    """Something to do for a person: call somebody back. `key` names it for ever. `timezone`: the account's.

    `over_at`: when somebody did; null while it is to be done.
    """

    key: str
    contact_id: str | None
    title: str
    text: str
    due_at: dt.datetime
    number: str
    timezone: str = "UTC"
    over_at: dt.datetime | None = None

    @property
    def due(self) -> dt.datetime:
        """When it is due, in the account's zone: for a CRM whose tasks have a date and no time."""
        return self.due_at.astimezone(ZoneInfo(self.timezone))


@dataclass(frozen=True)
class Finding:
    """One thing that `doctor` says of a CRM; `state`: ok, warn, fail, or unknown."""

    what: str
    state: Literal["ok", "warn", "fail", "unknown"]
    message: str = ""
    mend: str = ""


class CrmAdapter(ABC):
    """One CRM. Every method may raise a RemoteError: BadCredentials, Refused, AnswerLost, Busy, Unreachable, …"""

    name: ClassVar[str]
    """The CRM's name, as people know it."""
    takes: Takes = Takes()

    @abstractmethod
    async def check(self) -> list[Finding]:
        """Whether the token is valid (else it raises), scopes, properties, the rate budget left; changes nothing."""

    @abstractmethod
    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Contacts the CRM thinks have this E.164 number, best first; the caller checks each hit itself."""

    @abstractmethod
    async def create_contact(self, number: str, name: str | None) -> str:
        """A new contact's id, marked as made by trunkline."""

    async def find_calls(self, entries: Sequence[Entry]) -> Mapping[str, str]:  # noqa: ARG002
        """Call id → the CRM's id, of those that an earlier request did log; none where logging again is harmless."""
        return {}

    @abstractmethod
    async def log_calls(self, entries: Sequence[Entry]) -> Sequence[str | RemoteError]:
        """Logs at most `calls_at_once` calls; for each its new id, or why not. Raises what concerns all of them."""

    async def update_call(self, remote_id: str, entry: Entry) -> str:
        """Tells a logged call's facts anew, in the fields that we own; its id, which may be another now."""
        raise NotImplementedError

    async def add_recordings(self, remote_id: str, entry: Entry, recordings: Sequence[Recording]) -> None:
        """Makes these the recordings of a logged call. Doing it twice must leave each there once."""
        raise NotImplementedError

    async def add_transcript(self, remote_id: str, entry: Entry, text: str) -> None:
        """Writes what was said. Doing it twice must leave it there once."""
        raise NotImplementedError

    async def find_note(self, entry: Entry) -> str | None:
        """The id of the note that holds the entry's marker. Only where `note` is among the kinds."""
        raise NotImplementedError

    async def write_note(self, entry: Entry) -> str:
        """Writes the entry's text as a note; the new id."""
        raise NotImplementedError

    async def update_note(self, remote_id: str, entry: Entry) -> None:
        """Writes the entry's text anew."""
        raise NotImplementedError

    async def find_task(self, task: Task) -> str | None:  # noqa: ARG002
        """The id of the task with this key. Null as well where writing it again is harmless."""
        return None

    @abstractmethod
    async def write_task(self, task: Task) -> str:
        """Makes a task; its id."""

    @abstractmethod
    async def close_task(self, remote_id: str, task: Task) -> None:
        """Marks a task as done. Doing it twice must do no harm."""

    async def list_calls(
        self,
        since: dt.datetime,  # noqa: ARG002
        until: dt.datetime,  # noqa: ARG002
    ) -> Sequence[Listed] | None:
        """The calls of this span that trunkline logged, as the CRM lists them; null where it cannot."""
        return None

    @abstractmethod
    async def aclose(self) -> None:
        """Closes the connections."""
