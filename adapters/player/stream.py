"""A recording as an answer, streamed from where it is kept, and a count of what was sent."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from trunkline.adapters.blobs import Blobs
from trunkline.adapters.player.pages import HEADERS
from trunkline.errors import StorageError
from trunkline.keys import audio_type, download_name
from trunkline.ranges import Span

logger = logging.getLogger(__name__)


class Counted:
    """Passes an answer on; `status` and the `body_bytes` handed over are known afterwards."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.body_bytes = 0

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        await self._send(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body_bytes += len(message.get("body", b""))


class Recording:
    """The answer with a recording's bytes: all of it (200), or the `part` that was asked for (206)."""

    def __init__(self, blobs: Blobs, key: str, size: int, part: Span | None) -> None:
        self._blobs, self._key = blobs, key
        self._span = part or Span(0, size, size)
        self.status = 206 if part else 200
        self.headers = HEADERS | {
            "Accept-Ranges": "bytes",
            "Content-Type": audio_type(key) or "application/octet-stream",
            "Content-Length": str(self._span.length),
            "Content-Disposition": f'inline; filename="{download_name(key)}"',
        }
        if part:
            self.headers["Content-Range"] = part.content_range

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends piece after piece, as fast as they are taken; one in memory at a time."""
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if scope["method"] != "HEAD":
            request = Request(scope, receive)
            try:
                async for piece in self._blobs.pieces(self._key, self._span.start, self._span.stop):
                    if await request.is_disconnected():
                        return
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except (StorageError, OSError) as error:
                logger.warning("%s: its playing broke off: %s", self._key, error)
                return  # the answer is shorter than it said, so that the player sees that it is not whole
        await send({"type": "http.response.body", "body": b"", "more_body": False})
