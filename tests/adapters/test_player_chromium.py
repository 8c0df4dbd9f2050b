"""A recording in a real browser: it is played, and its end can be jumped to."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import re
import subprocess
import wave
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from trunkline.adapters.blobs import Blobs
from trunkline.adapters.player.app import app
from trunkline.links import Links
from trunkline.simulator.serve import Server

NOW = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)
KEY = "acme/acme-main/2026/09/14/7.wav"
SECONDS = 300
PAGE = """<!doctype html><audio src="{}" preload="metadata"></audio><p></p><img src="/hold"><script>
const audio = document.querySelector("audio"), said = document.querySelector("p");
const say = words => {{ said.textContent = words; fetch("/done"); }};
audio.onloadedmetadata = () => {{ audio.currentTime = audio.duration - 1; }};
audio.onseeked = () => say(`seconds=${{audio.duration}} at=${{audio.currentTime}}`);
audio.onerror = () => say(`error ${{audio.error.message}}`);
</script>"""


def with_page(player: Starlette, path: str) -> Starlette:
    """The service beside a page with the recording, which is not whole before the recording could be heard."""
    done = asyncio.Event()

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE.format(path))

    async def hold(_request: Request) -> Response:
        async with asyncio.timeout(30):
            await done.wait()
        return Response()

    async def finish(_request: Request) -> Response:
        done.set()
        return Response()

    return Starlette(
        routes=[Route("/page", page), Route("/hold", hold), Route("/done", finish), Mount("/", app=player)]
    )


def spoken() -> bytes:
    """Five minutes as a PBX keeps them: 16 bit at 8 kHz, 4.8 MB."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * SECONDS))
    return made.getvalue()


@pytest.mark.chromium
def test_a_browser_plays_a_link_and_jumps(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "recordings"))
    asyncio.run(blobs.put(KEY, spoken()))
    links = Links("", "s" * 32, 30)
    player = app(links, blobs, tmp_path / "state", lambda: NOW)
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    command = ["chromium", *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    with Server(with_page(player, links.to("acme", KEY, NOW))) as server:
        shown = subprocess.run(
            [*command, f"{server.url}/page"], capture_output=True, text=True, timeout=60, check=True
        ).stdout
    assert re.search(rf"<p>seconds={SECONDS} at={SECONDS - 1}</p>", shown), shown
    lines = (tmp_path / "state" / "audit" / "recordings.jsonl").read_text().splitlines()
    noted = [json.loads(line) for line in lines]
    assert {one["status"] for one in noted} == {206}
    assert any(not one["range"].startswith("bytes=0-") for one in noted), "the end was asked for alone"
