"""`trunkline demo`."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.context import Options, options_of, run
from trunkline.cli.outcome import failures, summary, watched
from trunkline.errors import ConfigError

if TYPE_CHECKING:
    from trunkline.simulator.world import World

DAYS = 16  # the week reported on, the week before it, and a little more
_MARK = ".trunkline-demo"


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the demo's files go.")] = Path("demo"),
) -> None:
    """Run the whole job against simulated PBXs, CRMs and a mail server on this machine."""
    from trunkline.cli.context import clear_errors

    options = options_of(context)
    with clear_errors(options):
        _prepare(folder)
    from trunkline.simulator.demo_world import demo_world

    options.say(f"Simulated PBXs, CRMs and a mail server are started on this machine; files go to {folder}/")
    with demo_world().running(folder) as world:
        config = world.write_config(folder)
        os.environ.update(world.environment)
        os.environ.pop("PREFECT_API_URL", None)
        for line in _describe(world):
            options.say(line)
        _work(options, world, config, folder)


def _prepare(folder: Path) -> None:
    """An empty folder of the demo's own.

    Raises:
        ConfigError: The folder holds something else: nothing is removed.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise ConfigError(f"{folder} is not empty and not a demo's", mend="name another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


def _describe(world: World) -> list[str]:
    lines = []
    for account in world.accounts:
        systems = [f"3CX {pbx.version} ({pbx.surface})" for pbx in account.pbxs]
        lines.append(f"  {account.name}: {', '.join(systems)}" + (", HighLevel" if account.crms else ""))
    return lines


def _work(options: Options, world: World, config: Path, folder: Path) -> None:
    from trunkline.flows.backfill import backfill
    from trunkline.flows.engine import run_here
    from trunkline.flows.report import report

    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS)
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    job = run_here(backfill, config=str(config), since=since.isoformat(), until=until.isoformat())
    with watched(options):
        outcome = run(options, job)
    options.say()
    for line in [*summary(outcome), *failures(outcome)]:
        options.say(line)
    out = folder / "reports"
    reported = run(options, run_here(report, period="week", config=str(config), out=str(out.resolve()), email=True))
    options.say()
    arrived = len(world.mail.messages)
    options.say(
        f"{len(reported.built)} reports written and {reported.mailed} mailed; {arrived} mails are in {folder}/mail/"
    )
    options.say(f"  open  {out}/index.html")
    options.say(f"  query {folder}/data/lake.duckdb, table calls: one row per call")
    options.say(f"  look  trunkline --config {config} status")
    result = {
        "outcome": outcome.as_json(),
        "reports": [str(path) for one in reported.built for path in one.paths.values()],
    }
    options.finish(result, 1 if reported.failures else 0)
