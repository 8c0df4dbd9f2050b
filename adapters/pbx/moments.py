"""Times in a PBX's status answers."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any


def is_past(text: Any) -> bool | None:
    """Whether an ISO 8601 time (in UTC, if it names no zone) has gone by; null if it is none."""
    with contextlib.suppress(ValueError, TypeError):
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) < dt.datetime.now(dt.UTC)
    return None
