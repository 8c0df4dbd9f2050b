"""Signing in to v20 as an API client: one token at a time, shared, renewed once on a 401 (v20 reference §2)."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import email.utils
import json
import time
from typing import Any

import httpx

from trunkline.adapters.http import Http, json_of
from trunkline.adapters.pbx.credentials import Credentials, Memory, is_fresh
from trunkline.adapters.pbx.odata import error_text
from trunkline.errors import BadAnswer, Forbidden, NotThere

_REFUSALS = ("invalid_client", "unauthorized_client", "invalid_grant")


class ApiClient:
    """Requests with the API client's bearer token."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.http = http
        self.version: str | None = None
        self.clock_skew_seconds: float | None = None
        self._credentials = credentials
        self._token: str | None = None

    async def get(self, path: str) -> httpx.Response:
        """The answer to a GET; a 401 renews the token once.

        Raises:
            Forbidden: A fresh token is refused too: the right is missing, or another system uses the same client.
        """
        for renewed in (False, True):
            headers = await self.headers()
            response = await self.http.send("GET", path, headers=headers)
            self._notice(response)
            if response.status_code != 401:
                return response
            if not renewed:
                await self.renew(headers)
        raise self.superseded(path)

    async def headers(self) -> dict[str, str]:
        """The header that carries the token; signs in if there is none yet."""
        if self._token is None:
            await self.renew({})
        return _bearer(self._token or "")

    async def renew(self, refused: dict[str, str]) -> None:
        """Another token than the one in the headers `refused`: what another holder of the lock minted, else a new one.

        Raises:
            BadCredentials: Refused, now or before.
            NotThere: No token address: this is no v20.
        """
        async with self._credentials.locked() as memory:
            if is_fresh(memory) and _bearer(memory.token) != refused:
                self._token = memory.token
                return
            minted = await self._mint()
            self._credentials.save(minted)
            self._token = minted.token

    async def _mint(self) -> Memory:
        form = {
            "client_id": self._credentials.login,
            "client_secret": self._credentials.secret,
            "grant_type": "client_credentials",
        }
        response = await self.http.send("POST", "/connect/token", data=form, idempotent=False)
        if response.status_code == 404:
            raise NotThere(
                "no /connect/token: this is not 3CX v20",
                where=self.http.where,
                mend="sign in to v18 with username and password, or correct the address",
            )
        if response.status_code == 401 or error_text(response).startswith(_REFUSALS):  # 400 was seen too (v20 §2.1)
            raise self._credentials.remember_refusal()
        if response.status_code != 200:
            raise BadAnswer(
                f"sign-in answered {response.status_code} {error_text(response)}",
                where=self.http.where,
                mend="a lapsed licence or a database fault shows like this: look at the PBX's own status page",
            )
        answer = json_of(response, self.http.where)
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise BadAnswer("sign-in gave no token", where=self.http.where, mend="report this 3CX version")
        return Memory(token=str(answer["access_token"]), expires_at=_expires_at(answer), login=self._credentials.login)

    def claims(self) -> dict[str, Any]:
        """What the token says of this client's rights: a hint only (v20 reference §2.4)."""
        return _payload(self._token or "")

    def superseded(self, path: str) -> Forbidden:
        """The error of a 401 that a new token does not mend."""
        return Forbidden(
            f"{path.partition('(')[0].partition('?')[0]}: 401 with a fresh token",
            where=self.http.where,
            mend="either this client lacks the right, or another system uses the same API client: give each its own",
        )

    def _notice(self, response: httpx.Response) -> None:
        self.version = response.headers.get("x-3cx-version", self.version)
        with contextlib.suppress(KeyError, ValueError):
            there = email.utils.parsedate_to_datetime(response.headers["date"])
            self.clock_skew_seconds = (there - dt.datetime.now(dt.UTC)).total_seconds()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _payload(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (IndexError, ValueError):
        return {}


def _expires_at(answer: dict[str, Any]) -> float:
    """The token's own `exp`; `expires_in` is minutes before 20.0.9 and seconds from then on (v20 reference §2.1)."""
    stated = _payload(str(answer.get("access_token", ""))).get("exp")
    return float(stated) if stated else time.time() + float(answer.get("expires_in") or 60)
