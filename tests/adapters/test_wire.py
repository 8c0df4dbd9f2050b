"""What httpx is told by connections that go wrong, over TCP and TLS, from servers that a test scripts byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import httpx
import pytest

from trunkline.adapters import loop, wire
from trunkline.adapters.http import Http
from trunkline.errors import Unreachable
from trunkline.simulator import certificates

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
RunOn = Callable[[Coroutine[Any, Any, Any]], Any]
BODY = os.urandom(3_000_000)


@pytest.fixture(params=["tcp", "tls"])
def secured(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "tls")


@pytest.fixture(params=[asyncio.run, loop.run], ids=["asyncio", "uvloop"])
def run_on(request: pytest.FixtureRequest) -> RunOn:
    """asyncio's own loop, and the one that runs go over."""
    return request.param  # type: ignore[no-any-return]


@contextlib.asynccontextmanager
async def serving(talk: Talk, secured: bool) -> AsyncIterator[Http]:
    """A client of a server that does with each connection what `talk` says."""
    context = None
    if secured:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.made().certificate, certificates.made().key)

    talks: list[asyncio.Task[None]] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())  # type: ignore[arg-type]
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            writer.transport.abort()

    async with await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"{'https' if secured else 'http'}://127.0.0.1:{port}"
        async with Http(url, where="here", verify=str(certificates.made().ca)) as client:
            yield client
        for one in talks:
            one.cancel()
        await asyncio.wait(talks)
        await asyncio.sleep(0)


def head(length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length


async def asked(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def whole(client: Http) -> bytes:
    async with client.stream("GET", "/file") as response:
        return b"".join([piece async for piece in response.aiter_bytes()])


def test_bodies_come_whole_over_one_connection(secured: bool, run_on: RunOn) -> None:
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await asked(reader):
            writer.write(head(len(BODY)) + BODY)
            await writer.drain()

    async def go() -> list[str]:
        async with serving(talk, secured) as client:
            return [hashlib.sha256(await whole(client)).hexdigest() for _ in range(3)]

    assert run_on(go()) == [hashlib.sha256(BODY).hexdigest()] * 3
    assert connections == 1


def test_a_body_that_is_read_slowly_is_not_piled_up_and_comes_whole_after_a_goodbye(
    secured: bool, run_on: RunOn
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head(4 * len(BODY)))
        for _ in range(4):
            writer.write(BODY)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def go() -> tuple[int, int]:
        longest = size = 0
        async with serving(talk, secured) as client, client.stream("GET", "/file") as response:
            async for piece in response.aiter_bytes():
                longest, size = max(longest, len(piece)), size + len(piece)
                await asyncio.sleep(0.01)
        return longest, size

    longest, size = run_on(go())
    assert size == 4 * len(BODY)
    assert longest <= 3 * wire.ENOUGH_BYTES


def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("end", [hang_up, reset])
def test_a_body_that_ends_early_is_noticed(
    secured: bool, end: Callable[[asyncio.StreamWriter], None], run_on: RunOn
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head(len(BODY)) + BODY[:100_000])
        await writer.drain()
        end(writer)
        await asyncio.sleep(0.1)

    async def go() -> None:
        async with serving(talk, secured) as client:
            await whole(client)

    with pytest.raises(Unreachable) as caught:
        run_on(go())
    assert "127.0.0.1" not in str(caught.value)


def test_silence_amid_a_body_is_waited_for_no_longer_than_allowed(
    secured: bool, monkeypatch: pytest.MonkeyPatch, run_on: RunOn
) -> None:
    monkeypatch.setattr("trunkline.adapters.http.REPORT_TIMEOUT", httpx.Timeout(5, read=0.15))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head(len(BODY)) + BODY[:100_000])
        await asyncio.sleep(0.5)

    async def go() -> None:
        async with serving(talk, secured) as client:
            await whole(client)

    with pytest.raises(Unreachable, match="no answer in time"):
        run_on(go())


@pytest.mark.parametrize("goodbye", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"])
def test_a_connection_that_the_server_has_given_up_is_not_used_again(
    secured: bool, goodbye: bytes, run_on: RunOn
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head(4) + b"here")
        await asyncio.sleep(0.02)
        writer.write(goodbye)
        if not goodbye:
            writer.close()
        await asyncio.sleep(0.2)

    async def go() -> list[bytes]:
        async with serving(talk, secured) as client:
            first = await whole(client)
            await asyncio.sleep(0.06)
            return [first, await whole(client)]

    assert run_on(go()) == [b"here", b"here"]


def test_a_body_given_up_half_way_does_not_reach_the_next_request(secured: bool, run_on: RunOn) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await asked(reader):
            writer.write(head(len(BODY)) + BODY)
            await writer.drain()

    async def go() -> bytes:
        async with serving(talk, secured) as client:
            reading = asyncio.create_task(whole(client))
            await asyncio.sleep(0.01)
            reading.cancel()
            async with client.stream("GET", "/file") as response:
                assert response.status_code == 200
            return await whole(client)

    assert run_on(go()) == BODY


def test_an_upload_waits_for_a_server_that_reads_slowly(secured: bool, run_on: RunOn) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        digest, left = hashlib.sha256(), len(BODY)
        while left:
            await asyncio.sleep(0.001)
            piece = await reader.read(100_000)
            digest.update(piece)
            left -= len(piece)
        writer.write(head(64) + digest.hexdigest().encode())
        await writer.drain()

    async def go() -> str:
        async with serving(talk, secured) as client:
            return (await client.send("PUT", "/file", content=BODY)).text

    assert run_on(go()) == hashlib.sha256(BODY).hexdigest()
