"""`trunkline deliver`."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import options_of
from trunkline.cli.outcome import carry_out


def command(
    context: typer.Context,
    account: Accounts = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Also those that a CRM refused.")] = False,
) -> None:
    """Send the activities that are still outstanding to the CRMs."""
    from trunkline.flows import engine
    from trunkline.flows.parts import deliver

    options = options_of(context)
    job = engine.run(deliver, config=options.config_path, accounts=account or [], retry_failed=retry_failed)
    carry_out(options, job)
