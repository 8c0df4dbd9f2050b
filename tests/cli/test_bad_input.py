"""Bad input and bad luck: one clear sentence with the step that mends it, nothing lost (contract §2, §3)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.world import Account, World


def trunkline(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trunkline.cli.main", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env={**os.environ, **environment}, timeout=100, check=False
    )


def one_pbx(**settings: object) -> World:
    return World([Account("acme", "Acme Dental", pbxs=[SimulatedPbx("acme-main", **settings)])])  # type: ignore[arg-type]


def test_a_missing_config_names_the_file_and_the_next_step(tmp_path: Path) -> None:
    done = trunkline("sync", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        f"trunkline: {tmp_path}/trunkline.toml: no such file — run `trunkline init`, or name one with --config\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[agency]", "[agency"), "not TOML"),
        (("[store]", 'colour = "red"\n[store]'), "agency.colour: unknown key"),
        (('"env:ACME_MAIN_SECRET"', '"hunter2"'), "account[acme].pbx[acme-main].client_secret: is a literal secret"),
        (("Australia/Adelaide", "Australia/Adelaid"), "is no time zone"),
    ],
)
def test_a_malformed_config_touches_nothing(stage, change: tuple[str, str], said: str) -> None:
    with stage(one_pbx()) as s:
        text = s.config.read_text()
        assert change[0] in text, text
        s.config.write_text(text.replace(*change, 1))
        done = s.command("--json", "sync")
        assert done.returncode == 2
        assert said in done.stderr
        assert "hunter2" not in done.stderr + done.stdout
        assert json.loads(done.stdout.splitlines()[-1])["error"] == "config"
        assert not (s.folder / "data").exists()
        assert s.pbx.log.entries == []


def test_an_unreachable_pbx_is_reported_and_stops_no_other(stage) -> None:
    world, _cases = scenario_world()
    world.accounts[0].pbxs.append(SimulatedPbx("acme-branch"))
    world.unreachable = frozenset({"acme-branch"})
    with stage(world) as s:
        done = s.command("sync")
        assert done.returncode == 1
        assert "account acme, PBX acme-branch: connection refused — check the address" in done.stderr
        assert s.query("SELECT DISTINCT pbx_id, state FROM windows ORDER BY 1") == [
            ("acme-branch", "failed"),
            ("acme-main", "complete"),
        ]
        assert s.query("SELECT count(*) > 60 FROM calls") == [(True,)]
        world.start("acme-branch")
        assert s.command("sync").returncode == 0
        assert s.query("SELECT DISTINCT state FROM windows") == [("complete",)]


@pytest.mark.parametrize("surface", ["xapi20", "console18"])
def test_wrong_credentials_are_tried_once_and_not_again_until_they_change(stage, surface: str) -> None:
    console = surface == "console18"
    settings = {"shape": "console", "login": "admin"} if console else {}
    with stage(one_pbx(surface=surface, **settings)) as s:
        good = s.pbx.secret
        s.pbx.secret = "another"
        for _ in range(3):
            done = s.command("sync")
            assert done.returncode == 1
            assert "were refused at" in done.stderr
            assert good not in done.stderr
        assert s.pbx.log.failed_logins == 1
        s.pbx.secret = good
        assert s.command("sync").returncode == 1, "the same credentials are not tried again"
        s.pbx.secret = "changed"
        variable = next(iter(s.world.environment))
        os.environ[variable] = "changed"
        assert s.command("sync").returncode == 0
        assert s.pbx.log.failed_logins == 1


def test_a_version_below_the_floor_is_not_read(stage) -> None:
    world = one_pbx(version="18.0.0.10", surface="console18", shape="console", login="admin")
    with stage(world) as s:
        done = s.command("sync")
        assert done.returncode == 1
        assert (
            "3CX 18.0.0.10 is older than the supported 18.0.0.11: nothing is read from it — upgrade 3CX first"
            in done.stderr
        )
        assert s.query("SELECT supported FROM pbxs") == [(False,)]
        assert s.query("SELECT count(*) FROM calls") == [(0,)]
        assert s.pbx.log.count("/api/CallLog") <= 1, "only the probe's look"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB, where this process may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_no_half_file_and_the_next_run_goes_on(stage, small_disk: Path) -> None:
    with stage(scenario_world()[0]) as s:
        text = s.config.read_text()
        place = re.search(r'recordings = "([^"]+)"', text)
        assert place
        s.config.write_text(text.replace(place[0], f'recordings = "{small_disk}"'))
        done = s.command("sync")
        assert done.returncode == 1
        assert "No space left on device — free some space and run the same command again" in done.stderr
        assert s.query("SELECT count(*) > 60 FROM calls") == [(True,)], "the history is not held up"
        files = {str(path.relative_to(small_disk)): path.stat().st_size for path in small_disk.rglob("*.wav")}
        assert files == dict(s.query("SELECT path, bytes FROM recordings WHERE state = 'stored'"))
        assert list((small_disk / ".partial").iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
        assert s.command("sync").returncode == 0
        assert s.query("SELECT count(*) FROM recordings WHERE state = 'stored'")[0][0] > len(files)


@contextlib.contextmanager
def lake_held(path: Path) -> Iterator[None]:
    with contextlib.closing(duckdb.connect(str(path))):
        yield


def test_a_locked_lake_is_waited_for_and_then_said(stage) -> None:
    with stage(one_pbx()) as s:
        assert s.command("sync").returncode == 0
        with lake_held(s.folder / "data" / "lake.duckdb"):
            done = s.command("status")
        assert done.returncode == 1
        assert "another process holds the lake — wait for it to end, or end it; nothing was lost" in done.stderr


def test_ids_that_the_config_lacks_are_named(stage) -> None:
    with stage(one_pbx()) as s:
        done = s.command("sync", "--account", "acne")
        assert (done.returncode, s.pbx.log.entries) == (2, [])
        assert "no account 'acne'" in done.stderr
        assert "one of: acme" in done.stderr


@pytest.mark.parametrize("until", ["tomorrow", "2026-11-08T09:00"])
def test_a_time_that_cannot_be_read_touches_nothing(stage, until: str) -> None:
    with stage(one_pbx()) as s:
        assert s.command("sync", "--until", until).returncode == 2
        assert s.command("backfill", "--since", until, "--until", "2026-11-09").returncode == 2
        assert s.pbx.log.entries == []


def test_a_holiday_code_that_the_library_lacks_is_refused_before_anything_is_read(stage) -> None:
    with stage(one_pbx()) as s:
        s.config.write_text(s.config.read_text().replace('id = "acme"\n', 'id = "acme"\nholidays = "AU-XX"\n', 1))
        done = s.command("sync")
        assert done.returncode == 2
        assert "account[acme].holidays: 'AU-XX' is no code of the holidays library" in done.stderr
        assert s.pbx.log.entries == []
