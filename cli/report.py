"""`trunkline report`."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import Options, options_of, run

if TYPE_CHECKING:
    from trunkline.reports.write import Built
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
    pdf: Annotated[bool, typer.Option("--pdf", help="Also as PDF; needs trunkline[pdf].")] = False,
    show: Annotated[bool, typer.Option("--open", help="Open the agency's page, or the one account's.")] = False,
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
        pdf=pdf,
    )
    reported = run(options, job)
    files = [str(path) for one in reported.built for path in one.paths.values()]
    for path in files:
        options.say(path)
    index = out.resolve() / "index.html"
    if show:
        open_page(options, _first_page(reported.built, index))
    if email:
        for line in [*map(already_sent, reported.already), f"{reported.mailed} reports mailed"]:
            options.say(line)
        if reported.quiet:
            options.say(f"no calls, no mail: {', '.join(reported.quiet)}")
    for failure in reported.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    result = {
        "files": files,
        "index": str(index),
        "mailed": reported.mailed,
        "quiet": reported.quiet,
        "already_sent": [vars(one) for one in reported.already],
        "failures": [vars(one) for one in reported.failures],
        "figures": [
            {"scope": one.scope, "period": one.period, "is_read": one.is_read, "figures": dict(one.by_name)}
            for one in reported.built
        ],
    }
    options.finish(result, 1 if reported.failures else 0)


def _first_page(built: Sequence[Built], index: Path) -> Path:
    """The agency's page, which comes last and only with all accounts'; the one account's; else the index."""
    is_one = len(built) == 1 or (len(built) > 1 and built[-1].paths["page"].parent == index.parent)
    return built[-1].paths["page"] if is_one else index


def open_page(options: Options, page: Path) -> None:
    """Shows a page in the browser ($BROWSER, or the desktop's); where there is none, says where it is."""
    if not webbrowser.open(page.as_uri()):
        options.say(f"no browser here; open {page}")


def already_sent(one: Already) -> str:
    """`acme 2026-W46: already sent at 2026-11-16 07:00 UTC to owner@acme.example; --resend mails it again`."""
    at = f"{one.sent_at:%Y-%m-%d %H:%M} UTC"
    return f"{one.scope} {one.period}: already sent at {at} to {', '.join(one.recipients)}; --resend mails it again"
