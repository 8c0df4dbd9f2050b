"""Requests with a bearer token, v18's or v20's: renewed once on a 401, and what a second 401 means."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any

import httpx

from trunkline.adapters.http import Http
from trunkline.adapters.pbx.problems import SUPERSEDED, said
from trunkline.adapters.pbx.tokens import bearer, payload
from trunkline.errors import BadAnswer, Forbidden, TokenSuperseded
from trunkline.models import Problem

QUICK_TEST = "/xapi/v1/Defs?$select=Id"  # the address that every role may read (v20 reference §5.1)


class Bearer(ABC):
    """Requests to one PBX with a token that a subclass mints."""

    quick_test = QUICK_TEST

    def __init__(self, http: Http) -> None:
        self.http = http
        self.version: str | None = None
        self.clock_skew_seconds: float | None = None
        self.tokens_lost = 0
        self._token = ""

    @abstractmethod
    async def renew(self, refused: dict[str, str]) -> None:
        """Sets another token than the one in the headers `refused`."""

    async def get(self, path: str) -> httpx.Response:
        """The answer to a GET; a 401 renews the token, and once more if the new one is ended at once.

        Raises:
            Forbidden: A fresh token is refused here and works elsewhere: a right is missing.
            TokenSuperseded: A fresh token is refused everywhere: another system signs in as this client.
            BadAnswer: It answers with a redirect.
        """
        for renewals_left in (2, 1, 0):
            headers = await self.headers()
            response = await self.http.send("GET", path, headers=headers, wants_json=True)
            self._notice(response)
            if self.stayed(response).status_code != 401:
                return response
            await self._after_401(path, headers, renewals_left)
        raise self._superseded()

    @contextlib.asynccontextmanager
    async def stream(self, path: str, more: dict[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """An answer whose body is still to be read; a 401 is gone about as in `get`, but a lasting one is given back.

        Raises:
            TokenSuperseded, BadAnswer: As `get` does.
        """
        is_lasting = False
        for renewals_left in (2, 1, 0, 0):
            headers = await self.headers()
            async with self.http.stream("GET", path, headers={**(more or {}), **headers}) as response:
                if self.stayed(response).status_code != 401 or is_lasting:
                    yield response
                    return
            try:  # outside of the answer, which holds one of the few places at the PBX
                await self._after_401(path, headers, renewals_left)
            except Forbidden:
                is_lasting = True
        raise self._superseded()

    async def _after_401(self, path: str, refused: dict[str, str], renewals_left: int) -> None:
        """Renews the token; before the last time, only if the one refused here is refused elsewhere too.

        Raises:
            Forbidden: It works elsewhere.
        """
        if renewals_left < 2 and await self._works(refused):
            raise Forbidden(
                f"{path.partition('(')[0].partition('?')[0]}: 401 with a fresh token that works elsewhere",
                where=self.http.where,
                mend="the right for it is missing: see `trunkline doctor`",
            )
        if renewals_left:
            await self.renew(refused)

    async def _works(self, headers: dict[str, str]) -> bool:
        return (await self.http.send("GET", self.quick_test, headers=headers, wants_json=True)).status_code != 401

    def _superseded(self) -> TokenSuperseded:
        found = superseded_problem(self.tokens_lost)
        return TokenSuperseded(found.message, where=self.http.where, mend=found.mend)

    async def headers(self) -> dict[str, str]:
        """The header that carries the token; signs in if there is none yet."""
        if not self._token:
            await self.renew({})
        return bearer(self._token)

    def claims(self) -> dict[str, Any]:
        """What the token says of this client's rights: a hint only (v20 reference §2.4)."""
        return payload(self._token)

    def remarks(self) -> tuple[Problem, ...]:
        """What was noticed on the way: a token that is lost again and again before its time."""
        return (superseded_problem(self.tokens_lost),) if self.tokens_lost > 1 else ()

    def stayed(self, response: httpx.Response) -> httpx.Response:
        """The answer, if it is no redirect: none is followed, for the token must not reach another origin.

        Raises:
            BadAnswer: It is one.
        """
        if not response.is_redirect:
            return response
        where = "a page of its own" if self.http.target(response) else "another address"
        raise BadAnswer(
            f"it sends us on to {where} instead of answering",
            where=self.http.where,
            mend="a hosted PBX that was moved or suspended does this: correct url, or ask whoever hosts it",
        )

    def _notice(self, response: httpx.Response) -> None:
        self.version = response.headers.get("x-3cx-version", self.version)
        with contextlib.suppress(KeyError, ValueError):
            there = email.utils.parsedate_to_datetime(response.headers["date"])
            self.clock_skew_seconds = (there - dt.datetime.now(dt.UTC)).total_seconds()


def superseded_problem(times: int) -> Problem:
    """The words for a token that another system's sign-in ended: a PBX keeps one per client (v20 reference §2.2)."""
    return said(SUPERSEDED, often=f" ({times} times in this run)" if times > 1 else "")
