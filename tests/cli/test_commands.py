"""The commands as a person and a program use them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trunkline import __version__, configfile
from trunkline.simulator.scenario_world import scenario_world


def test_init_writes_a_config_that_loads_and_overwrites_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trunkline.cli.main", "init"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"trunkline.toml", ".env.example"}
    assert configfile.load(tmp_path / "trunkline.toml").account[0].id == "acme-dental"
    (tmp_path / "trunkline.toml").write_text("mine")
    again = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert (tmp_path / "trunkline.toml").read_text() == "mine"


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["doctor", "--help"], ["report", "--help"]])
def test_what_must_start_at_once_imports_neither_prefect_nor_polars(arguments: list[str], stage) -> None:
    with stage(scenario_world()[0]) as s:
        script = (
            "import sys\n"
            f"sys.argv = ['trunkline', '--config', {str(s.config)!r}, *{arguments!r}]\n"
            "from trunkline.cli.main import main\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
            "slow = {'prefect', 'polars', 'pyarrow', 'pandas'} & set(sys.modules)\n"
            "assert not slow, slow\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_doctor_starts_without_prefect_and_polars_and_names_what_to_mend(stage) -> None:
    world = scenario_world(with_crm=True)[0]
    world.pbxs[0].rights.__dict__.update(list_recordings=False, download_recordings=False)
    with stage(world) as s:
        done = s.command("--json", "doctor")
        assert done.returncode == 1
        checks = json.loads(done.stdout.splitlines()[-1])["checks"]
        failed = {(check["part"], check["what"]) for check in checks if check["state"] == "fail"}
        assert failed == {
            ("account acme, PBX acme-main", "recording list"),
            ("account acme, PBX acme-main", "no recording right"),
        }
        assert any("Recording Manager" in check["mend"] for check in checks)
        script = "import sys, trunkline.flows.maintain; assert not {'prefect', 'polars'} & set(sys.modules)"
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_status_says_how_fresh_and_complete_everything_is(stage) -> None:
    with stage(scenario_world(with_crm=True)[0]) as s:
        empty = s.command("status")
        assert "PBX acme-main: nothing read yet; run `trunkline sync`" in empty.stdout
        s.command("sync")
        done = s.command("status")
        assert done.returncode == 0
        assert "PBX acme-main: 3CX 20.0.8.1109, complete until" in done.stdout
        assert "missing: not_recorded" in done.stdout
        assert "CRM acme-ghl: 0 delivered, 0 pending" in done.stdout
        system = json.loads(s.command("--json", "status").stdout.splitlines()[-1])["systems"][0]
        assert (system["pbx_id"], system["calls"]) == ("acme-main", len(s.pbx.book))


def test_status_works_while_a_sync_runs(stage) -> None:
    with stage(scenario_world()[0]) as s:
        process = s.start("sync")
        seen = []
        while process.poll() is None:
            seen.append(s.command("status").returncode)
        process.communicate()
        assert seen
        assert set(seen) == {0}


def test_json_is_the_last_line_and_one_object(stage) -> None:
    with stage(scenario_world()[0]) as s:
        done = s.command("--json", "sync")
        assert done.stdout.count("\n") == 1
        result = json.loads(done.stdout)
        assert (result["exit_status"], result["failures"]) == (0, [])
        assert result["calls_changed"] >= len(s.pbx.book), "a call on both sides of midnight changes once more"


def test_a_dry_run_prints_the_plan_and_asks_nobody(stage) -> None:
    with stage(scenario_world()[0]) as s:
        done = s.command("--json", "backfill", "--since", "2026-11-01", "--until", "2026-11-03", "--dry-run")
        assert json.loads(done.stdout)["plan"] == [
            {
                "account_id": "acme",
                "pbx_id": "acme-main",
                "windows": 3,
                "windows_done": 0,
                "windows_out_of_reach": 0,
                "windows_not_kept": 0,
                "requests_at_least": 9,
            }
        ]
        assert s.pbx.log.entries == []


def test_an_interrupt_ends_cleanly_and_the_next_run_goes_on(stage) -> None:
    world = scenario_world()[0]
    world.pbxs[0].faults.add("GetCallLogData", delay_seconds=2, times=50)
    with stage(world) as s:
        process = s.start("sync")
        while s.pbx.log.count("connect/token") < 1:
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert err == "trunkline: interrupted; what was done is kept, run the same command again to go on\n"
        s.pbx.faults.clear()
        assert s.command("sync").returncode == 0


NO_SUM = {"median", "p90", "longest"}  # of several accounts these are not known


def test_reports_are_written_mailed_and_shown(stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/shown\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    with stage(scenario_world()[0]) as s:
        s.command("sync")
        span = "2026-11-01..2027-01-01"
        done = s.command("--json", "report", "--period", span, "--out", "pages", "--email", "--open")
        result = json.loads(done.stdout)
        page = s.folder / "pages" / "northwind-2026-11-01_2027-01-01.html"
        assert (tmp_path / "shown").read_text() == f"{page.as_uri()}\n"
        assert page.is_file()
        assert result["index"] == str(s.folder / "pages" / "index.html")
        assert (done.returncode, result["mailed"], result["failures"]) == (0, 2, [])
        by_scope = {one["scope"]: one["figures"] for one in result["figures"]}
        assert {(one["scope"], one["period"], one["is_read"]) for one in result["figures"]} == {
            ("acme", "2026-11-01..2027-01-01", True),
            ("northwind", "2026-11-01..2027-01-01", True),
        }
        to_acme = next(one for one in s.world.mail.messages if one["To"] == "owner@acme.example")
        mail = to_acme.get_body(("plain",)).get_content()
        acme = by_scope["acme"]
        short, lost = acme["short_abandons"], acme["lost"]
        assert lost > 0
        assert f"{lost} of {acme['offered'] - short} calls" in mail
        assert f"missed-call rate: {acme['missed_rate']:.1%}" in mail.lower()
        assert f"recording coverage: {acme['coverage_rate']:.0%}" in mail.lower()
        assert by_scope["northwind"] == acme | dict.fromkeys(one for one in acme if one.split("_")[0] in NO_SUM)
        assert {Path(path).suffix for path in result["files"]} == {".html", ".txt", ".xlsx", ".csv"}
        assert {message["To"] for message in s.world.mail.messages} == {"owner@acme.example", "ops@northwind.example"}


def test_where_there_is_no_browser_the_page_is_named(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from trunkline.cli import report; from trunkline.cli.context import Options\n"
        f"report.open_page(Options(), Path({str(tmp_path / 'page.html')!r}))"
    )
    nothing = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=nothing, check=True, capture_output=True, text=True)
    assert done.stdout == f"no browser here; open {tmp_path}/page.html\n"


def test_the_version_is_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trunkline.cli.main", "--version"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == f"{__version__}\n"


def test_a_period_that_lies_ahead_is_refused(stage) -> None:
    with stage(scenario_world()[0]) as s:
        done = s.command("report", "--period", "2099-01")
        assert done.returncode == 2
        assert "lies ahead — choose a period that has begun" in done.stderr


def test_a_file_where_a_folder_is_due_is_said_in_a_sentence(stage) -> None:
    with stage(scenario_world()[0]) as s:
        (s.folder / "data").write_text("")
        done = s.command("sync")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "make it usable for this user" in done.stderr
