"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from trunkline.cli.main import app
from trunkline.flows.timetable import timetable

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    table = README.partition("## Commands")[2].partition("## Configuration")[0]
    assert set(re.findall(r"^\| `(\w+)", table, re.MULTILINE)) == COMMANDS


def test_every_deployment_is_in_the_timetable() -> None:
    table = README.partition("## Timetable")[2].partition("## How a call travels")[0]
    assert set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)) == {one["name"] for one in timetable()}


def test_the_first_screen_shows_the_two_commands() -> None:
    first = README.splitlines()[:30]
    assert any("make demo" in line for line in first)
    assert any("make test" in line for line in first)
