"""Which bytes a request's `Range` header asks for (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """None of the file's bytes are asked for: 416."""


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `stop`, which is not part of it, of a file of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The value of `Content-Range`."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def asked_for(header: str | None, size: int) -> Span | None:
    """The span of a file of `size` bytes; null for all of it: without a header, and for one that may be ignored.

    Ignored are other units, what cannot be read, and several ranges at once, which no player asks for.

    Raises:
        Unsatisfiable: The range lies behind the end.
    """
    found = _ONE.fullmatch(header or "")
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), size if not last else min(int(last) + 1, size)
        if last and int(last) < start:
            return None
    if start >= stop:
        raise Unsatisfiable
    return Span(start, stop, size)
