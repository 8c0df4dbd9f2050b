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
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from trunkline.adapters import http
from trunkline.adapters.http import Http, json_of
from trunkline.adapters.patience import retry_after_seconds
from trunkline.errors import BadAnswer, Unreachable
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import Server

STATUS = "/xapi/v1/SystemStatus"
Use = Callable[[Http], Awaitable[Any]]


@pytest.fixture
def quick() -> Iterator[None]:
    """Retries that do not wait."""
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SimulatedPbx, str]]:
    pbx = SimulatedPbx("acme-main")
    with Server(pbx.app) as server:
        yield pbx, server.url


@pytest.fixture
def pbx(served: tuple[SimulatedPbx, str]) -> SimulatedPbx:
    pbx, _url = served
    pbx.faults.clear()
    pbx.log.clear()
    return pbx


@pytest.fixture
def at(served: tuple[SimulatedPbx, str]) -> Callable[..., Any]:
    """What `use` gives with a client of the PBX, or of another address."""

    def at(use: Use, url: str | None = None, **options: Any) -> Any:
        async def run() -> Any:
            async with Http(url or served[1], where="account acme, PBX acme-main", **options) as client:
                return await use(client)

        return asyncio.run(run())

    return at


@pytest.fixture
def site() -> Iterator[Callable[..., str]]:
    """Serves an app of the test's own with one answer for every path."""
    servers: list[Server] = []

    def site(answer: Callable[[Request], Awaitable[Response]]) -> str:
        app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
        servers.append(Server(app).start())
        return servers[-1].url

    yield site
    for server in servers:
        server.stop()


def asked(pbx: SimulatedPbx, part: str = "") -> int:
    """How often; the log's entry is written a moment after the answer is out."""
    while pbx.log._open:
        time.sleep(0.002)
    return pbx.log.count(part)


def get(path: str = STATUS) -> Use:
    return lambda client: client.send("GET", path)


def post(**options: Any) -> Use:
    return lambda client: client.send("POST", "/connect/token", data={"grant_type": "x"}, **options)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 503}, {"status": 504}, {"status": 429}, {"status": 200, "body": "cut", "drop": True}],
)
def test_what_passes_is_tried_again(fault: dict[str, Any], pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", **fault, times=3)
    assert at(get()).status_code == 401
    assert asked(pbx, "SystemStatus") == 4


@pytest.mark.usefixtures("quick")
def test_an_answer_that_does_not_get_better_is_given_as_it_is(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", status=503, body="later", times=None)
    answer = at(get())
    assert (answer.status_code, answer.text) == (503, "later")
    assert asked(pbx, "SystemStatus") == 4


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_other_answers_are_final(status: int, pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", status=status)
    assert at(get()).status_code == status
    assert asked(pbx, "SystemStatus") == 1


@pytest.mark.usefixtures("quick")
def test_a_servers_own_error_is_tried_twice_more(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", status=500, times=None)
    assert at(get()).status_code == 500
    assert asked(pbx, "SystemStatus") == 3


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "fault",
    [
        {"body": "<html>app</html>", "headers": {"Content-Type": "text/html"}},
        {"body": '{"value":[{"CdrId":'},
        {"redirect_to": "/#/login"},
        {"redirect_to": "http://127.0.0.1:9/elsewhere"},
    ],
)
def test_where_json_is_due_anything_else_may_pass(
    fault: dict[str, Any], pbx: SimulatedPbx, at: Callable[..., Any]
) -> None:
    pbx.faults.add("SystemStatus", **fault, times=2)
    assert at(lambda client: client.send("GET", STATUS, wants_json=True)).status_code == 401
    assert asked(pbx, "SystemStatus") == 3


@pytest.mark.usefixtures("quick")
def test_a_sign_in_is_sent_again_only_if_it_was_not_looked_at(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("connect/token", status=503, retry_after="0.01")
    pbx.faults.add("connect/token", status=503)
    assert at(post()).status_code == 503
    assert asked(pbx, "connect/token") == 2


def test_retry_after_is_honoured(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", retry_after="1.2")
    assert at(get()).status_code == 401
    assert asked(pbx) == 2
    first, second = pbx.log.entries
    assert 1.2 <= second.at_seconds - first.at_seconds < 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "100000"}, 90.0),
        ({"X-RateLimit-Interval-Milliseconds": "10000"}, 10.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(httpx.Response(429, headers=headers)) == seconds


@pytest.mark.usefixtures("quick")
def test_a_post_whose_answer_was_lost_is_not_sent_twice(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("connect/token", status=200, body="cut", drop=True, times=None)
    with pytest.raises(Unreachable):
        at(post())
    assert asked(pbx, "connect/token") == 1


@pytest.mark.usefixtures("quick")
def test_a_post_is_sent_again_after_429_alone(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("connect/token", status=502)
    assert at(post()).status_code == 502
    assert asked(pbx, "connect/token") == 1
    pbx.faults.add("connect/token", retry_after=0)
    assert at(post()).status_code == 400
    assert asked(pbx, "connect/token") == 3


@pytest.mark.usefixtures("quick")
def test_a_post_that_may_arrive_twice_is_sent_again(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("connect/token", status=200, body="cut", drop=True, times=2)
    assert at(post(idempotent=True)).status_code == 400
    assert asked(pbx, "connect/token") == 3


def test_a_redirect_is_not_followed_and_no_header_leaves(at: Callable[..., Any], site: Callable[..., str]) -> None:
    seen: list[Request] = []

    async def elsewhere(request: Request) -> Response:
        seen.append(request)
        return PlainTextResponse("mine now")

    other = site(elsewhere)

    async def moved(_request: Request) -> Response:
        return RedirectResponse(f"{other}/take", 302)

    answer = at(lambda client: client.send("GET", "/x", headers={"Authorization": "Bearer t"}), site(moved))
    assert (answer.status_code, seen) == (302, [])


def test_a_web_page_with_200_is_a_bad_answer(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", body="<html>sign in</html>")
    with pytest.raises(BadAnswer, match="SystemStatus: 200 with text/html where JSON was due") as caught:
        json_of(at(get()), "PBX acme-main")
    assert "portal or proxy" in caught.value.mend


def test_json_that_ends_early(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", body='{"value": [')
    with pytest.raises(BadAnswer, match="JSON that ends early"):
        json_of(at(get()), "x")


def test_json(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", body='{"value": ["ü"]}')
    assert json_of(at(get()), "x") == {"value": ["ü"]}


@pytest.mark.usefixtures("quick")
def test_a_refused_connection_is_unreachable(at: Callable[..., Any]) -> None:
    with pytest.raises(Unreachable) as caught:
        at(get(), Server(SimulatedPbx("x").app).reserve())
    assert str(caught.value) == (
        "account acme, PBX acme-main: connection refused — check the address, the port and that it is running"
    )


@pytest.mark.usefixtures("quick")
def test_a_name_that_nobody_has_is_unreachable(at: Callable[..., Any]) -> None:
    with pytest.raises(Unreachable):
        at(get(), "https://pbx.invalid")


@pytest.mark.usefixtures("quick")
def test_silence_is_unreachable(at: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REPORT_TIMEOUT", httpx.Timeout(0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable, match="no answer in time"):
        at(get(), f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_an_answer_without_end_is_cut(
    at: Callable[..., Any], site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 1 << 20)

    async def endless(_request: Request) -> Response:
        async def pieces() -> Any:
            for _ in range(1000):
                yield bytes(65_536)

        return StreamingResponse(pieces())

    with pytest.raises(BadAnswer, match="an answer of more than 1 MiB — narrow the span"):
        at(get("/x"), site(endless))


def test_damaged_compression_is_a_bad_answer(at: Callable[..., Any], site: Callable[..., str]) -> None:
    async def damaged(_request: Request) -> Response:
        return Response(b"no gzip", headers={"Content-Encoding": "gzip"})

    with pytest.raises(BadAnswer, match="a damaged body"):
        at(get("/x"), site(damaged))


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_requests_at_once_than_allowed(at_once: int, pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", delay_seconds=0.05, times=None)

    async def many(client: Http) -> int:
        await asyncio.gather(*(client.send("GET", STATUS) for _ in range(6)))
        return client.requests

    assert at(many, at_once=at_once) == 6
    assert pbx.log.most_at_once == at_once


def test_a_streamed_answer_is_read_piece_by_piece(at: Callable[..., Any], site: Callable[..., str]) -> None:
    async def numbers(_request: Request) -> Response:
        return JSONResponse([1, 2, 3])

    async def read(client: Http) -> tuple[int, bytes]:
        async with client.stream("GET", "/x") as response:
            return response.status_code, b"".join([piece async for piece in response.aiter_bytes()])

    assert at(read, site(numbers)) == (200, b"[1,2,3]")


def test_a_stream_that_breaks_is_unreachable_and_not_repeated(pbx: SimulatedPbx, at: Callable[..., Any]) -> None:
    pbx.faults.add("SystemStatus", status=200, body="x" * 1000, drop=True)

    async def read(client: Http) -> None:
        async with client.stream("GET", STATUS) as response:
            await response.aread()

    with pytest.raises(Unreachable):
        at(read)
    assert asked(pbx, "SystemStatus") == 1


def test_who_asks_is_named(at: Callable[..., Any], site: Callable[..., str]) -> None:
    agents: Counter[str] = Counter()

    async def note(request: Request) -> Response:
        agents[request.headers["user-agent"].partition("/")[0]] += 1
        return Response()

    at(get("/x"), site(note))
    assert agents == {"trunkline": 1}


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


class _Quiet(HTTPServer):
    def handle_error(self, *_args: object) -> None:
        """A client that does not trust us hangs up: no news."""


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A TLS server whose certificate nobody signed, and that certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name, *files]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with _Quiet(("127.0.0.1", 0), _Hello) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://localhost:{server.server_address[1]}", certificate
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("quick")
def test_a_certificate_that_nobody_signed_is_not_trusted(at: Callable[..., Any], self_signed: tuple[str, Path]) -> None:
    with pytest.raises(Unreachable) as caught:
        at(get("/x"), self_signed[0])
    assert str(caught.value) == (
        "account acme, PBX acme-main: its certificate is not trusted — use the name on the certificate, "
        "or set verify to the file of its authority"
    )


@pytest.mark.usefixtures("quick")
def test_a_certificate_of_another_name_is_not_trusted(at: Callable[..., Any], self_signed: tuple[str, Path]) -> None:
    url, certificate = self_signed
    with pytest.raises(Unreachable, match="its certificate is for another name"):
        at(get("/x"), url.replace("localhost", "127.0.0.1"), verify=str(certificate))


def test_an_authority_of_ones_own_or_none(at: Callable[..., Any], self_signed: tuple[str, Path]) -> None:
    url, certificate = self_signed
    assert at(get("/x"), url, verify=str(certificate)).status_code == 204
    assert at(get("/x"), url.replace("localhost", "127.0.0.1"), verify=False).status_code == 204


def test_retry_after_as_a_date_is_waited_out_too() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    answer = httpx.Response(429, headers={"Retry-After": soon.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    assert 15 < (retry_after_seconds(answer) or 0) <= 20


@pytest.mark.parametrize("value", ["-5", "nan", "soon", "", "0"])
def test_a_senseless_retry_after_counts_for_nothing(value: str) -> None:
    assert retry_after_seconds(httpx.Response(429, headers={"Retry-After": value})) is None


def test_the_limit_counts_what_a_compressed_body_becomes(
    at: Callable[..., Any], site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 1 << 20)

    async def bomb(_request: Request) -> Response:
        return Response(gzip.compress(b"0" * (4 << 20)), headers={"Content-Encoding": "gzip"})

    with pytest.raises(BadAnswer, match="more than 1 MiB"):
        at(get("/x"), site(bomb))
