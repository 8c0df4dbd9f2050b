from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from trunkline.simulator.serve import Server


async def hello(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_serves_on_a_free_port_of_loopback() -> None:
    with Server(hello) as one, Server(hello) as two:
        assert one.url != two.url
        assert one.url.startswith("http://127.0.0.1:")
        assert httpx.get(one.url).text == "hello"


def test_comes_back_at_the_same_address() -> None:
    server = Server(hello)
    with server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with server, httpx.Client() as client:
        assert server.url == url
        assert client.get(url).text == "hello"


def test_a_reserved_port_refuses_connections() -> None:
    server = Server(hello)
    url = server.reserve()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    assert not server.is_running


def test_an_address_is_not_known_before_the_first_start() -> None:
    with pytest.raises(RuntimeError, match="no port yet"):
        _ = Server(hello).url


def test_stops_at_once_although_a_client_keeps_its_connection() -> None:
    server = Server(hello).start()
    with httpx.Client() as client:
        client.get(server.url)
        begun = time.monotonic()
        server.stop()
    assert time.monotonic() - begun < 1.0
