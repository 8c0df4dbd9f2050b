"""What every CRM adapter does, the errors it speaks in, and the one client that asks.

An adapter says only what differs: paths, bodies, limits. Looking up before sending again, policies, the ledger and
the order of things are in `steps` and in `tasks.deliver`, the same for every kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from trunkline.delivery import CallFacts, Kind
from trunkline.errors import RemoteError


class Refused(RemoteError):
    """The CRM will not take this one request, now or later; others go on."""

    code = "refused"


class AnswerLost(RemoteError):
    """The CRM may have done it or not: look it up before it is sent again."""

    code = "answer_lost"


class Busy(RemoteError):
    """The CRM's rate limit is used up; nothing more is sent in this run."""

    code = "rate_limit"


@dataclass(frozen=True)
class Contact:
    """A contact as the CRM's search gives it; its numbers as written there."""

    contact_id: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class RecordingFile:
    """A recording to hand over."""

    name: str
    media_type: str
    content: bytes


class CrmAdapter(Protocol):
    """One CRM. Every method may raise a RemoteError: BadCredentials, Refused, AnswerLost, Busy, Unreachable, …"""

    @property
    def name(self) -> str:
        """The CRM's name, as people know it."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The activities it takes, `call` first."""

    @property
    def max_recording_bytes(self) -> int:
        """The largest recording it takes."""

    @property
    def max_recordings(self) -> int:
        """How many recordings one call may have."""

    async def check(self) -> None:
        """Asks for something harmless, to see whether the CRM answers and the token is good."""

    async def find_contacts(self, number: str) -> Sequence[Contact]:
        """Contacts the CRM thinks have this E.164 number, best first; the caller checks each hit itself."""

    async def create_contact(self, number: str, name: str | None) -> str:
        """A new contact's id; the same one if it exists by now."""

    async def find_call(self, contact_id: str, call: CallFacts) -> str | None:
        """The id of a call that was logged before, found by our own key."""

    async def log_call(self, contact_id: str, call: CallFacts) -> str:
        """Logs a call; the new id."""

    async def find_note(self, contact_id: str, marker: str) -> str | None:
        """The id of the note that holds `marker`."""

    async def write_note(self, contact_id: str, title: str, text: str) -> str:
        """Writes a note; the new id."""

    async def attach_recordings(self, call_remote_id: str, files: Sequence[RecordingFile]) -> None:
        """Makes these the recordings of a logged call. Doing it twice must leave each there once."""

    async def aclose(self) -> None:
        """Closes the connections."""
