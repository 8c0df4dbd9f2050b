"""Paging over OData answers: an object attached to an address, not a loop in each caller (v20 reference §3.6)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

import httpx
import msgspec

from trunkline.errors import BadAnswer

_T = TypeVar("_T")
Get = Callable[[str], Awaitable[httpx.Response]]
_LIMIT = re.compile(r"limit of '(\d+)' for Top query")
BELIEVED_EMPTY = 3  # an empty 200 of a PBX in trouble looks like a quiet hour (v20 reference §3.9)
ROUND_SIZE = 50  # caps seen are 100, 500, 1,000; a cap that is not told of must not look like the end
MAX_PAGES = 2_000  # a bound for a PBX that never ends; 20,000 rows in pages of 10


class Envelope(msgspec.Struct):
    """An answer's `value` as raw items, so that a row is kept as received at no cost."""

    value: list[msgspec.Raw]


class Pages:
    """Reads an address page by page, learning the page size from the 400 that names the limit."""

    def __init__(self, get: Get, size: int) -> None:
        self._get = get
        self.size = size

    async def read(self, path: str, options: str = "", *, sure: bool = False) -> AsyncIterator[list[bytes]]:
        """Pages of raw items until a short one; but a round size may be a cap, so one more is asked.

        `sure`: an empty page is believed only when it came `BELIEVED_EMPTY` times.

        Raises:
            BadAnswer: An answer that is no OData collection.
        """
        skip = empty = 0
        for _ in range(MAX_PAGES):
            response = await self._get(f"{path}?$top={self.size}&$skip={skip}{options}")
            if (limit := _limit_named(response)) and limit < self.size:
                self.size = limit
                continue
            items = items_of(response)
            empty = 0 if items else empty + 1
            if sure and 0 < empty < BELIEVED_EMPTY:
                continue
            if items:
                yield items
            if len(items) < self.size and (not items or len(items) % ROUND_SIZE):
                return
            skip += len(items)
        raise BadAnswer(f"{path.partition('(')[0]}: more than {MAX_PAGES} pages", mend="narrow the span")

    async def all(self, path: str, options: str = "") -> list[bytes]:
        """Every item of every page."""
        return [item async for page in self.read(path, options) for item in page]


def items_of(response: httpx.Response) -> list[bytes]:
    """The raw items of `value`; raises BadAnswer for anything else."""
    if response.status_code != 200:
        raise BadAnswer(f"{response.request.url.path.partition('(')[0]}: {response.status_code} {error_text(response)}")
    try:
        return [bytes(item) for item in msgspec.json.decode(response.content, type=Envelope).value]
    except msgspec.DecodeError as error:
        what = response.headers.get("content-type", "no content type")
        raise BadAnswer(f"{response.request.url.path.partition('(')[0]}: no OData but {what}") from error


def readable(items: Iterable[bytes], kind: type[_T]) -> Iterator[_T]:
    """The items of a list as records, without those that are of another shape: one of them must not cost the others."""
    for item in items:
        with contextlib.suppress(msgspec.DecodeError):
            yield msgspec.json.decode(item, type=kind)


def error_text(response: httpx.Response) -> str:
    """The PBX's own words, from either of its two error forms, in one line (v20 reference §8.1–8.3)."""
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return response.reason_phrase
    words = error.get("message", "") if isinstance(error, dict) else str(error)
    return " ".join(words.split())[:200]


def _limit_named(response: httpx.Response) -> int | None:
    match = _LIMIT.search(response.text) if response.status_code == 400 else None
    return int(match[1]) if match and int(match[1]) > 0 else None
