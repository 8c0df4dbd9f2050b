"""`trunkline`: the command line. Commands are imported when they run, so that `--help` starts at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trunkline import __version__, log
from trunkline.cli import (
    alerts,
    backfill,
    deliver,
    demo,
    doctor,
    init,
    purge,
    reconcile,
    recordings,
    replay,
    report,
    serve,
    status,
    sync,
)
from trunkline.cli.context import Options

app = typer.Typer(
    name="trunkline",
    help="3CX call history and recordings into one truthful table, each client's CRM, and reports people act on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="The config; else $TRUNKLINE_CONFIG, else ./trunkline.toml."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The last line on standard output is one JSON object.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only errors.")] = False,
    verbosity: Annotated[int, typer.Option("-v", "--verbose", count=True, help="More log lines; twice for all.")] = 0,
    version: Annotated[  # noqa: ARG001 — its callback ends the command
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """The options before the command."""
    log.configure(verbosity)
    context.obj = Options(config, as_json, quiet, verbosity)


for command in (demo, init, doctor, sync, backfill, deliver, serve, report, alerts, status, reconcile, replay, purge):
    app.command(name=command.__name__.rpartition(".")[2])(command.command)
app.add_typer(recordings.app, name="recordings")


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
