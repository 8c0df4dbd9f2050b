"""One CRM over HTTP: signed in, within its rate limit, its statuses turned into errors the engine understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from trunkline import log
from trunkline.adapters.crm.base import AnswerLost, Busy, DeletedThere, Refused
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.tokens import Auth
from trunkline.adapters.http import Http, json_of
from trunkline.errors import BadAnswer, BadCredentials, Forbidden, RemoteError

AT_ONCE = 4
REASON_LENGTH = 200
_MEND = "mend the cause, then deliver --retry-failed"


class CrmClient:
    """Requests to one CRM.

    `base_url`: where its API answers; null if the sign-in tells. `auth`: null where nothing is signed in to. `learn`
    reads its rate-limit headers. `mend` says how to renew the credentials, `rights` how to get a right that is missing.
    `deleted`: statuses that mean "not there". `is_full`: whether an answer is the rate limit's.
    """

    def __init__(
        self,
        base_url: str | None,
        *,
        where: str,
        auth: Auth | None,
        pace: Pace,
        mend: str,
        rights: str = "",
        learn: Callable[[Mapping[str, str], Pace], None] = lambda _headers, _pace: None,
        headers: Mapping[str, str] | None = None,
        deleted: frozenset[int] = frozenset({404, 410}),
        is_full: Callable[[httpx.Response], bool] = lambda response: response.status_code == 429,
    ) -> None:
        self.where = where
        self._base_url, self._auth, self._pace, self._learn = base_url, auth, pace, learn
        self._mend, self._rights, self._deleted, self._is_full = mend, rights or mend, deleted, is_full
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._http: Http | None = None
        self.last_headers: Mapping[str, str] = {}

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._http:
            await self._http.aclose()

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """The answer's JSON; null for an empty body. `options`: as `send` takes them.

        Raises:
            BadCredentials: 401, also with renewed credentials.
            Forbidden: 403.
            Busy: The rate limit, still after the waits it asked for.
            DeletedThere: 404 or 410: what the path names is not there.
            Refused: Any other 4xx: this request will not be taken.
            AnswerLost: 5xx: it may have been done or not.
            Unreachable: Nothing answered; a request that was sent may have been done or not.
            BadAnswer: Neither JSON nor nothing.
        """
        response = await self.send(method, path, **options)
        if response.is_success:
            return json_of(response, self.where) if response.content.strip() else None
        raise self.error_of(response)

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """The answer, whatever its status, for an adapter that reads statuses itself; 401 renews the sign-in once.

        `options`: httpx's, and `idempotent`: whether to send it again does no harm (by default: not of POST).
        """
        http = await self._connected()
        for is_last in (False, True):
            signed = await self._auth.header() if self._auth else ""
            sent = {**self._headers, **(headers or {}), **({self._auth.header_name: signed} if self._auth else {})}
            response = await http.send(method, path, headers=sent, **options)
            self.last_headers = response.headers
            self._learn(response.headers, self._pace)
            if response.status_code != 401 or is_last or _lacks_scope(response) or not self._auth:
                break
            if not await self._auth.renewed(signed):
                break
        return response

    async def _connected(self) -> Http:
        if not self._http:
            base_url = self._base_url or (await self._auth.api_url() if self._auth else None)
            if not base_url:
                raise BadAnswer("the sign-in told no address of the API", where=self.where, mend="set base_url")
            if self._http is None:  # another request was first meanwhile
                self._http = Http(base_url, where=self.where, at_once=AT_ONCE, pace=self._pace.turn)
        return self._http

    def error_of(self, response: httpx.Response) -> RemoteError:
        """The error that a status and the CRM's own words stand for."""
        status, what = response.status_code, f"{response.status_code} {words(response)}".strip()
        if _lacks_scope(response):
            return Forbidden(f"a right is missing ({what})", where=self.where, mend=self._rights)
        if status == 401:
            return BadCredentials(f"the credentials were refused ({what})", where=self.where, mend=self._mend)
        if self._is_full(response):
            mend = "the next run goes on where this one stopped"
            return Busy("its rate limit is used up", where=self.where, mend=mend)
        if status == 403:
            return Forbidden(f"a right is missing ({what})", where=self.where, mend=self._rights)
        if status in self._deleted or (status in {400, 422} and "not found" in what.lower()):
            return DeletedThere(f"not there: {what}", where=self.where, mend=_MEND)
        if status >= 500:
            return AnswerLost(f"answered {what}", where=self.where, mend="the next run looks it up and goes on")
        if status >= 400:
            return Refused(f"refused it: {what}", where=self.where, mend=_MEND)
        return BadAnswer(f"answered {status}", where=self.where, mend="check base_url")


def _lacks_scope(response: httpx.Response) -> bool:
    """Whether the token is good and not for this: some CRMs say so with 401 (HighLevel, Zoho)."""
    return response.status_code == 401 and "scope" in response.text.lower()


def words(response: httpx.Response) -> str:
    """The CRM's own words, short, without numbers or tokens."""
    try:
        return said_in(response.json())
    except ValueError:
        return ""


def said_in(body: Any) -> str:
    """The words of an error in a CRM's JSON: `message`, `error`, or a list of these."""
    if isinstance(body, list):
        body = body[0] if body else {}
    said = (
        next((body[key] for key in ("message", "error", "errors") if body.get(key)), "")
        if isinstance(body, dict)
        else ""
    )
    if isinstance(said, dict):
        said = said.get("message") or ""
    text = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    return log.redact(text)[:REASON_LENGTH]
