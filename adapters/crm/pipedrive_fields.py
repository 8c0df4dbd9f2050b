"""A call as Pipedrive's call log, and texts as its HTML (CRM reference §2.5). Pure."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trunkline.entries import Entry, with_our_part

# A call log must name who was called. Inbound that is our number, which a trunk may not tell; nothing says that text
# is refused there (the official document has no pattern for it).
UNKNOWN = "unknown"
_BREAK, _TAG = re.compile(r"<br\s*/?>|</p>|</div>"), re.compile(r"<[^>]*>")
_MARKER = re.compile(r"\[trunkline ([^\]]+)\]")
_OUTCOMES = ("answered", "missed", "connected", "not_connected")


def call_log(entry: Entry, user_id: int | None) -> dict[str, Any]:
    """The body that logs a call.

    Direction is told by who called whom, and by the subject: there is no field for it. A call that went to voicemail
    is `no_answer`: `left_voicemail` would read as if one of ours had left the message. Times are UTC without a zone,
    as documented; the official document's own format (RFC 3339) says otherwise (§5.3).
    """
    call = entry.call
    ours, theirs = call.did, call.external_number or UNKNOWN
    caller, called = (theirs, ours or UNKNOWN) if call.direction == "inbound" else (ours, theirs)
    outcome = "connected" if call.is_spoken else "busy" if call.miss_reason == "busy" else "no_answer"
    found: dict[str, Any] = {
        "subject": entry.title,
        "outcome": outcome,
        "duration": str(entry.talk_seconds),
        "from_phone_number": caller,
        "to_phone_number": called,
        "start_time": in_utc(call.started_at),
        "end_time": in_utc(max(call.started_at, entry.ended_at)),
        "person_id": int(entry.contact_id) if entry.contact_id else None,
        "user_id": user_id,
        "note": as_html(entry.text),
    }
    return {key: value for key, value in found.items() if value is not None}


def changed(entry: Entry, user_id: int | None, activity: Mapping[str, Any], log: Mapping[str, Any]) -> dict[str, Any]:
    """The body that logs a call anew, with what people made of its activity.

    Without `note` where our part of it is gone: then it is theirs altogether.
    """
    body = call_log(entry, user_id)
    titles = {Entry(replace(entry.call, outcome=outcome), entry.timezone).title for outcome in _OUTCOMES}
    note = with_our_part(activity.get("note") or log.get("note"), body.pop("note"), as_html(entry.marker), "<br>")
    kept = {key: activity.get(key) for key in ("person_id", "org_id", "deal_id", "lead_id")}
    if activity.get("subject") not in {None, "", *titles}:
        kept["subject"] = activity["subject"]
    if kept["deal_id"]:
        kept["lead_id"] = None  # one of them at most
    return body | {key: value for key, value in {**kept, "note": note}.items() if value is not None}


def says(log: Mapping[str, Any], activity: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a call log says what this body would make it say; in its own note or its activity's, where people edit.

    Whether the one follows the other is not documented.
    """
    told = ("subject", "outcome", "duration", "from_phone_number", "to_phone_number")
    times = ("start_time", "end_time")
    return (
        all(log.get(key) == body.get(key) for key in told)
        and all(moment(log.get(key)) == moment(body.get(key)) for key in times)
        and plain(body.get("note")) in {plain(log.get("note")), plain(activity.get("note"))}
    )


def as_html(text: str) -> str:
    """Plain text as HTML."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def plain(note: str | None) -> str:
    """What people read of HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", note or ""))).strip()


def keys_in(note: str | None) -> list[str]:
    """The ids in our markers."""
    return _MARKER.findall(html.unescape(note or ""))


def in_utc(at: dt.datetime) -> str:
    """`2026-11-17 01:02:03`."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: Any) -> dt.datetime | None:
    """A time as Pipedrive tells it, with a zone or in UTC; null for anything else."""
    try:
        at = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=dt.UTC)
