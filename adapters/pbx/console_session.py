"""A session at v18's management console: signed in to once, opened anew once when it is lost (v18 reference §1.1)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from trunkline.adapters.http import Http, json_of
from trunkline.adapters.patience import may_be_json
from trunkline.adapters.pbx.credentials import LOST_SIGN_INS, Credentials
from trunkline.errors import BadAnswer, Forbidden, NotThere, RemoteError, SignInFailed

_SIGN_IN_TOLD = {200, 400, 401}  # anything else says nothing of the credentials
_XSRF = "XSRF-TOKEN"  # early builds want it echoed; later ones do not set it


class ConsoleSession:
    """Requests of a console user; the cookie lives in the HTTP client."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.http = http
        self._credentials = credentials
        self._session = self._lost = 0
        self._one_at_a_time = asyncio.Lock()

    async def get(self, path: str) -> httpx.Response:
        """A JSON answer; a lost session (401, a redirect, or the sign-in page) is opened anew, twice at most.

        Raises:
            Forbidden: This user may not.
            NotThere: No such address, or something else than a console answers.
        """
        for sessions_left in (2, 1, 0):
            session = await self.open()
            response = await self.http.send("GET", path, headers=self.echo(), wants_json=sessions_left < 2)
            if response.status_code in {403, 404}:
                break
            if response.status_code != 401 and may_be_json(response):
                return response
            if sessions_left:
                self._lost = session
        raise self._refused(path, response)

    async def open(self) -> int:
        """The number of the session to use; signs in if there is none, or if the newest is the one that was lost."""
        async with self._one_at_a_time:
            if self._session == self._lost:
                await self.sign_in()
                self._session += 1
            return self._session

    async def object(self, path: str) -> dict[str, Any]:
        """A JSON object; empty where the answer is JSON of another kind."""
        body = json_of(await self.get(path), self.http.where)
        return body if isinstance(body, dict) else {}

    async def sign_in(self) -> None:
        """One attempt; anything but the bare text `AuthSuccess` is a refusal.

        Raises:
            BadCredentials: Refused, now or before.
            Forbidden: The console is closed to this address.
            NotThere: No console here.
            SignInsPaused: Too many PBXs refused their credentials of late.
        """
        async with self._credentials.locked() as memory:
            body = {"Username": self._credentials.login, "Password": self._credentials.secret}
            async with self._credentials.signing_in(self.http.is_there):
                response = await self.http.send("POST", "/api/login", json=body, losses=LOST_SIGN_INS)
                self._look_at(response)
                if response.status_code != 200 or response.text.strip().strip('"') != "AuthSuccess":
                    raise self._credentials.remember_refusal()
                self._credentials.save(memory)

    def _look_at(self, response: httpx.Response) -> None:
        where = self.http.where
        if response.status_code == 403:
            raise Forbidden("/api/login: 403", where=where, mend=CLOSED)
        if response.status_code == 404 or is_html(response):
            raise NotThere("no console at /api/login: this is not 3CX v18", where=where, mend=NO_CONSOLE)
        if response.status_code not in _SIGN_IN_TOLD:
            raise SignInFailed(
                f"sign-in answered {response.status_code}", where=where, mend="it is tried again next time"
            )

    def echo(self) -> dict[str, str]:
        """The header that early builds want their cookie echoed in; empty where it was not set."""
        token = self.http.cookie(_XSRF)
        return {f"X-{_XSRF}": token} if token else {}

    def _refused(self, path: str, response: httpx.Response) -> RemoteError:
        short, where = path.partition("?")[0], self.http.where
        if response.status_code in {401, 403}:
            return Forbidden(f"{short}: {response.status_code}", where=where, mend="see `trunkline doctor`")
        if response.status_code == 404 or response.is_redirect or is_html(response):
            mend = "is this a v18 console's address?"
            return NotThere(f"{short}: {response.status_code} and no JSON", where=where, mend=mend)
        return BadAnswer(f"{short}: no such list but JSON that ends early", where=where, mend="try again")


CLOSED = (
    "allow this machine's address under Console Restrictions in the PBX's security settings, "
    "or sign in as a user who may use the console"
)
NO_CONSOLE = (
    "v20 has no console: make an API client under Admin → Integrations → API and configure client_id and "
    "client_secret; else correct the address"
)


def is_html(response: httpx.Response) -> bool:
    """Whether a page came."""
    return "html" in response.headers.get("content-type", "")
