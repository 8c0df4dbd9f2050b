"""`trunkline replay`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import options_of, run
from trunkline.cli.outcome import watched

if TYPE_CHECKING:
    from trunkline.flows.replay import ReplayOutcome
    from trunkline.tasks.replay import Replayed


def command(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Rebuild calls and legs from the landing area; ask no PBX."""
    from trunkline.flows import engine
    from trunkline.flows.replay import replay

    options = options_of(context)
    scope = {"config": options.config_path, "accounts": account or [], "pbxs": pbx or []}
    with watched(options):
        outcome: ReplayOutcome = run(options, engine.run(replay, **scope))
    for one in outcome.pbxs:
        options.say(said(one))
    for failure in outcome.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    options.finish(outcome.as_json(), outcome.exit_status)


def said(one: Replayed) -> str:
    """What became of one PBX, in a line."""
    if not one.files:
        return f"{one.account_id} / {one.pbx_id}: nothing was landed"
    changes = f"{one.calls_changed} changed, {one.calls_added} added, {one.calls_removed} removed"
    return (
        f"{one.account_id} / {one.pbx_id}: {one.files} files of {one.windows} windows, {one.calls} calls with "
        f"{one.legs} legs: {changes}"
    )
