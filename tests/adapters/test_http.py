from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from trunkline.adapters import http as module
from trunkline.adapters.http import Http, json_of
from trunkline.errors import BadAnswer, Unreachable

Answering = Callable[[Callable[[Request], Awaitable[Response]]], str]


class Script:
    """Answers in a given order, the last one for ever; counts what was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.seen: list[Request] = []
        self.at: list[float] = []

    async def __call__(self, request: Request) -> Response:
        self.seen.append(request)
        self.at.append(time.monotonic())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def ask(url: str, method: str = "GET", **options: Any) -> httpx.Response:
    async def go() -> httpx.Response:
        async with Http(url, where="PBX p") as http:
            return await http.send(method, "/x", **options)

    return asyncio.run(go())


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again(answering: Answering, status: int) -> None:
    script = Script(Response(status_code=status), Response(status_code=status), Response("fine"))
    assert ask(answering(script)).text == "fine"
    assert len(script.seen) == 3


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_does_not_pass_is_asked_once(answering: Answering, status: int) -> None:
    script = Script(Response("no", status_code=status))
    assert ask(answering(script)).status_code == status
    assert len(script.seen) == 1


@pytest.mark.usefixtures("impatient")
def test_a_lasting_503_is_given_back_after_four_attempts(answering: Answering) -> None:
    script = Script(Response("down", status_code=503))
    assert ask(answering(script)).status_code == 503
    assert len(script.seen) == 4


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "1"}, {"X-RateLimit-Interval-Milliseconds": "1000"}], ids=["retry-after", "interval"]
)
def test_the_wait_that_the_server_asks_for_is_kept(answering: Answering, headers: dict[str, str]) -> None:
    script = Script(Response(status_code=429, headers=headers), Response("fine"))
    assert ask(answering(script)).text == "fine"
    assert 0.95 <= script.at[1] - script.at[0] < 3


@pytest.mark.usefixtures("impatient")
def test_a_post_is_sent_again_after_429_only(answering: Answering) -> None:
    refused = Script(Response(status_code=429), Response("fine"))
    assert ask(answering(refused), "POST").text == "fine"
    doubtful = Script(Response(status_code=503), Response("twice"))
    assert ask(answering(doubtful), "POST").status_code == 503
    assert (len(refused.seen), len(doubtful.seen)) == (2, 1)
    repeatable = Script(Response(status_code=503), Response("fine"))
    assert ask(answering(repeatable), "POST", idempotent=True).text == "fine"


class Dropping:
    """Takes a request and hangs up without an answer, `times` times; then answers."""

    def __init__(self, times: int) -> None:
        self.left, self.requests = times, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                self.requests += 1
                self.left -= 1
                if self.left < 0:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine")


@pytest.mark.usefixtures("impatient")
def test_a_lost_answer_is_asked_for_again_but_no_post_is_sent_twice() -> None:
    server = Dropping(times=1)
    assert ask(server.url).text == "fine"
    assert server.requests == 2
    server.left = 1
    with pytest.raises(Unreachable):
        ask(server.url, "POST")
    assert server.requests == 3
    server.listener.close()


def test_a_redirect_is_not_followed(answering: Answering) -> None:
    other = Script(Response("leaked"))
    target = answering(other)
    answer = ask(answering(Script(RedirectResponse(f"{target}/y"))), headers={"Authorization": "Bearer t"})
    assert answer.status_code == 307
    assert other.seen == []


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("<html>app</html>", "text/html", "/x: 200 with text/html; charset=utf-8 where JSON was due"),
        ("{}", "text/plain", "where JSON was due"),
        ('{"value": [', "application/json", "/x: JSON that ends early"),
        ("", "application/json", "/x: JSON that ends early"),
    ],
)
def test_a_web_page_or_half_an_answer_is_a_bad_answer(answering: Answering, body: str, kind: str, words: str) -> None:
    answer = ask(answering(Script(Response(body, media_type=kind))))
    with pytest.raises(BadAnswer) as bad:
        json_of(answer, "PBX p")
    assert words in bad.value.message
    assert bad.value.where == "PBX p"


def test_json_is_json(answering: Answering) -> None:
    body = Response('{"a": 1}', media_type="application/json;odata.metadata=minimal")
    assert json_of(ask(answering(Script(body))), "") == {"a": 1}


def test_a_body_without_end_is_cut_off(answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 1 << 20)
    url = answering(Script(Response(b"x" * (1 << 20)), Response(b"x" * ((1 << 20) + 1))))
    assert len(ask(url).content) == 1 << 20
    with pytest.raises(BadAnswer, match="an answer of more than 1 MiB"):
        ask(url)


def test_the_limit_counts_what_a_compressed_body_becomes(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 1 << 20)
    bomb = gzip.compress(b"0" * (4 << 20))
    with pytest.raises(BadAnswer, match="more than 1 MiB"):
        ask(answering(Script(Response(bomb, headers={"Content-Encoding": "gzip"}))))


def test_damaged_compression_is_a_bad_answer(answering: Answering) -> None:
    damaged = Response(b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(BadAnswer, match="a damaged body"):
        ask(answering(Script(damaged)))


@pytest.mark.usefixtures("impatient")
def test_a_refused_connection_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable) as gone:
        ask(f"http://127.0.0.1:{port}")
    assert str(gone.value) == "PBX p: connection refused — check the address, the port and that it is running"


def test_no_more_requests_at_once_than_allowed(answering: Answering) -> None:
    going, most = 0, 0

    async def slow(_request: Request) -> Response:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await asyncio.sleep(0.05)
        going -= 1
        return Response("fine")

    async def go(url: str) -> int:
        async with Http(url, where="p", at_once=2) as http:
            await asyncio.gather(*(http.send("GET", "/x") for _ in range(6)))
            return http.requests

    assert asyncio.run(go(answering(slow))) == 6
    assert most == 2


class Silent(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server with a certificate that nobody signed, and that certificate."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), Silent)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign] — a refused handshake is what we want
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}", certificate
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("impatient")
def test_a_certificate_nobody_vouches_for_is_refused_in_plain_words(tls: tuple[str, Path]) -> None:
    with pytest.raises(Unreachable) as untrusted:
        ask(tls[0])
    assert untrusted.value.message == "its certificate is not trusted"
    assert "set verify to the file of its authority" in untrusted.value.mend


@pytest.mark.parametrize("how", ["its own authority", "not at all"])
def test_a_certificate_may_be_vouched_for_or_left_unchecked(tls: tuple[str, Path], how: str) -> None:
    verify = str(tls[1]) if how == "its own authority" else False

    async def go() -> int:
        async with Http(tls[0], where="p", verify=verify) as http:
            return (await http.send("GET", "/")).status_code

    assert asyncio.run(go()) == 200


def test_a_stream_is_read_piece_by_piece_and_never_retried(answering: Answering) -> None:
    script = Script(Response(status_code=503), Response(b"ab" * 1000))

    async def go(url: str) -> tuple[int, int]:
        async with Http(url, where="p") as http:
            async with http.stream("GET", "/x") as first:
                status = first.status_code
            async with http.stream("GET", "/x") as second:
                return status, len(b"".join([piece async for piece in second.aiter_bytes()]))

    assert asyncio.run(go(answering(script))) == (503, 2000)


def test_retry_after_as_a_date_is_waited_out_too() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    answer = httpx.Response(429, headers={"Retry-After": soon.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    assert 15 < (module._retry_after_seconds(answer) or 0) <= 20


@pytest.mark.parametrize("value", ["-5", "nan", "soon", ""])
def test_a_senseless_retry_after_counts_for_nothing(value: str) -> None:
    assert module._retry_after_seconds(httpx.Response(429, headers={"Retry-After": value})) is None
