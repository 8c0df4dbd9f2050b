"""`trunkline recordings`."""

from __future__ import annotations

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import options_of
from trunkline.cli.outcome import carry_out


def command(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Fetch the recordings that are still outstanding."""
    from trunkline.flows import engine
    from trunkline.flows.parts import fetch_recordings

    options = options_of(context)
    scope = {"config": options.config_path, "accounts": account or [], "pbxs": pbx or []}
    carry_out(options, engine.run(fetch_recordings, **scope))
