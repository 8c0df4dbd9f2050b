"""Who did what with personal data: one JSON line per event, appended to `audit/EVENT.jsonl` in the state folder.

The file is opened for each line, so that it may be rotated at any time; lines of several processes do not mix.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path


def note(state: Path, event: str, **fields: object) -> None:
    """Appends a line with the time in UTC (`at`) and `fields`, which hold no secret and no caller's number.

    Raises:
        OSError: It cannot be written.
    """
    line = json.dumps({"at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"), **fields}, default=str)
    _append(state, event, f"{line}\n".encode())


def ready(state: Path, event: str) -> None:
    """Raises OSError if no line can be appended."""
    _append(state, event, b"")


def _append(state: Path, event: str, data: bytes) -> None:
    folder = state / "audit"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / f"{event}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, data)
    finally:
        os.close(handle)
