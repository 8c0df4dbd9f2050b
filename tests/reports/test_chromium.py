"""The mails in a real browser: nothing is wider than the screen."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, config

from trunkline.periods import parse
from trunkline.reports.build import build

CHROMIUM = shutil.which("chromium") or ""
WIDTHS = (375, 600)
FRAME = '<iframe id="{scope}-{width}" srcdoc="{mail}" style="width:{width}px;height:3000px;border:0"></iframe>'
SCRIPT = """<script>onload = () => { for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument.documentElement, line = document.createElement("p");
  line.textContent = `${frame.id} scroll=${page.scrollWidth} client=${page.clientWidth}`;
  document.body.append(line);
} document.querySelectorAll("iframe").forEach(one => one.remove()); }</script>"""


@pytest.mark.chromium
@pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine")
def test_no_mail_is_wider_than_the_screen(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    week = parse("2026-W46", "Australia/Adelaide", NOW)
    chosen = config()
    reports = build(connection, chosen, week, chosen.account, tmp_path / "out", NOW)
    frames = [
        FRAME.format(scope=one.scope, width=width, mail=html.escape(one.html)) for one in reports for width in WIDTHS
    ]
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{''.join(frames)}{SCRIPT}", "utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    command = [CHROMIUM, *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    found = {
        name: (int(scroll), int(client))
        for name, scroll, client in re.findall(r"<p>([\w-]+) scroll=(\d+) client=(\d+)</p>", shown)
    }
    assert set(found) == {f"{one.scope}-{width}" for one in reports for width in WIDTHS}
    assert not {name: sizes for name, sizes in found.items() if sizes[0] > sizes[1]}
