"""What is worth asking again, how often and how soon."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import email.utils

import httpx
import msgspec

ATTEMPTS = 6  # where a third of all answers fail, one request in 700 still does after six
CONNECT_ATTEMPTS = 3  # a host that refuses connections is told to be down before long
ERROR_ATTEMPTS = 3  # a 500 may pass (a backup, a restart); one that stays is the build's, and final
PATIENCE_SECONDS = 90.0
PASSING = {429, 500, 502, 503, 504}
_INTERVALS = ("x-ratelimit-interval-milliseconds", "x-hubspot-ratelimit-interval-milliseconds")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_JSON = msgspec.json.Decoder(msgspec.Raw)


class Again(Exception):
    """The answer says "later"; carries it in case no later attempt helps."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class Patience:
    """Whether, and after how long, a request is sent again.

    `safe`: it may have arrived before and do no harm; if it is not, it is sent again after at most `losses` answers
    that were lost.
    """

    def __init__(self, safe: bool, losses: int = 0) -> None:
        self._safe, self._losses = safe, losses
        self._failed: collections.Counter[str] = collections.Counter()

    def __call__(self, error: Exception) -> bool | float:
        """For `stamina`: no, yes, or yes after so many seconds."""
        if isinstance(error, Again):
            return self._after_answer(error.response)
        if isinstance(error, _NOT_SENT):
            return self._fewer_than("connect", CONNECT_ATTEMPTS)
        return isinstance(error, httpx.TransportError) and self._may_repeat()

    def _after_answer(self, response: httpx.Response) -> bool | float:
        after = retry_after_seconds(response)
        not_handled = response.status_code == 429 or (response.status_code == 503 and after is not None)
        if not not_handled and not self._may_repeat():
            return False
        if response.status_code == 500 and not self._fewer_than("500", ERROR_ATTEMPTS):
            return False
        return after or True

    def _may_repeat(self) -> bool:
        return self._safe or self._fewer_than("lost", self._losses + 1)

    def _fewer_than(self, kind: str, most: int) -> bool:
        self._failed[kind] += 1
        return self._failed[kind] < most


def passes(response: httpx.Response, *, wants_json: bool) -> bool:
    """Whether the answer may be another one soon: a busy or failing server, and where JSON was due anything else."""
    return response.status_code in PASSING or (wants_json and not may_be_json(response))


def may_be_json(response: httpx.Response) -> bool:
    """False for a redirect, and for an answer of 200 that is a page or JSON that ends early."""
    if response.is_redirect:
        return False
    if response.status_code != 200:
        return True
    try:
        _JSON.decode(response.content)
    except msgspec.DecodeError:
        return False
    return True


def retry_after_seconds(response: httpx.Response) -> float | None:
    """`Retry-After` in seconds or as a date, or what a CRM sends in its place (CRM reference §2.1, §2.2, §2.5)."""
    header = response.headers
    stated = _seconds(header.get("retry-after", "")) or _seconds_until(header.get("retry-after", ""))
    interval = next((found for name in _INTERVALS if (found := _seconds(header.get(name, "")))), None)
    seconds = stated or (interval / 1000 if interval else _seconds(header.get("x-ratelimit-reset", "")))
    return min(seconds, PATIENCE_SECONDS) if seconds else None


def _seconds(text: str) -> float | None:
    """A positive number; null for anything else."""
    with contextlib.suppress(ValueError):
        return number if (number := float(text)) > 0 else None
    return None


def _seconds_until(text: str) -> float | None:
    """How long until an HTTP date; null if that is past, or no date."""
    with contextlib.suppress(ValueError):
        seconds = (email.utils.parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)).total_seconds()
        return seconds if seconds > 0 else None
    return None
