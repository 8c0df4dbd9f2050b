"""`trunkline doctor`."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import Options, options_of, run

if TYPE_CHECKING:
    from trunkline.tasks.doctor_pbx import Check

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "unknown": "?"}
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "unknown": "dim"}


def command(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Examine each PBX, CRM, the mail server and the store; name what is wrong and the step that mends it."""
    from trunkline.flows import engine
    from trunkline.flows.maintain import maintain

    options = options_of(context)
    job = engine.run(maintain, config=options.config_path, accounts=account or [], pbxs=pbx or [], retention=False)
    checks: list[Check] = run(options, job)
    if options.on_terminal:
        _print_tables(checks)
    else:
        _print_lines(options, checks)
    failed, risks = (sum(check.state == state for check in checks) for state in ("fail", "warn"))
    options.say(f"{failed} to mend, {risks} to look at" if failed or risks else "nothing to mend")
    result = [{**vars(check), "code": check.code} for check in checks]
    options.finish({"checks": result}, 1 if failed else 0)


def _print_lines(options: Options, checks: list[Check]) -> None:
    part = ""
    for check in checks:
        if check.part != part:
            part = check.part
            options.say(part)
        options.say(f"  {_MARKS[check.state]} {check.what}" + (f": {check.said}" if check.said else ""))
        if check.mend:
            options.say(f"      → {check.mend}")


def _print_tables(checks: list[Check]) -> None:
    """A table for each part, as wide as the terminal; what is to be mended stands beside what was seen."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for part, group in itertools.groupby(checks, key=lambda check: check.part):
        table = Table(title=Text(part), title_justify="left", title_style="bold", box=SIMPLE_HEAD, expand=True)
        table.add_column("", width=1)
        table.add_column("looked at", ratio=2, overflow="fold")
        table.add_column("seen", ratio=4, overflow="fold")
        table.add_column("to mend it", ratio=5, overflow="fold")
        for check in group:
            style = _STYLES[check.state]
            table.add_row(Text(_MARKS[check.state], style), Text(check.what, style), Text(check.said), Text(check.mend))
        console.print(table)
