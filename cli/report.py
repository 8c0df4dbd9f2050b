"""`trunkline report`."""

from __future__ import annotations

import sys
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
    reported = run(options, job)
    files = [str(path) for one in reported.built for path in one.paths.values()]
    for path in files:
        options.say(path)
    if email:
        options.say(f"{reported.mailed} reports mailed")
    for failure in reported.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    figures = [{"scope": one.scope, "period": one.period, "figures": one.figures} for one in reported.built]
    result = {
        "files": files,
        "figures": figures,
        "mailed": reported.mailed,
        "failures": [vars(one) for one in reported.failures],
    }
    options.finish(result, 1 if reported.failures else 0)
