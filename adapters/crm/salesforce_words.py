"""A call in the fields of a Salesforce task, and what may be rewritten there later (CRM reference §2.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trunkline.entries import Entry, marker, with_our_part

SUBJECT_LENGTH = 255
TEXT_LENGTH = 32_000
_TYPES = {"inbound": "Inbound", "outbound": "Outbound"}
_CUT = "\0"


def facts(entry: Entry) -> dict[str, Any]:
    """The fields that tell what happened, and that nobody writes but us.

    `ActivityDate` is the calendar date where the account is, and never shifted: Salesforce gives it no time.
    """
    return {
        "CallType": _TYPES.get(entry.call.direction),
        "CallDurationInSeconds": entry.talk_seconds,
        "ActivityDate": entry.started.date().isoformat(),
    }


def new_call(entry: Entry, key_field: str) -> dict[str, Any]:
    """A task for a call. `CallObject` holds the key a second time, for whoever looks without the key field."""
    return {
        key_field: entry.call.call_id,
        "Subject": entry.title,
        "TaskSubtype": "Call",
        "Status": "Completed",
        "WhoId": entry.contact_id,
        "CallObject": entry.call.call_id,
        "CallDisposition": _result(entry.text) or None,
        "Description": entry.text,
        **facts(entry),
    }


def changed_call(entry: Entry, there: Mapping[str, Any]) -> dict[str, Any]:
    """What to write over a task that is `there`: facts always, words only where they are still as we wrote them.

    The first line of our part of the description tells what we wrote; where that is gone, no words are ours.
    """
    before = there.get("Description")
    split = with_our_part(before, _CUT, entry.marker)
    if before is None or split is None:
        return facts(entry)
    head, _, tail = split.partition(_CUT)
    ours = before[len(head) : len(before) - len(tail)]
    changed = {**facts(entry), "Description": head + entry.text + tail}
    if _first_line(ours).partition(": ")[0] == there.get("Subject"):
        changed["Subject"] = entry.title
    if _result(ours) == (there.get("CallDisposition") or ""):
        changed["CallDisposition"] = _result(entry.text) or None
    return changed


def with_section(description: str | None, heading: str, body: str, ours: str) -> str | None:
    """The description with one more part of ours at its end, or with that part anew; null where it has no room."""
    before, part = description or "", f"{heading}\n{body}\n{ours}"
    end = before.find(ours)
    start = before.rfind(heading, 0, end) if end >= 0 else -1
    if start < 0:
        changed = f"{before}\n\n{part}" if before else part
    else:
        changed = before[:start] + part + before[end + len(ours) :]
    return changed if len(changed) <= TEXT_LENGTH else None


def section_marker(entry: Entry, what: str) -> str:
    """By which a further part of a call's description is found again."""
    return marker(f"{entry.call.call_id} {what}")


def _result(text: str) -> str:
    """The call's result in the words of a text's first line: what stands behind its first comma."""
    return _first_line(text).partition(", ")[2]


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()
