"""One recording's file under faults: whole and hashed in the end, gone on with only where the PBX shows that it can."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from trunkline.adapters.pbx import open_surface
from trunkline.config import Account, Pbx
from trunkline.simulator.pbx.audio import body_of
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.pbx.wav import wav
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.serve import Server
from trunkline.tasks.download import ATTEMPTS, DOUBTED_ATTEMPTS, Download, download

PBXS = {
    "v20": {},
    "console": {"surface": "console18", "shape": "console", "version": "18.0.3.461", "login": "admin"},
}
DOWNLOAD = "Download"


class Bench:
    """A simulated PBX with one recording, and the download of it."""

    def __init__(self, pbx: SimulatedPbx, url: str, folder: Path) -> None:
        self.pbx, self._folder = pbx, folder
        call = pbx.add(place(SCENARIOS["answered_direct"], dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)))[0]
        self.recording_id = call.recordings[0].recording_id
        names = ("client_id", "client_secret") if pbx.surface == "xapi20" else ("username", "password")
        signing = dict(zip(names, (pbx.login, "env:BENCH_SECRET"), strict=True))
        self._config = Pbx.model_validate({"id": pbx.id, "url": url, **signing})
        self._account = Account.model_validate({"id": "a", "name": "A", "timezone": pbx.zone, "country": "AU"})

    @property
    def body(self) -> bytes:
        """The file as the PBX has it now."""
        kept = self.pbx.book.recording(self.recording_id)
        found = body_of(self.pbx, kept) if kept else None
        assert found is not None
        return found.body

    @property
    def asked(self) -> int:
        """How often the file was asked for."""
        return self.pbx.log.downloads[self.recording_id]

    def fetch(self, path: Path) -> Download:
        """The download to `path`."""

        async def go() -> Download:
            surface = open_surface(self._config, self._account, self._folder)
            try:
                if self.pbx.surface != "xapi20":
                    await surface.probe(try_download=False)
                return await download(surface, str(self.recording_id), path)
            finally:
                await surface.aclose()

        return asyncio.run(go())


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    pbx = SimulatedPbx("p", **PBXS[getattr(request, "param", "v20")])  # type: ignore[arg-type]
    monkeypatch.setenv("BENCH_SECRET", pbx.secret)
    with Server(pbx.app) as server:
        yield Bench(pbx, server.url, tmp_path / "state")


def is_whole(found: Download, path: Path, body: bytes) -> bool:
    return (path.read_bytes(), found.size, found.sha256, found.attempt.audio and found.attempt.audio.damage) == (
        body,
        len(body),
        hashlib.sha256(body).hexdigest(),
        None,
    )


def test_a_broken_download_goes_on_where_it_broke(bench: Bench, tmp_path: Path) -> None:
    bench.pbx.quirks.range_downloads = True
    bench.pbx.faults.add(DOWNLOAD, drop=True, times=2)
    size = len(bench.body)
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    first = size // 2
    assert bench.pbx.log.ranges == [f"bytes={first}-", f"bytes={first + (size - first) // 2}-"]


@pytest.mark.parametrize("bench", PBXS, indirect=True)
def test_where_no_parts_are_offered_none_is_asked_for(bench: Bench, tmp_path: Path) -> None:
    bench.pbx.faults.add(DOWNLOAD, drop=True)
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    assert (bench.asked, bench.pbx.log.ranges) == (2, [])


def test_each_step_further_counts_as_no_failure(bench: Bench, tmp_path: Path) -> None:
    bench.pbx.quirks.range_downloads = True
    bench.pbx.faults.add(DOWNLOAD, drop=True, times=ATTEMPTS + 3)
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    assert bench.asked == ATTEMPTS + 4


@pytest.mark.parametrize("validator", [{"ETag": '"another"'}, {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, {}])
def test_a_file_that_has_changed_meanwhile_comes_anew(validator: dict[str, str], bench: Bench, tmp_path: Path) -> None:
    """Seen by the PBX, which compares what we send it, or else by us: the part's whole length is another one."""
    bench.pbx.quirks.range_downloads = True
    before = wav(7.0)
    bench.pbx.faults.add(DOWNLOAD, drop=True, body=before, headers={"Accept-Ranges": "bytes", **validator})
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    assert bench.pbx.log.ranges == [f"bytes={len(before) // 2}-"]
    assert bench.asked == (1 if validator else 2)


@pytest.mark.parametrize(
    ("status", "content_range"),
    [(416, "bytes */9"), (206, ""), (206, "bytes 0-8/9"), (206, "bytes 100000-100008/100009"), (206, "items 1-2/3")],
)
def test_a_part_that_does_not_fit_is_not_joined(status: int, content_range: str, bench: Bench, tmp_path: Path) -> None:
    bench.pbx.quirks.range_downloads = True
    bench.pbx.faults.add(DOWNLOAD, drop=True)
    bench.pbx.faults.add(DOWNLOAD, status=status, body="other", headers={"Content-Range": content_range})
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    assert (len(bench.pbx.log.ranges), bench.asked) == (1, 2)


def test_an_answer_of_a_busy_pbx_does_not_lose_what_has_come(bench: Bench, tmp_path: Path) -> None:
    bench.pbx.quirks.range_downloads = True
    bench.pbx.faults.add(DOWNLOAD, drop=True)
    bench.pbx.faults.add(DOWNLOAD, status=503, times=ATTEMPTS - 2)
    assert is_whole(bench.fetch(tmp_path / "f"), tmp_path / "f", bench.body)
    assert set(bench.pbx.log.ranges) == {f"bytes={len(bench.body) // 2}-"}


def test_a_file_of_no_known_length_that_ends_early_is_damaged(bench: Bench, tmp_path: Path) -> None:
    """An MP3 does not say how long it is: the connection does."""
    bench.pbx.faults.add(DOWNLOAD, body=b"ID3" + bytes(1000), drop=True, times=None)
    found = bench.fetch(tmp_path / "f")
    assert found.attempt.audio is not None
    assert found.attempt.audio.damage == "the connection ended after 501 of 1003 bytes"


@pytest.mark.parametrize("headers", [{}, {"Accept-Ranges": "bytes"}])
def test_a_file_that_stays_damaged_is_given_up_soon(headers: dict[str, str], bench: Bench, tmp_path: Path) -> None:
    bench.pbx.faults.add(DOWNLOAD, body="<html>", headers=headers, times=None)
    found = bench.fetch(tmp_path / "f")
    assert found.attempt.audio is not None
    assert found.attempt.audio.damage == "HTML instead of audio"
    assert bench.pbx.log.count(DOWNLOAD) == DOUBTED_ATTEMPTS


def test_a_connection_that_falls_silent_is_given_up_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_SECRET", "secret")
    monkeypatch.setattr("trunkline.adapters.http.REPORT_TIMEOUT", httpx.Timeout(5, read=0.15))
    body, ranges = wav(30.0, 8000), []

    async def answer(request: Request) -> Response:
        if DOWNLOAD not in request.url.path:
            return JSONResponse({"access_token": "token", "expires_in": 3600})
        ranges.append(request.headers.get("range"))

        async def half() -> AsyncIterator[bytes]:
            yield body[:100_000]
            await asyncio.sleep(0.5)

        headers = {"Content-Length": str(len(body)), "Accept-Ranges": "bytes"}
        if len(ranges) == 1:
            return StreamingResponse(half(), headers=headers)
        part = {"Content-Range": f"bytes 100000-{len(body) - 1}/{len(body)}"}
        return Response(body[100_000:], 206, headers=part)

    with Server(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as server:
        found = Bench(SimulatedPbx("p"), server.url, tmp_path / "state").fetch(tmp_path / "f")
    assert is_whole(found, tmp_path / "f", body)
    assert ranges == [None, "bytes=100000-"]
