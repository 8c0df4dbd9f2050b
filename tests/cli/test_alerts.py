"""`trunkline alerts` and the line of `status`, as a person and a program use them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

from lake_rows import insert

from trunkline.simulator.mail import MailSink
from trunkline.store.lake import Lake

CONFIG = """
[agency]
id = "northwind"
name = "Northwind"
timezone = "UTC"
country = "AU"
report_to = ["ops@northwind.example"]
[store]
lake = "lake.duckdb"
[mail]
url = "{url}"
from = "reports@northwind.example"
"""
ACCOUNT = """
[[account]]
id = "{0}"
name = "{0}"
timezone = "UTC"
country = "AU"
pbx = [{{ id = "{0}-main", url = "https://{0}.example", client_id = "900", client_secret = "env:NOT_USED" }}]
"""


def run(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "trunkline.cli.main", *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode, (done.stderr + done.stdout).splitlines()


def test_a_silent_pbx_from_the_command_line(new_lake: Lake, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    for name in ("acme", "bluegum"):
        window = {"pbx_id": f"{name}-main", "since": now - dt.timedelta(days=9), "until": now - dt.timedelta(hours=9)}
        insert(new_lake, "windows", {**window, "read_at": now - dt.timedelta(hours=9), "state": "complete"})
    with MailSink() as sink:
        text = CONFIG.format(url=sink.url) + ACCOUNT.format("acme") + ACCOUNT.format("bluegum")
        (tmp_path / "trunkline.toml").write_text(text)
        code, said = run(tmp_path, "alerts", "--account", "acme")
        assert (code, sink.mails) == (0, [])
        assert said[0].startswith("acme, acme-main: not read since ")
        assert said[2] == "  → See that trunkline serve, or the worker that runs sync, is running."
        assert said[3] == "1 alert open: 1 new, 0 over since the last look"
        sink.refuse("554 no", times=1)
        code, said = run(tmp_path, "--json", "alerts", "--email")
        told = json.loads(said[-1])
        assert (code, told["opened"], told["mailed"], len(told["failures"])) == (1, 1, 0, 1)
        code, said = run(tmp_path, "--json", "alerts", "--email")
        told = json.loads(said[-1])
        assert (code, told["opened"], told["mailed"], told["failures"]) == (0, 0, 1, [])
        assert [(one["kind"], one["subject"]) for one in told["alerts"]] == [
            ("pbx_silent", "acme-main"),
            ("pbx_silent", "bluegum-main"),
        ]
        assert [mail["Subject"] for mail in sink.messages] == ["Northwind: 2 PBXs not read"]
    code, said = run(tmp_path, "status", "--account", "bluegum")
    assert code == 0
    lines = [line for line in said if "alert" in line]
    assert len(lines) == 1
    assert lines[0].startswith("  ✗ 1 alert open, the first ")
    assert lines[0].endswith(" min ago: pbx silent (trunkline alerts)")
