"""One activity through one adapter: looked up first if an earlier answer may have been lost (contract §5.5)."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from trunkline.adapters.crm.base import CrmAdapter, RecordingFile, Refused
from trunkline.delivery import Kind, Work, fitting, marker, note_text, note_title
from trunkline.errors import StorageError, Unreachable

OpenRecording = Callable[[str], Awaitable[bytes]]
"""Reads a stored recording by its key relative to `[store] recordings`."""


@dataclass(frozen=True)
class Sent:
    """The CRM has it. No `remote_id`: there was nothing it could take; `reason` says what was left out."""

    remote_id: str | None
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """An activity of one call, about to be sent. `was_tried`: an earlier run may have sent it."""

    kind: Kind
    work: Work
    contact_id: str | None
    call_remote_id: str | None
    was_tried: bool


async def send(adapter: CrmAdapter, step: Step, open_recording: OpenRecording, timezone: str) -> Sent:
    """Sends one activity, or finds that it was sent before.

    Raises:
        RemoteError: As the adapter raises it.
        Unreachable: Where recordings are kept does not answer.
        Refused: It cannot be sent: no contact any more, or the stored recording cannot be read.
    """
    if step.kind == "recording":
        return await _recordings(adapter, step, open_recording)
    if step.contact_id is None:
        raise Refused("no contact has this number any more")
    call = step.work.call
    if step.kind == "call":
        found = await adapter.find_call(step.contact_id, call) if step.was_tried else None
        return Sent(found or await adapter.log_call(step.contact_id, call))
    found = await adapter.find_note(step.contact_id, marker(call.call_id)) if step.was_tried else None
    return Sent(found or await adapter.write_note(step.contact_id, note_title(call), note_text(call, timezone)))


async def _recordings(adapter: CrmAdapter, step: Step, open_recording: OpenRecording) -> Sent:
    """Attaching replaces, so it is simply done again where an answer was lost."""
    taken, left_out = fitting(
        step.work.recordings, crm=adapter.name, max_bytes=adapter.max_recording_bytes, most=adapter.max_recordings
    )
    if not taken:
        return Sent(None, left_out)
    files = []
    for number, recording in enumerate(taken, start=1):
        try:
            content = await open_recording(recording.path)
        except StorageError as error:  # an outage of the object store, not this recording's: it waits
            raise Unreachable(f"the stored recording cannot be had now: {error.message}", mend=error.mend) from error
        except Exception as error:
            raise Refused(f"the stored recording cannot be read ({type(error).__name__})") from error
        suffix = PurePosixPath(recording.path).suffix or mimetypes.guess_extension(recording.media_type) or ".wav"
        files.append(RecordingFile(f"call-{number}{suffix}", recording.media_type, content))
    assert step.call_remote_id is not None  # noqa: S101 — a recording is due only once its call is delivered
    await adapter.attach_recordings(step.call_remote_id, files)
    return Sent(step.call_remote_id, left_out)
