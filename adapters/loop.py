"""The event loop that a run's requests go over: uvloop's where it is there (it is not on Windows).

Fetching recordings takes a fifth less time on it (benchmarks/recordings.py, 2026-11-24): asyncio's own loop spends it
in Python, between the socket and the transport.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """What `main` returns."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)
