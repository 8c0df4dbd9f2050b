"""`trunkline serve`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from trunkline.cli.context import clear_errors, options_of


def command(
    context: typer.Context,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only this deployment; may be repeated.")
    ] = None,
    every: Annotated[
        float | None, typer.Option("--every", metavar="SECONDS", help="Instead of their schedules; to see one fire.")
    ] = None,
) -> None:
    """Run all schedules of prefect.yaml in this process, until interrupted."""
    from trunkline import configfile
    from trunkline.flows.timetable import serve_timetable, timetable

    options = options_of(context)
    with clear_errors(options):
        config = configfile.load(options.config)
        os.environ["TRUNKLINE_CONFIG"] = str(config.path)
        for one in timetable():
            options.say(f"{one['name']}: {', '.join(schedule['cron'] for schedule in one['schedules'])} UTC")
        serve_timetable(config.state_folder, tuple(only or ()), every)
    options.finish({})
