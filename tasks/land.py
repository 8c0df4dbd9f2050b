"""An answer of a PBX into the landing area, as received: one immutable file per window and content."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import zstandard

from trunkline.adapters.blobs import Blobs
from trunkline.tasks.landed import LINE, Head, Landed
from trunkline.tasks.landing import key_of, newest
from trunkline.tasks.work import Site

MARK_LENGTH = 12
_COMPRESSOR = zstandard.ZstdCompressor(write_checksum=True)


async def land(landing: Blobs, site: Site, seen: Landed) -> Landed:
    """Keeps the answer, and returns it with the time at which it was landed: an earlier one, if it was there.

    It is there if nothing else of this time was landed since: what was so, then otherwise, then so again is three
    files, since `replay` takes them in that order.
    """
    head, rows = _head(seen), _rows(seen)
    mark = _mark(head, rows)
    last = await newest(landing, site, seen.window)
    if last and last.mark == mark:
        return replace(seen, landed_at=last.landed_at)
    await landing.put(key_of(site, seen.window, seen.landed_at, mark), packed(head, rows), "application/zstd")
    return seen


def packed(head: Head, rows: list[bytes]) -> bytes:
    """A file's content, with a checksum over it."""
    return compressed([msgspec.json.encode(head), *rows])


def compressed(lines: Sequence[bytes]) -> bytes:
    """Lines as a file's content."""
    return _COMPRESSOR.compress(b"\n".join(lines))


def _head(seen: Landed) -> Head:
    facts, answer = seen.facts, seen.answer
    return Head(
        pbx=facts.pbx_id,
        account=facts.account_id,
        surface=facts.surface,
        zone=facts.zone,
        region=facts.region,
        since=seen.window.since,
        until=seen.window.until,
        landed_at=seen.landed_at,
        is_whole=seen.is_whole,
        pages=answer.pages,
        requests=seen.requests,
        problem=answer.problem,
        kinds=tuple(answer.raw),
        directory=dict(sorted(facts.directory.items())),
    )


def _rows(seen: Landed) -> list[bytes]:
    return [line_of(kind, row) for kind, rows in seen.answer.raw.items() for row in rows]


def line_of(kind: str, row: bytes) -> bytes:
    """The row as it is, if reading the line gives the same bytes again, else as base64."""
    start = b'{"kind":"' + kind.encode()
    plain = start + b'","row":' + row + b"}"
    with contextlib.suppress(msgspec.DecodeError, ValueError):
        line = LINE.decode(plain)
        if b"\n" not in row and (line.kind, line.raw) == (kind, row):
            return plain
    return start + b'","base64":"' + base64.b64encode(row) + b'"}'


def _mark(head: Head, rows: list[bytes]) -> str:
    """A hash of what the PBX said; when it was landed, and after how many requests, is no part of it."""
    said = msgspec.structs.replace(head, landed_at=None, requests=0)
    digest = hashlib.sha256(msgspec.json.encode(said))
    for row in rows:
        digest.update(b"\n" + row)
    return digest.hexdigest()[:MARK_LENGTH]
