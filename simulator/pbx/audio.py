"""What became of each recording's file, at this moment of the PBX's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trunkline.simulator.pbx.callbook import Kept
from trunkline.simulator.pbx.wav import wav
from trunkline.simulator.pbx.wire import SINGLE_PAGE_APP

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

AUDIO = "audio/x-wav"


@dataclass(frozen=True)
class Body:
    """What a download gives."""

    body: bytes
    content_type: str = AUDIO


def body_of(pbx: SimulatedPbx, kept: Kept) -> Body | None:
    """The file, for better or worse; None: the PBX has none."""
    if not exists(pbx, kept) or kept.recording.story.fate in ("purged", "archived", "no_address"):
        return None
    fate = kept.recording.story.fate
    if fate == "html_body":
        return Body(SINGLE_PAGE_APP.encode(), "text/html; charset=utf-8")
    if fate == "zero_bytes":
        return Body(b"")
    whole = wav(kept.recording.story.seconds, pbx.keeping.bytes_per_second)
    return Body(whole[: len(whole) // 3]) if fate == "truncated" else Body(whole)


def exists(pbx: SimulatedPbx, kept: Kept) -> bool:
    """Whether the call has ended, the file has been finalised, and retention has spared it."""
    now = pbx.now()
    late = dt.timedelta(seconds=kept.recording.story.late_seconds)
    return kept.recording.ended_at + late <= now and kept.call.ended_at <= now and not is_expired(pbx, kept)


def is_expired(pbx: SimulatedPbx, kept: Kept) -> bool:
    """Whether the PBX's automatic deletion has taken it."""
    days = pbx.keeping.auto_delete_days
    return days is not None and kept.recording.started_at < pbx.now() - dt.timedelta(days=days)


def is_listed(pbx: SimulatedPbx, kept: Kept) -> bool:
    """Whether the list shows it: lost files stay in the list, expired ones leave it."""
    return exists(pbx, kept) and kept.recording.story.fate != "unlisted"


def used_bytes(pbx: SimulatedPbx) -> int:
    """About how much room the files take."""
    rate = pbx.keeping.bytes_per_second
    return round(sum(one.recording.story.seconds * rate for one in pbx.book.recordings() if exists(pbx, one)))
