"""`trunkline sync`."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import options_of
from trunkline.cli.outcome import carry_out


def command(
    context: typer.Context,
    until: Annotated[
        str | None, typer.Option(metavar="T", help="Up to this time (ISO 8601 with offset, or a date). Default: now.")
    ] = None,
    reread: Annotated[
        float, typer.Option(metavar="DAYS", help="Read the last DAYS again: late legs, transcripts, recordings.", min=0)
    ] = 0,
    account: Accounts = None,
    pbx: Pbxs = None,
    deliver: Annotated[bool, typer.Option(help="Deliver to CRMs afterwards.")] = True,
) -> None:
    """Read every window that is due, then recordings, then deliver to CRMs."""
    from trunkline.flows import engine
    from trunkline.flows.sync import sync

    options = options_of(context)
    job = engine.run(
        sync,
        config=options.config_path,
        accounts=account or [],
        pbxs=pbx or [],
        until=until,
        reread_days=reread,
        deliver=deliver,
    )
    carry_out(options, job)
