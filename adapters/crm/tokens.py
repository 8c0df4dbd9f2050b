"""How a CRM is signed in to: a token that stays, or OAuth tokens that are renewed and kept.

Refresh tokens of some CRMs can be used once (CRM reference §2.1): whoever renews holds a lock that other processes
respect, and has the new tokens on disk before it uses them.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import msgspec
from filelock import FileLock
from pydantic import SecretStr

from trunkline.adapters.http import Http, json_of
from trunkline.errors import BadAnswer, BadCredentials, RemoteError, Unreachable

EARLY_SECONDS = 60.0  # renewed so long before it ends
LOCK_SECONDS = 60.0


class Auth(Protocol):
    """What a client needs of it. `header_name`: the header it is sent in."""

    header_name: str

    async def header(self) -> str:
        """The header's value. Raises a RemoteError where it cannot be had."""

    async def renewed(self, refused: str) -> bool:
        """Whether there is another header now than the `refused` one, which was answered with 401."""

    async def api_url(self) -> str | None:
        """Where the API answers, as the sign-in told; null where it does not tell."""


class Static:
    """A token that a person made and that stays; some CRMs want it bare (no `scheme`) in a header of their own."""

    def __init__(self, token: SecretStr, scheme: str = "Bearer", header_name: str = "Authorization") -> None:
        self._token, self._scheme, self.header_name = token, scheme, header_name

    async def header(self) -> str:
        """The header's value."""
        return f"{self._scheme} {self._token.get_secret_value()}".strip()

    async def renewed(self, refused: str) -> bool:  # noqa: ARG002
        """Never: a person has to make another one."""
        return False

    async def api_url(self) -> str | None:
        """The token tells no address."""
        return None


class Tokens(msgspec.Struct, omit_defaults=True):
    """What is kept. `refresh_of`: a hash of the refresh token in the config that these came from."""

    access: str
    ends_at: float
    refresh: str | None = None
    api_url: str | None = None
    refresh_of: str = ""


@dataclass(frozen=True)
class App:
    """An OAuth app.

    `ask`: the form for a refresh token (empty where the grant needs none). `refusal`: the error for an answer of this
    CRM that says something else than bad credentials. `through`: another sign-in by which this one is allowed.
    """

    url: str
    path: str
    ask: Callable[[str], dict[str, str]]
    where: str
    mend: str
    refresh_token: SecretStr = field(default_factory=lambda: SecretStr(""))
    scheme: str = "Bearer"
    headers: tuple[tuple[str, str], ...] = ()
    through: Auth | None = None
    refusal: Callable[[dict[str, Any], str], RemoteError | None] = lambda _answer, _where: None


class OAuth:
    """Tokens of an app, kept in `file` (mode 0600) for every process that shares the lake."""

    header_name = "Authorization"

    def __init__(self, app: App, file: Path) -> None:
        self._app, self._file = app, file
        self._seed = hashlib.sha256(app.refresh_token.get_secret_value().encode()).hexdigest()
        self._mine = asyncio.Lock()
        self._refused = ""

    async def header(self) -> str:
        """The value of `Authorization`; renewed a minute before it ends."""
        return f"{self._app.scheme} {(await self._tokens()).access}"

    async def api_url(self) -> str | None:
        """Where the API answers, as the sign-in told."""
        return (await self._tokens()).api_url

    async def renewed(self, refused: str) -> bool:
        """Renews unless another process has by now."""
        self._refused = refused
        return await self.header() != refused

    async def _tokens(self) -> Tokens:
        async with self._mine:
            kept = await asyncio.to_thread(self._kept)
            if kept and self._is_good(kept):
                return kept
            return await self._renew()

    def _is_good(self, tokens: Tokens) -> bool:
        return tokens.ends_at - EARLY_SECONDS > time.time() and f"{self._app.scheme} {tokens.access}" != self._refused

    async def _renew(self) -> Tokens:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(self._file.with_suffix(".lock"), timeout=LOCK_SECONDS, thread_local=False)
        await asyncio.to_thread(lock.acquire)
        try:
            kept = await asyncio.to_thread(self._kept)
            if kept and self._is_good(kept):
                return kept
            tokens = await self._ask(kept)
            await asyncio.to_thread(self._keep, tokens)
            return tokens
        finally:
            lock.release()

    async def _ask(self, kept: Tokens | None) -> Tokens:
        app = self._app
        refresh = kept.refresh if kept and kept.refresh else app.refresh_token.get_secret_value()
        signed = await app.through.header() if app.through else ""
        response = await self._sent(refresh, signed)
        if app.through and response.status_code == 401 and await app.through.renewed(signed):
            response = await self._sent(refresh, await app.through.header())
        answer = _object(json_of(response, app.where)) if response.content.strip() else {}
        if response.status_code in {400, 401, 403} or answer.get("error"):
            raise app.refusal(answer, app.where) or _refusal(answer, response.status_code, app)
        if not response.is_success:
            raise Unreachable(f"the sign-in answered {response.status_code}", where=app.where, mend="try again")
        return self._of(answer, refresh)

    async def _sent(self, refresh: str, signed: str) -> httpx.Response:
        app = self._app
        headers = {"Accept": "application/json", **dict(app.headers), **({"Authorization": signed} if signed else {})}
        async with Http(app.url, where=app.where) as http:
            try:
                # Sent once: a refresh token whose answer is lost may be used up; to send it again would tell no more.
                return await http.send("POST", app.path, data=app.ask(refresh), headers=headers, idempotent=False)
            except Unreachable as error:
                raise Unreachable(f"sign-in: {error.message}", where=app.where, mend=error.mend) from error

    def _of(self, answer: dict[str, Any], refresh: str) -> Tokens:
        access = answer.get("access_token")
        if not access:
            raise BadAnswer("a sign-in without an access token", where=self._app.where, mend=self._app.mend)
        lasts_seconds = float(answer.get("expires_in") or 3600)
        return Tokens(
            access=str(access),
            ends_at=time.time() + lasts_seconds,
            refresh=answer.get("refresh_token") or refresh or None,
            api_url=answer.get("api_domain") or answer.get("instance_url"),
            refresh_of=self._seed,
        )

    def _kept(self) -> Tokens | None:
        """What is on disk, unless it came from another refresh token than the config's."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=Tokens)
        except (OSError, msgspec.MsgspecError):
            return None
        return kept if kept.refresh_of == self._seed else None

    def _keep(self, tokens: Tokens) -> None:
        new = self._file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_bytes(msgspec.json.encode(tokens))
        new.replace(self._file)


def _refusal(answer: dict[str, Any], status: int, app: App) -> RemoteError:
    said = str(answer.get("error") or answer.get("message") or status)
    detail = str(answer.get("error_description") or answer.get("message") or "")
    words = f"the sign-in was refused ({said}{f': {detail}' if detail and detail != said else ''})"
    return BadCredentials(words, where=app.where, mend=app.mend)


def _object(answer: Any) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}


def file_of(state: Path, *parts: str) -> Path:
    """Where tokens are kept: named by what they belong to, so that CRMs of one app share them."""
    return state / "crm" / f"{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}.json"
