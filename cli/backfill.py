"""`trunkline backfill`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import Options, clear_errors, options_of
from trunkline.cli.outcome import carry_out


def command(
    context: typer.Context,
    since: Annotated[str, typer.Option(metavar="T", help="From this time on (ISO 8601 with offset, or a date).")],
    until: Annotated[str, typer.Option(metavar="T", help="Up to this time.")],
    account: Accounts = None,
    pbx: Pbxs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and its cost; ask no PBX.")] = False,
    deliver: Annotated[bool, typer.Option(help="Deliver to CRMs afterwards.")] = True,
) -> None:
    """Read a span of the past, then recordings, then deliver; resumes where it stopped."""
    options = options_of(context)
    scope: dict[str, Any] = {"config": options.config_path, "accounts": account or [], "pbxs": pbx or []}
    if dry_run:
        _print_plan(options, since, until, scope)
    from trunkline.flows import engine
    from trunkline.flows.backfill import backfill

    carry_out(options, engine.run(backfill, since=since, until=until, deliver=deliver, **scope))


def _print_plan(options: Options, since: str, until: str, scope: dict[str, Any]) -> None:
    from trunkline.flows.backfill import plan

    with clear_errors(options):
        plans = plan(since, until, **scope)
    for one in plans:
        options.say(
            f"{one.account_id} / {one.pbx_id}: {one.windows} windows to read ({one.windows_done} done already), "
            f"at least {one.requests_at_least} requests, two at a time"
        )
        if one.windows_out_of_reach:
            options.say(
                f"  {one.windows_out_of_reach} windows lie before the 90 days that a v18 console tells of: they cannot "
                "be read; upgrade 3CX to reach further back"
            )
        if one.windows_not_kept:
            options.say(
                f"  {one.windows_not_kept} windows lie before the time that the account keeps calls of (retention): "
                "they are not read"
            )
    options.finish({"plan": [vars(one) for one in plans]})
