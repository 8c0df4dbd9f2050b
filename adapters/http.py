"""The one way to make an HTTP client: one per PBX or CRM, with time-outs, retries, limits and no leaks.

One client for all hosts gave 10–20 times fewer requests and spurious read errors (measured), so each system has
its own; they share one TLS context. Redirects are never followed: a token must not reach another origin.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import stamina

from trunkline import __version__
from trunkline.adapters.patience import ATTEMPTS, PATIENCE_SECONDS, Again, Patience, passes
from trunkline.adapters.wire import Transport
from trunkline.errors import BadAnswer, Unreachable

REPORT_TIMEOUT = httpx.Timeout(connect=10, read=120, write=60, pool=300)  # v20 reference §3.6: reports take 60–120 s
ANYBODY = "/.well-known/openid-configuration"  # public where it is served (v20 reference §2.1)
IF_SILENT = "check the address, the port and that it is running"
MAX_BODY_BYTES = 256 * 1024 * 1024


@functools.lru_cache(maxsize=64)
def tls_context(verify: bool | str) -> ssl.SSLContext:
    """System authorities, or one's own CA file, or (reported by `doctor` as a risk) none."""
    if verify is False:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    return ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)


class Http:
    """Requests to one origin, at most `at_once` at a time. `where` names the system in errors.

    `if_silent`: what to do where nothing answers. `pace`: entered for each request, also one that is sent again.
    """

    def __init__(
        self,
        base_url: str,
        *,
        where: str,
        verify: bool | str = True,
        at_once: int = 2,
        if_silent: str = IF_SILENT,
        pace: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self.where = where
        self._if_silent = if_silent
        self.base_url = base_url
        self.requests = 0
        self._turn = asyncio.Semaphore(at_once)
        self._pace = pace
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        self._transport = Transport(verify=tls_context(verify), limits=limits)
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=self._transport,
            timeout=REPORT_TIMEOUT,
            headers={"User-Agent": f"trunkline/{__version__}"},
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def is_there(self) -> None:
        """Raises Unreachable if nobody answers; what is answered does not matter."""
        await self.send("GET", ANYBODY)

    def target(self, response: httpx.Response) -> httpx.URL | None:
        """Where a redirect leads to, if that is at this origin."""
        here = httpx.URL(self.base_url)
        there = here.join(response.headers.get("location", ""))
        is_ours = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
        return there if is_ours else None

    def cookie(self, name: str) -> str | None:
        """A cookie that the system has set."""
        return self._client.cookies.get(name)

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        idempotent: bool | None = None,
        losses: int = 0,
        wants_json: bool = False,
        **options: Any,
    ) -> httpx.Response:
        """The answer, whatever its status, after retries of what passes (429, 500, 502–504, lost connections).

        A request that is not `idempotent` (by default: POST) is sent again only if it cannot have arrived, was answered
        with 429, or with 503 and a time to come back; and after at most `losses` answers that were lost. With
        `wants_json` a redirect, a page or JSON that ends early counts as passing too: portals and proxies give such
        answers while a PBX restarts.

        Raises:
            Unreachable: Nothing answered.
            BadAnswer: The answer is too large, or its compression is damaged.
        """
        again = Patience(method != "POST" if idempotent is None else idempotent, losses)

        try:
            async for attempt in stamina.retry_context(
                on=again, attempts=ATTEMPTS, timeout=PATIENCE_SECONDS, wait_initial=0.5, wait_max=15
            ):
                with attempt:
                    return await self._once(method, path, wants_json, options)
        except Again as error:
            return error.response
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        except httpx.DecodingError as error:
            raise BadAnswer("a damaged body", where=self.where, mend="try again") from error
        raise AssertionError("a retry loop ends by returning or raising")  # pragma: no cover

    async def _once(self, method: str, path: str, wants_json: bool, options: dict[str, Any]) -> httpx.Response:
        async with self._turn, self._pace():
            self.requests += 1
            request = self._client.build_request(method, path, **options)
            response = await self._client.send(request, stream=True)
            try:
                await _read_limited(response, self.where)
            finally:
                await response.aclose()
        if passes(response, wants_json=wants_json):
            raise Again(response)
        return response

    @contextlib.asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        """An answer whose body the caller reads piece by piece; not retried here: a half-read file has side effects.

        Raises:
            Unreachable: Nothing answered, or the connection was lost while reading.
        """
        async with self._turn:
            self.requests += 1
            try:
                request = self._client.build_request(method, path, **options)
                response = await self._transport.handle_async_request(request)
                response.request = request
                if "set-cookie" in response.headers:
                    self._client.cookies.extract_cookies(response)
                try:
                    yield response
                finally:
                    await response.aclose()
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Unreachable:
        said = str(error)
        if "CERTIFICATE_VERIFY_FAILED" in said:
            is_other = "mismatch" in said or "not valid for" in said
            return Unreachable(
                "its certificate is for another name" if is_other else "its certificate is not trusted",
                where=self.where,
                mend="use the name on the certificate, or set verify to the file of its authority",
            )
        what = "no answer in time" if isinstance(error, httpx.TimeoutException) else _plain(error)
        return Unreachable(what, where=self.where, mend=self._if_silent)


def json_of(response: httpx.Response, where: str) -> Any:
    """The body as JSON.

    Raises:
        BadAnswer: HTML or text where JSON was due: 3CX serves its single-page app for unknown paths (v20 §5.5).
    """
    if "json" not in response.headers.get("content-type", ""):
        raise BadAnswer(
            f"{response.request.url.path}: {response.status_code} with "
            f"{response.headers.get('content-type') or 'no content type'} where JSON was due",
            where=where,
            mend="check that the address is the system's own and not a portal or proxy",
        )
    try:
        return response.json()
    except ValueError as error:
        raise BadAnswer(f"{response.request.url.path}: JSON that ends early", where=where, mend="try again") from error


async def _read_limited(response: httpx.Response, where: str) -> None:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise BadAnswer(f"an answer of more than {MAX_BODY_BYTES >> 20} MiB", where=where, mend="narrow the span")
    response._content = bytes(body)


def _plain(error: Exception) -> str:
    """The transport's own words without addresses or tokens."""
    if isinstance(error, httpx.LocalProtocolError):
        return "a request that cannot be sent: look for odd characters in its credentials"  # its text holds them
    text = str(error) or type(error).__name__
    return "connection refused" if "refused" in text or "All connection attempts failed" in text else text[:120]
