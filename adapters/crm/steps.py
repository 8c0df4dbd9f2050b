"""One activity through one adapter: looked up first if an earlier answer may have been lost (contract §5.5)."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from trunkline.adapters.crm.base import CrmAdapter, Recording, Refused
from trunkline.crms import RecordingsAs
from trunkline.delivery import Activity, Kind, Work
from trunkline.entries import Entry, StoredRecording
from trunkline.errors import StorageError, Unreachable

OpenRecording = Callable[[str], Awaitable[bytes]]
"""Reads a stored recording by its key relative to `[store] recordings`."""
LinkTo = Callable[[str], str]
"""A signed link to a stored recording."""

# A file is held in memory while it is sent, and four are sent at once: an hour of WAV. Larger ones go as links.
MOST_BYTES = 64 * 1024 * 1024
NO_LINKS = "recordings go to it as links, and the config has no [links]"


@dataclass(frozen=True)
class Sent:
    """The CRM has it. No `remote_id`: there was nothing it could take; `reason` says what was left out."""

    remote_id: str | None
    reason: str | None = None


@dataclass(frozen=True)
class Stored:
    """How recordings are handed over. `link_to`: null where the config has no links."""

    as_what: RecordingsAs | None
    open_recording: OpenRecording
    link_to: LinkTo | None


@dataclass(frozen=True)
class Step:
    """An activity of a logged call, about to be sent. `before`: its row as an earlier run left it."""

    kind: Kind
    work: Work
    entry: Entry
    call_remote_id: str
    before: Activity


async def send(adapter: CrmAdapter, step: Step, stored: Stored) -> Sent:
    """Sends one activity other than the call itself, or finds that it was sent before.

    Raises:
        RemoteError: As the adapter raises it.
        Unreachable: Where recordings are kept does not answer.
        Refused: It cannot be sent: the stored recording cannot be read.
    """
    if step.kind == "recording":
        return await _recordings(adapter, step, stored)
    if step.kind == "transcript":
        await adapter.add_transcript(step.call_remote_id, step.entry, "\n\n".join(step.work.texts))
        return Sent(step.call_remote_id)
    if step.before.remote_id:
        await adapter.update_note(step.before.remote_id, step.entry)
        return Sent(step.before.remote_id)
    found = await adapter.find_note(step.entry) if step.before.attempts else None
    return Sent(found or await adapter.write_note(step.entry))


async def _recordings(adapter: CrmAdapter, step: Step, stored: Stored) -> Sent:
    """Adding replaces or is refused the second time, so it is simply done again where an answer was lost."""
    recordings, left_out = await _handed_over(adapter, step, stored)
    if not recordings:
        return Sent(None, left_out)
    await adapter.add_recordings(step.call_remote_id, step.entry, recordings)
    return Sent(step.call_remote_id, left_out)


async def _handed_over(adapter: CrmAdapter, step: Step, stored: Stored) -> tuple[list[Recording], str | None]:
    files = adapter.takes.files if stored.as_what != "link" else None
    taken, left_out = fitting(step.work.recordings, adapter) if files else ([], None)
    if taken:
        return [await _file(one, number, stored) for number, one in enumerate(taken, start=1)], left_out
    if not adapter.takes.links:
        return [], left_out or f"{adapter.name} takes no links"
    if stored.link_to is None:
        return [], left_out or NO_LINKS
    return [_link(one, number, stored.link_to) for number, one in enumerate(step.work.recordings, start=1)], None


def fitting(recordings: Sequence[StoredRecording], adapter: CrmAdapter) -> tuple[list[StoredRecording], str | None]:
    """The recordings a CRM takes as files, and why the others are left out."""
    files, name = adapter.takes.files, adapter.name
    if files is None:
        return [], f"{name} takes no files"
    known = [one for one in recordings if not files.media_types or one.media_type in files.media_types]
    most_bytes = min(files.max_bytes, MOST_BYTES)
    small = [one for one in known if one.bytes <= most_bytes]
    left_out = None
    if len(known) < len(recordings):
        left_out = f"recording is of a type that {name} does not take"
    elif len(small) < len(known):
        left_out = f"recording is larger than {name} takes ({most_bytes >> 20} MB)"
    elif len(small) > files.most:
        left_out = f"more recordings than {name} takes ({files.most})"
    return small[: files.most], left_out


async def _file(recording: StoredRecording, number: int, stored: Stored) -> Recording:
    try:
        content = await stored.open_recording(recording.path)
    except StorageError as error:  # an outage of the object store, not this recording's: it waits
        raise Unreachable(f"the stored recording cannot be had now: {error.message}", mend=error.mend) from error
    except Exception as error:
        raise Refused(f"the stored recording cannot be read ({type(error).__name__})") from error
    return Recording(_name(recording, number), recording.media_type, content)


def _link(recording: StoredRecording, number: int, link_to: LinkTo) -> Recording:
    name = _name(recording, number)
    return Recording(name, recording.media_type, url=f"{link_to(recording.path)}/{name}")  # some go by the ending


def _name(recording: StoredRecording, number: int) -> str:
    suffix = PurePosixPath(recording.path).suffix or mimetypes.guess_extension(recording.media_type) or ".wav"
    return f"call-{number}{suffix}"
