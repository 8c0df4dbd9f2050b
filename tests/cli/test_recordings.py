"""`recordings`: fetching as ever, and stored ones played by a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import duckdb
import httpx
import pytest
from typer.testing import CliRunner

from trunkline import configfile
from trunkline.cli.main import app
from trunkline.errors import ConfigError, TrunklineError
from trunkline.flows.backfill import backfill
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World
from trunkline.tasks.doctor import examine
from trunkline.tasks.play import play
from trunkline.tasks.recording_link import link_to
from trunkline.tasks.work import Work

SECRET = "0123456789abcdef0123456789abcdef"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


@pytest.fixture
def s(stage: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stage with one recorded call, not read yet, whose config has [links]."""
    monkeypatch.setenv("LINK_SECRET", SECRET)
    pbx = SimulatedPbx("acme-main")
    pbx.add(place(SCENARIOS["answered_direct"], NOW - dt.timedelta(hours=2)))
    with stage(World([Account("acme", "Acme Dental", pbxs=[pbx])])) as s:
        links = f'[links]\nurl = "http://127.0.0.1:{port}"\nsecret = "env:LINK_SECRET"\n'
        s.config.write_text(s.config.read_text() + links)
        yield s


@contextlib.contextmanager
def serving(s: Any, port: int) -> Iterator[subprocess.Popen[str]]:
    """The service as a process, once it answers."""
    process = s.start("recordings", "serve", "--port", str(port))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
            break
        time.sleep(0.02)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said_of_links(s: Any) -> list[tuple[str, str]]:
    """What `doctor` says: state and mending."""
    checks = asyncio.run(examine(Work.open(configfile.load(s.config)), [], ()))
    return [(check.state, check.mend) for check in checks if check.what == "links to recordings"]


def test_a_recording_is_played_while_another_process_holds_the_lake(s: Any, port: int) -> None:
    since, until = NOW - dt.timedelta(hours=3), NOW - dt.timedelta(hours=1)
    assert s.run(backfill, since=since.isoformat(), until=until.isoformat()).failures == []
    ((recording_id, path),) = s.query("SELECT recording_id, path FROM recordings WHERE state = 'stored'")
    link = CliRunner().invoke(app, ["--config", str(s.config), "recordings", "link", recording_id]).output.strip()
    ((state, mend),) = said_of_links(s)
    assert state == "warn"
    assert f"start `trunkline recordings serve` there, and let the TLS proxy of http://127.0.0.1:{port} pass" in mend
    with (
        serving(s, port) as process,
        contextlib.closing(duckdb.connect(str(s.folder / "data" / "lake.duckdb"))) as lake,
    ):
        answer = httpx.get(link, headers={"Range": "bytes=0-3", "X-Forwarded-For": "203.0.113.9"})
        assert (answer.status_code, answer.content) == (206, b"RIFF")
        kept = (s.folder / "data" / "recordings" / path).read_bytes()
        assert httpx.get(link).content == kept
        assert httpx.get(link + "x").status_code == 404
        assert "server" not in answer.headers
        lake.close()
        assert said_of_links(s) == [("ok", "")]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupt to end" in out
    token = link.rpartition("/")[2]
    assert token[:40] not in out + err
    lines = (s.folder / "data" / "state" / "audit" / "recordings.jsonl").read_text().splitlines()
    noted = [json.loads(line) for line in lines]
    assert [(one["status"], one["bytes"]) for one in noted[:2]] == [(206, 4), (200, len(kept))]
    assert [one["remote_address"] for one in noted] == ["203.0.113.9", "127.0.0.1", "127.0.0.1"]
    assert {one["key"] for one in noted[:2]} == {path}


def test_bare_recordings_fetches_as_ever(s: Any) -> None:
    done = CliRunner().invoke(app, ["--config", str(s.config), "recordings", "--account", "acme"])
    assert (done.exit_code, done.output) == (0, "nothing was due\n")
    done = CliRunner().invoke(app, ["recordings", "--help"])
    assert all(word in done.output for word in ("--account", "--pbx", "serve", "link"))
    done = CliRunner().invoke(app, ["recordings", "--account", "acme", "serve"])
    assert (done.exit_code, "say what to fetch" in done.output) == (2, True)


def test_a_link_needs_a_stored_recording(s: Any) -> None:
    config = configfile.load(s.config)
    with pytest.raises(ConfigError, match="no recording 'x' in the lake — take recording_id from the table recordings"):
        link_to(config, "x")
    with Work.open(config).lake.write() as connection:
        connection.execute(
            """INSERT INTO recordings (recording_id, account_id, state, cause, path, purged_at) VALUES
            ('gone', 'acme', 'missing', 'archived', NULL, NULL), ('old', 'acme', 'stored', NULL, 'acme/7.wav', now())"""
        )
    for recording_id, why in (("gone", "missing (archived)"), ("old", "removed by retention")):
        with pytest.raises(TrunklineError) as caught:
            link_to(config, recording_id)
        assert caught.value.message == f"recording {recording_id} is not stored: {why}"


def test_without_links_nothing_is_served(s: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = pytest.raises(TrunklineError, match=f"127.0.0.1:{port}: Address already in use — choose another")
    with socket.create_server(("127.0.0.1", port)), taken:
        play(configfile.load(s.config), "127.0.0.1", port, print)
    monkeypatch.setenv("LINK_SECRET", "short")
    with pytest.raises(ConfigError, match="links, secret: shorter than 32 characters — make one with `openssl rand"):
        play(configfile.load(s.config), "127.0.0.1", port, print)
    assert said_of_links(s) == [("fail", "make one with `openssl rand -hex 32`")]
    s.config.write_text(s.config.read_text().partition("[links]")[0])
    with pytest.raises(ConfigError, match=r"recordings are played through links, and there is no \[links\] — add"):
        play(configfile.load(s.config), "127.0.0.1", port, print)
    assert said_of_links(s) == []
