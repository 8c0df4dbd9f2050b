"""`trunkline report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import options_of, run


def command(
    context: typer.Context,
    period: Annotated[
        str,
        typer.Option(
            metavar="P", help="day, week, month (the last complete one), 2026-W46, 2026-10 or 2026-11-01..2026-11-08."
        ),
    ] = "week",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path("reports-out"),
    email: Annotated[bool, typer.Option("--email", help="Also mail them.")] = False,
    account: Accounts = None,
) -> None:
    """Write the missed-call and recording-coverage reports of a period, and mail them if asked."""
    from trunkline.flows import engine
    from trunkline.flows.report import report

    options = options_of(context)
    job = engine.run(
        report,
        period=period,
        config=options.config_path,
        accounts=account or [],
        out=str(out.resolve()),
        email=email,
    )
    built = run(options, job)
    files = [str(path) for one in built for path in one.paths]
    for path in files:
        options.say(path)
    if email:
        options.say(f"{len(built)} reports mailed")
    options.finish({"files": files, "mailed": len(built) if email else 0})
