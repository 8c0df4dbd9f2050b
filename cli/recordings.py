"""`trunkline recordings`, and what is done with stored ones: `serve` and `link`."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import clear_errors, options_of
from trunkline.cli.outcome import carry_out

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def fetch(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Fetch the recordings that are still outstanding; with a command: play stored ones."""
    if context.invoked_subcommand is not None:
        if account or pbx:
            raise typer.BadParameter(f"--account and --pbx say what to fetch; {context.invoked_subcommand} has no use")
        return
    from trunkline.flows import engine
    from trunkline.flows.parts import fetch_recordings

    options = options_of(context)
    scope = {"config": options.config_path, "accounts": account or [], "pbxs": pbx or []}
    carry_out(options, engine.run(fetch_recordings, **scope))


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="NUMBER", min=1, max=65535)] = 8200,
) -> None:
    """Play stored recordings through signed, expiring links, until interrupted."""
    from trunkline import configfile
    from trunkline.tasks.play import play

    options = options_of(context)
    with clear_errors(options):
        play(configfile.load(options.config), host, port, options.say)
    options.finish({})


@app.command()
def link(
    context: typer.Context, recording_id: Annotated[str, typer.Argument(help="As in the table recordings.")]
) -> None:
    """Print a fresh link to one stored recording."""
    from trunkline import configfile
    from trunkline.tasks.recording_link import link_to

    options = options_of(context)
    with clear_errors(options):
        made = link_to(configfile.load(options.config), recording_id)
        options.say(made)
    options.finish({"link": made})
