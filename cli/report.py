"""`trunkline report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import options_of, run

if TYPE_CHECKING:
    from trunkline.tasks.mailing import Already


def command(
    context: typer.Context,
    period: Annotated[
        str,
        typer.Option(
            metavar="P", help="day, week, month (the last complete one), 2026-W46, 2026-10 or 2026-11-01..2026-11-08."
        ),
    ] = "week",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path("reports-out"),
    email: Annotated[bool, typer.Option("--email", help="Also mail them, to whom did not get them yet.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="With --email: mail them again to all.")] = False,
    account: Accounts = None,
) -> None:
    """Write the missed-call and recording-coverage reports of a period, and mail them if asked."""
    from trunkline.flows import engine
    from trunkline.flows.report import report

    options = options_of(context)
    if resend and not email:
        raise typer.BadParameter("--resend goes with --email")
    job = engine.run(
        report,
        period=period,
        config=options.config_path,
        accounts=account or [],
        out=str(out.resolve()),
        email=email,
        resend=resend,
    )
    reported = run(options, job)
    files = [str(path) for one in reported.built for path in one.paths.values()]
    for path in files:
        options.say(path)
    if email:
        for line in [*map(already_sent, reported.already), f"{reported.mailed} reports mailed"]:
            options.say(line)
        if reported.quiet:
            options.say(f"no calls, no mail: {', '.join(reported.quiet)}")
    for failure in reported.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    result = {
        "files": files,
        "mailed": reported.mailed,
        "quiet": reported.quiet,
        "already_sent": [vars(one) for one in reported.already],
        "failures": [vars(one) for one in reported.failures],
    }
    options.finish(result, 1 if reported.failures else 0)


def already_sent(one: Already) -> str:
    """`acme 2026-W46: already sent at 2026-11-16 07:00 UTC to owner@acme.example; --resend mails it again`."""
    at = f"{one.sent_at:%Y-%m-%d %H:%M} UTC"
    return f"{one.scope} {one.period}: already sent at {at} to {', '.join(one.recipients)}; --resend mails it again"
