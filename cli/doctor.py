"""`trunkline doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import options_of, run

if TYPE_CHECKING:
    from trunkline.tasks.doctor import Check

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "unknown": "?"}


def command(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Examine each PBX, CRM, the mail server and the store; name what is wrong and the step that mends it."""
    from trunkline.flows import engine
    from trunkline.flows.maintain import maintain

    options = options_of(context)
    job = engine.run(maintain, config=options.config_path, accounts=account or [], pbxs=pbx or [])
    checks: list[Check] = run(options, job)
    part = ""
    for check in checks:
        if check.part != part:
            part = check.part
            options.say(part)
        options.say(f"  {_MARKS[check.state]} {check.what}" + (f": {check.said}" if check.said else ""))
        if check.mend:
            options.say(f"      → {check.mend}")
    failed = sum(check.state == "fail" for check in checks)
    options.say(f"{failed} to mend" if failed else "nothing to mend")
    options.finish({"checks": [vars(check) for check in checks]}, 1 if failed else 0)
