"""`/r/TOKEN` plays a recording, `/health` says ok; GET and HEAD alone. Every access to a recording is noted."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from trunkline.adapters import audit
from trunkline.adapters.blobs import Blobs
from trunkline.adapters.player import pages
from trunkline.adapters.player.check import HEALTH, WELL
from trunkline.adapters.player.pages import page
from trunkline.adapters.player.stream import Counted, Recording
from trunkline.errors import StorageError
from trunkline.links import PATH, Link, LinkExpired, LinkForged, Links
from trunkline.ranges import Unsatisfiable, asked_for

logger = logging.getLogger(__name__)
EVENT = "recordings"  # the audit's file


def app(links: Links, blobs: Blobs, state: Path, clock: Callable[[], dt.datetime]) -> Starlette:
    """The service. `state`: the folder in which accesses are noted."""
    routes = [
        Route(HEALTH, _health, methods=["GET"]),
        Route(f"{PATH}{{token:path}}", Player(links, blobs, state, clock)),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refused})


async def _health(_request: Request) -> Response:
    return PlainTextResponse(WELL, headers=pages.HEADERS)


async def _refused(_request: Request, error: Exception) -> Response:
    is_method = isinstance(error, HTTPException) and error.status_code == 405
    return page(pages.READ_ONLY if is_method else pages.UNKNOWN)


class Player:
    """Answers one token; a file name may follow it, for those who go by the ending (HubSpot).

    The audit's line is written when the answer ends, with what was really sent.
    """

    def __init__(self, links: Links, blobs: Blobs, state: Path, clock: Callable[[], dt.datetime]) -> None:
        self._links, self._blobs, self._state, self._clock = links, blobs, state, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any method, so that what is refused is noted too."""
        request, counted = Request(scope, receive), Counted(send)
        link: Link | None = None
        try:
            link, answer = await self._answer(request)
            await answer(scope, receive, counted)
        finally:
            self._note(request, link, counted)

    async def _answer(self, request: Request) -> tuple[Link | None, ASGIApp]:
        if request.method not in pages.METHODS:
            return None, page(pages.READ_ONLY)
        try:
            link = self._links.read(request.path_params["token"].partition("/")[0], self._clock())
        except LinkForged:
            return None, page(pages.UNKNOWN)
        except LinkExpired as error:
            return error.link, page(pages.EXPIRED)
        return link, await self._recording(request, link.key)

    async def _recording(self, request: Request, key: str) -> ASGIApp:
        try:
            size = await self._blobs.size(key)
        except FileNotFoundError:
            return page(pages.REMOVED)
        except (StorageError, OSError) as error:
            logger.warning("%s: it cannot be played: %s", key, error)
            return page(pages.NOT_NOW)
        # Ranges are for GET alone, and as our answers have no validator no `If-Range` can match (RFC 9110 §13, §14).
        is_part = request.method == "GET" and "if-range" not in request.headers
        try:
            return Recording(self._blobs, key, size, asked_for(request.headers.get("range") if is_part else None, size))
        except Unsatisfiable:
            return page(pages.BEHIND_THE_END, **{"Content-Range": f"bytes */{size}"})

    def _note(self, request: Request, link: Link | None, counted: Counted) -> None:
        try:
            audit.note(
                self._state,
                EVENT,
                account_id=link.account_id if link else None,
                key=link.key if link else None,
                remote_address=request.client.host if request.client else None,
                method=request.method,
                range=request.headers.get("range", "")[:100] or None,
                status=counted.status or 500,
                bytes=0 if request.method == "HEAD" else counted.body_bytes,
            )
        except OSError as error:
            logger.error("an access cannot be noted: %s", error)
