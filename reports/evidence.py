"""What was seen of a missing recording, in words: the lake keeps it as JSON (table `recordings`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_SAID: dict[str, Callable[[Any], str]] = {
    "recording_policy": lambda policy: f"recording_policy of the account: {policy}",
    "can_list_recordings": lambda _: "no right to list recordings",
    "can_download_recordings": lambda _: "no right to download recordings",
    "sees_part": lambda _: "the sign-in sees only part of the PBX",
    "listed": lambda _: "the list of recordings could not be read",
    "licence_active": lambda _: "licence not active",
    "licence_records": lambda _: "licence without recording",
    "recording_stopped": lambda _: "recording stopped",
    "quota_reached": lambda _: "recording quota reached",
    "extension": lambda dn: f"extension {dn}",
    "queue": lambda dn: f"queue {dn}",
    "records": lambda records: {"no": "does not record", "external": "records outside calls only"}.get(
        records, f"records: {records}"
    ),
    "changed_on": lambda day: f"since {day}",
    "archived": lambda _: "in the PBX's archive",
    "status": lambda status: f"asked for, answered {status}",
    "said": str,
    "damage": str,
    "auto_delete_days": lambda days: f"the PBX keeps recordings {days} days",
    "retention_days": lambda days: f"retention of {days} days",
    "read_at": lambda at: f"not in the list read at {at[:16]} UTC",
    "seen_on": lambda day: f"seen on {day}",
}
_HOLDS_IF = {"can_list_recordings": False, "can_download_recordings": False, "listed": False, "licence_active": False}
_HOLDS_IF |= {"licence_records": False, "recording_stopped": True, "quota_reached": True, "sees_part": True}


def said(evidence: str | None) -> str | None:
    """`extension 105, does not record, since 2026-11-12, seen on 2026-11-15`; null where nothing was noted."""
    found: dict[str, Any] = json.loads(evidence or "{}")
    parts = [
        in_words(found[key])
        for key, in_words in _SAID.items()
        if found.get(key) is not None and _HOLDS_IF.get(key, found[key]) == found[key]
    ]
    if found.get("listed") is False:
        parts = parts[:1]  # when it was tried to read is not when it was read
    return ", ".join(parts) or None
