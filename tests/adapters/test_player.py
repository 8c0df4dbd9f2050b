"""Recordings played through signed links: ranges, headers, refusals, and what is noted of each access."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from trunkline.adapters.blobs import PIECE_BYTES, Blobs
from trunkline.adapters.player.app import app
from trunkline.adapters.player.check import check
from trunkline.errors import Unreachable
from trunkline.links import Links
from trunkline.simulator.serve import Server

NOW = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)
KEY = "acme/acme-main/2026/09/14/7.wav"
CALLER = "203.0.113.9"
LINKS = Links("http://play", "s" * 32, 30)
LINK = LINKS.to("acme", KEY, NOW)
CONTENT = os.urandom(2 * PIECE_BYTES + 100)
GUARDS = {
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


class Service:
    """The service over a folder; its clock can be set."""

    def __init__(self, folder: Path, blobs: Blobs | None = None) -> None:
        self.state = folder / "state"
        self.kept = folder / "recordings"
        self.blobs = blobs or Blobs(str(self.kept))
        self.now = NOW
        self.app = app(LINKS, self.blobs, self.state, lambda: self.now)

    def ask(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(CALLER, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://play") as client:
                return await client.request(method, url, headers={n.replace("_", "-"): v for n, v in headers.items()})

        return asyncio.run(asked())

    @property
    def noted(self) -> list[dict[str, Any]]:
        path = self.state / "audit" / "recordings.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def service(tmp_path: Path) -> Service:
    made = Service(tmp_path)
    asyncio.run(made.blobs.put(KEY, CONTENT))
    return made


def test_a_recording_is_played_whole(service: Service) -> None:
    answer = service.ask(LINK)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    wanted = GUARDS | {
        "content-type": "audio/wav",
        "content-length": str(len(CONTENT)),
        "accept-ranges": "bytes",
        "content-disposition": 'inline; filename="recording-2026-09-14.wav"',
    }
    assert dict(answer.headers) == wanted


def test_a_file_name_may_follow_the_token(service: Service) -> None:
    assert service.ask(f"{LINK}/call-1.wav").content == CONTENT


def test_a_part_is_played(service: Service) -> None:
    first, last = 7, PIECE_BYTES + 20
    answer = service.ask(LINK, range=f"bytes={first}-{last}")
    assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(last + 1 - first)
    end = service.ask(LINK, range="bytes=-5")
    assert (end.status_code, end.content) == (206, CONTENT[-5:])


def test_a_part_behind_the_end_is_refused(service: Service) -> None:
    answer = service.ask(LINK, range=f"bytes={len(CONTENT)}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_a_range_that_may_not_hold_any_more_gives_all_of_it(service: Service) -> None:
    assert service.ask(LINK, range="bytes=0-1", if_range='"some tag"').status_code == 200


def test_a_look_at_the_head_sends_nothing(service: Service) -> None:
    answer = service.ask(LINK, "HEAD", range="bytes=0-1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert service.noted[0]["bytes"] == 0


def plain_page(answer: httpx.Response) -> str:
    """The one sentence of a page that has no script and asks nobody for anything."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert GUARDS.items() <= dict(answer.headers).items()
    head, _, rest = answer.text.partition("<p>")
    sentence, _, tail = rest.partition("</p>")
    assert not {"<script", "src=", "href="} & set((head + tail).split())
    assert "<" not in sentence
    return sentence


def test_an_expired_link_says_so(service: Service) -> None:
    service.now = NOW + dt.timedelta(days=30)
    answer = service.ask(LINK)
    assert answer.status_code == 410
    assert plain_page(answer) == "This link has expired. Ask whoever gave it to you for a new one."
    assert (service.noted[0]["status"], service.noted[0]["key"]) == (410, KEY)


def test_a_recording_that_was_purged_says_so(service: Service) -> None:
    asyncio.run(service.blobs.delete(KEY))
    answer = service.ask(LINK)
    assert answer.status_code == 410
    assert plain_page(answer) == "This recording was removed by retention."


@pytest.mark.parametrize(
    "path",
    [
        LINK[:-9],
        LINK.replace("/r/", "/r/A"),
        "/r/",
        "/r/x",
        "/r/../recordings/secret.txt",
        "/r/..%2F..%2Fstate%2Fsecret.txt",
        "/r/%2Fetc%2Fpasswd",
        f"/r/{KEY}",
        Links("http://play", "t" * 32, 30).to("acme", KEY, NOW),
    ],
)
def test_a_forged_link_is_no_link(service: Service, path: str) -> None:
    answer = service.ask(path)
    assert answer.status_code == 404
    assert plain_page(answer) == "There is no such link. Use it whole, as it was given to you."
    noted = [(one["status"], one["account_id"], one["key"]) for one in service.noted]
    assert noted in ([(404, None, None)], [])  # a path that is not below /r/ is no access to a recording


@pytest.mark.parametrize("path", ["/", "/health/", "/favicon.ico", "/recordings/acme/acme-main/2026/09/14/7.wav"])
def test_there_is_nothing_else(service: Service, path: str) -> None:
    assert service.ask(path).status_code in {404, 307}
    assert service.noted == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_nothing_but_reading_is_allowed(service: Service, method: str) -> None:
    for url in (LINK, "/health"):
        answer = service.ask(url, method)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
        assert plain_page(answer) == "Recordings can be played, and nothing else."
    assert [one["status"] for one in service.noted] == [405]
    assert asyncio.run(service.blobs.exists(KEY))


def test_every_access_is_noted_without_its_token(service: Service) -> None:
    service.ask(LINK, range="bytes=0-99")
    service.ask(LINK[:-9])
    played, refused = service.noted
    played.pop("at"), refused.pop("at")
    common = {"remote_address": CALLER, "method": "GET"}
    assert played == common | {
        "account_id": "acme",
        "key": KEY,
        "range": "bytes=0-99",
        "status": 206,
        "bytes": 100,
    }
    assert {**refused, "bytes": 0} == common | {
        "account_id": None,
        "key": None,
        "range": None,
        "status": 404,
        "bytes": 0,
    }
    path = service.state / "audit" / "recordings.jsonl"
    assert LINK.rpartition("/")[2][:40] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_the_health_page_says_ok_and_nothing_else(service: Service) -> None:
    answer = service.ask("/health")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert GUARDS.items() <= dict(answer.headers).items()
    assert service.ask("/health", "HEAD").status_code == 200
    assert service.noted == []


def test_a_recording_is_played_from_an_object_store(s3: Any, tmp_path: Path) -> None:
    options = s3.options | {"aws_secret_access_key": "a secret"}
    service = Service(tmp_path, Blobs(s3.place, {name: SecretStr(value) for name, value in options.items()}))
    asyncio.run(service.blobs.put(KEY, CONTENT, "audio/wav"))
    assert service.ask(LINK).content == CONTENT
    part = service.ask(LINK, range="bytes=5-14")
    assert (part.status_code, part.content) == (206, CONTENT[5:15])
    s3.faults[KEY] = 403
    refused = service.ask(LINK)
    assert refused.status_code == 503
    assert plain_page(refused) == "The recording cannot be reached just now. Try again later."
    s3.faults.clear()
    asyncio.run(service.blobs.delete(KEY))
    assert service.ask(LINK).status_code == 410


def test_a_player_that_leaves_stops_the_reading(service: Service) -> None:
    large = os.urandom(40 * PIECE_BYTES)  # more than the system takes for a player that does not read
    asyncio.run(service.blobs.put(KEY, large))
    with Server(service.app) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as player:
            player.sendall(f"GET {LINK.removeprefix('http://play')} HTTP/1.1\r\nHost: play\r\n\r\n".encode())
            assert len(player.recv(100_000, socket.MSG_WAITALL)) == 100_000
        deadline = time.monotonic() + 10
        while not service.noted and time.monotonic() < deadline:
            time.sleep(0.01)
    (noted,) = service.noted
    assert noted["status"] == 200
    assert 0 < noted["bytes"] < len(large)


def test_what_breaks_off_is_shorter_than_it_said(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """So that a player never takes a part for the whole."""
    large = os.urandom(40 * PIECE_BYTES)
    asyncio.run(service.blobs.put(KEY, large))
    path = LINK.removeprefix("http://play")
    with (
        Server(service.app) as server,
        httpx.Client(base_url=server.url) as client,
        client.stream("GET", path) as answer,
    ):
        pieces = answer.iter_raw()
        next(pieces)
        (service.kept / KEY).unlink()
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)
    assert "its playing broke off" in caplog.text


def test_whether_the_service_is_there(
    service: Service, listen: Callable[[Any], str], answering: Callable[[Any], str]
) -> None:
    from starlette.responses import PlainTextResponse

    async def something_else(_request: Any) -> Any:
        return PlainTextResponse("welcome")

    check(listen(service.app))
    with pytest.raises(Unreachable, match=r"something else answers .* \(200\) — start `trunkline recordings serve`"):
        check(answering(something_else))
    with pytest.raises(Unreachable, match="nothing answers where links to recordings lead to"):
        check(Server(service.app).reserve())
