"""What was seen of a missing recording, in words: the lake keeps it as JSON (table `recordings`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from trunkline.reports.language import _, ngettext


def _records(records: str) -> str:
    if records == "no":
        return _("does not record")
    return _("records outside calls only") if records == "external" else _("records: %(what)s", what=records)


_SAID: dict[str, Callable[[Any], str]] = {
    "recording_policy": lambda policy: _("recording_policy of the account: %(policy)s", policy=policy),
    "can_list_recordings": lambda _can: _("no right to list recordings"),
    "can_download_recordings": lambda _can: _("no right to download recordings"),
    "sees_part": lambda _is: _("the sign-in sees only part of the PBX"),
    "listed": lambda _is: _("the list of recordings could not be read"),
    "licence_active": lambda _is: _("licence not active"),
    "licence_records": lambda _does: _("licence without recording"),
    "recording_stopped": lambda _is: _("recording stopped"),
    "quota_reached": lambda _is: _("recording quota reached"),
    "extension": lambda dn: _("extension %(dn)s", dn=dn),
    "queue": lambda dn: _("queue %(dn)s", dn=dn),
    "records": _records,
    "changed_on": lambda day: _("since %(day)s", day=day),
    "archived": lambda _is: _("in the PBX's archive"),
    "status": lambda status: _("asked for, answered %(status)s", status=status),
    "said": str,
    "damage": str,
    "auto_delete_days": lambda days: ngettext(
        "the PBX keeps recordings %(num)s day", "the PBX keeps recordings %(num)s days", int(days)
    ),
    "retention_days": lambda days: ngettext("retention of %(num)s day", "retention of %(num)s days", int(days)),
    "read_at": lambda at: _("not in the list read at %(time)s UTC", time=at[:16]),
    "seen_on": lambda day: _("seen on %(day)s", day=day),
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
