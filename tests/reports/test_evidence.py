"""What was seen of a missing recording, in a reader's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trunkline.reports.evidence import said


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            {"extension": "105", "records": "no", "changed_on": "2026-11-12", "seen_on": "2026-11-15"},
            "extension 105, does not record, since 2026-11-12, seen on 2026-11-15",
        ),
        ({"queue": "802", "records": "external"}, "queue 802, records outside calls only"),
        ({"status": 403}, "asked for, answered 403"),
        (
            {"status": 400, "said": "FILE_NOT_FOUND", "auto_delete_days": 30},
            "asked for, answered 400, FILE_NOT_FOUND, the PBX keeps recordings 30 days",
        ),
        ({"status": 200, "damage": "zero bytes"}, "asked for, answered 200, zero bytes"),
        ({"recording_stopped": False, "quota_reached": True}, "recording quota reached"),
        ({"licence": "PRO", "licence_active": True, "licence_records": False}, "licence without recording"),
        ({"listed": False, "read_at": "2026-11-15 10:20:00+00"}, "the list of recordings could not be read"),
        ({"read_at": "2026-11-15 10:20:00+00"}, "not in the list read at 2026-11-15 10:20 UTC"),
        ({"can_list_recordings": True, "sees_part": True}, "the sign-in sees only part of the PBX"),
        ({"something": "new"}, None),
        ({}, None),
    ],
)
def test_what_was_seen(evidence: dict[str, Any], words: str | None) -> None:
    assert said(json.dumps(evidence)) == words


def test_nothing_noted() -> None:
    assert said(None) is None
