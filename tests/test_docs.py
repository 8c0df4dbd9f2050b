"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from trunkline import crms, errors, fields, secrets
from trunkline.adapters.crm import base, client, pace, tokens, webhook
from trunkline.adapters.crm.base import CrmAdapter
from trunkline.cli.main import app
from trunkline.flows.timetable import timetable
from trunkline.simulator import crm_site
from trunkline.simulator.crm import front, site

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


def test_adding_a_crm_names_every_method_and_only_what_exists() -> None:
    document = (ROOT / "docs" / "adding-a-crm.md").read_text()
    table = document.partition("| method |")[2].partition("\n\n")[0]
    first_cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    methods = {name for name in vars(CrmAdapter) if callable(getattr(CrmAdapter, name)) and not name.startswith("_")}
    assert set(re.findall(r"`(\w+)`", " ".join(first_cells))) == methods
    paths = [path for path in re.findall(r"`([\w/]+\.py)`", document) if "acme" not in path]
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).is_file()] == []
    modules = (base, client, tokens, pace, webhook, crms, errors, fields, secrets, front, site, crm_site)
    known = {name for module in modules for name in vars(module)}
    assert set(re.findall(r"`([A-Z][A-Za-z]+)`", document)) <= known
