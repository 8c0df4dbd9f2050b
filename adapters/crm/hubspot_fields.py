"""A call as HubSpot's properties, every value of them text (CRM reference §2.2). Pure."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Collection, Mapping

from trunkline.entries import Entry, with_our_part

BODY, STATUS, DISPOSITION, RECORDING = "hs_call_body", "hs_call_status", "hs_call_disposition", "hs_call_recording_url"
KEPT = (BODY, STATUS)
"""What is read of a call before it is told anew: where people write, and what we wrote last."""
# HubSpot's own outcomes; an account may have taken some away (§2.2).
DISPOSITIONS = {
    "connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "no_answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
}
# Documented for the text of notes; that of calls is unverified and taken to be no longer.
LONGEST_BODY = 65_536
_CUT = "… (the rest did not fit here)"
_BROKEN_END = re.compile(r"(?:&[^;\s]*|<[^>]*)$")

Properties = Mapping[str, str | None]


def call_properties(entry: Entry, offered: Collection[str], there: Properties | None = None) -> dict[str, str]:
    """What a call is told with; `offered`: the outcomes that the account has. `there`: the call as it stands now.

    Of a call that is there, people's words stay. Title and outcome are people's to change as well: they are written
    again only where the call's status has become another.
    """
    call = entry.call
    theirs, ours = ("from", "to") if call.direction == "inbound" else ("to", "from")
    told = {
        "hs_timestamp": instant(call.started_at),
        "hs_call_direction": call.direction.upper(),
        "hs_call_duration": str(entry.talk_seconds * 1000),
        STATUS: _status(entry),
        f"hs_call_{theirs}_number": call.external_number,
        f"hs_call_{ours}_number": call.did,
    }
    if there is None or there.get(STATUS) != told[STATUS]:
        disposition = DISPOSITIONS[_outcome(entry)]
        told |= {"hs_call_title": entry.title, DISPOSITION: disposition if disposition in offered else None}
    words = escaped(entry.text, "\n")
    told[BODY] = (
        words.replace("\n", "<br>")
        if there is None
        else with_our_part(there.get(BODY), words, escaped(entry.marker), "<br>")
    )
    return {key: value for key, value in told.items() if value is not None}


def instant(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_milliseconds(moment: dt.datetime) -> int:
    """As searches compare times."""
    return round(moment.timestamp() * 1000)


def escaped(text: str, line_break: str = "<br>") -> str:
    """Text as HTML; whoever called, or what they said, is no markup."""
    return html.escape(text, quote=False).replace("\n", line_break)


def with_block(body: str | None, heading: str, content: str, marker: str) -> str | None:
    """The text with a block of HTML after it, cut to what fits; null where the block is there already."""
    body, end = body or "", f"<br>{escaped(marker)}"
    if escaped(marker) in body:
        return None
    start = f"<br><br><strong>{heading}</strong><br>" if body else f"<strong>{heading}</strong><br>"
    room = LONGEST_BODY - len(body) - len(start) - len(end)
    if len(content) > room:
        content = _BROKEN_END.sub("", content[: max(room - len(_CUT), 0)]) + _CUT
    return body + start + content + end


def links(urls: Mapping[str, str]) -> str:
    """Addresses as HTML: name → address."""
    return "<br>".join(f'<a href="{html.escape(url)}">{escaped(name)}</a>' for name, url in urls.items())


def _status(entry: Entry) -> str:
    """Of those that calls may have: MISSED is known to HubSpot's calling apps alone (§2.2)."""
    return {"connected": "COMPLETED", "busy": "BUSY"}.get(_outcome(entry), "NO_ANSWER")


def _outcome(entry: Entry) -> str:
    if entry.call.is_spoken:
        return "connected"
    return {"busy": "busy", "voicemail": "voicemail"}.get(entry.call.miss_reason or "", "no_answer")
