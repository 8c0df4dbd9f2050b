"""Ids as 3CX makes them."""

from __future__ import annotations

import datetime as dt

FILETIME_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
NUMBER_EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
NUMBERS_PER_SECOND = 8
"""Integer ids grow with time and stay inside an int32 until 2032."""


def guid(at: dt.datetime, sequence: int) -> str:
    """An id as 3CX makes them: a Windows FILETIME, then a sequence (v20 reference §3.5)."""
    ticks = (at - FILETIME_EPOCH) // dt.timedelta(microseconds=1) * 10
    digits = f"{ticks:016x}{sequence & 0xFFFFFFFF:08x}"
    return f"00000000-{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"


def time_of(identifier: str) -> dt.datetime:
    """The time inside an id made by `guid`."""
    return FILETIME_EPOCH + dt.timedelta(microseconds=int(identifier.replace("-", "")[8:24], 16) // 10)


def time_number(at: dt.datetime) -> int:
    """An integer id that grows with time."""
    return int((at - NUMBER_EPOCH).total_seconds() * NUMBERS_PER_SECOND)
