"""`trunkline purge`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import options_of, run

if TYPE_CHECKING:
    from trunkline.flows.purge import PurgeOutcome


def command(
    context: typer.Context,
    account: Accounts = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove what each account no longer keeps (`retention`); nothing on a PBX or in a CRM."""
    from trunkline.flows import engine
    from trunkline.flows.purge import purge, said

    options = options_of(context)
    job = engine.run(purge, config=options.config_path, accounts=account or [], dry_run=dry_run)
    outcome: PurgeOutcome = run(options, job)
    for one in outcome.purged:
        options.say(f"{one.account_id}: {said(one, is_done=not dry_run)}")
    if not (outcome.purged or outcome.failures):
        options.say("no account has a retention: everything is kept")
    for failure in outcome.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    options.finish(outcome.as_json(), outcome.exit_status)
