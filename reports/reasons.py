"""What became of a call's recording, in one word: the heading under which a call counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COVERED = "covered"
PENDING = "pending"
SWITCHED_OFF = frozenset({"switched_off", "changed", "pbx_policy"})
"""Not expected because a switch in 3CX says no."""

UNKNOWN = frozenset({"access", "unreachable", "not_looked_at", "unreadable"})
"""Expected, and nobody could look."""

MISSING = frozenset(
    {
        "mismatch",
        "not_recorded",
        "purged",
        "archived",
        "quota",
        "licence",
        "build",
        "damaged",
        "policy",
        "unexplained",
    }
)
"""Expected, looked for, and not there or not whole."""

GAPS = MISSING | UNKNOWN | SWITCHED_OFF
"""Somebody can mend it; what policy leaves out by design is no gap."""


def reason(row: Mapping[str, Any]) -> str:
    """`covered`, `pending`, a cause (`words.CAUSES`), or why no recording is expected (`words.NOT_ELIGIBLE`).

    `row`: `eligible`, `not_eligible`, `recorded`, `state` and `cause` as the lake's view `coverage` says them.
    """
    if not row["eligible"]:
        return str(row["not_eligible"])
    if row["state"] in {"verified", "paused"}:
        return COVERED
    if row["state"] in {PENDING, "mismatch"}:
        return str(row["state"])
    return str(row["cause"] or ("unreadable" if row["recorded"] else "not_looked_at"))
