"""`trunkline reconcile`."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import Options, options_of, run
from trunkline.cli.outcome import watched
from trunkline.cli.reconcile_words import cells, differences, unknown
from trunkline.reconcile.days import CrmDay, Day

if TYPE_CHECKING:
    from trunkline.flows.reconcile import Reconciled

_STYLES = {"equal": "green", "explained": "green", "unknown": "dim", "differs": "bold red"}


def command(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(metavar="T", help="From this time on (ISO 8601 with offset, or a date). Default: 7 days before."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Up to this time. Default: today's midnight.")] = None,
    account: Accounts = None,
    pbx: Pbxs = None,
) -> None:
    """Compare per day the PBXs' own reports, the lake and the CRMs; list the ids that differ."""
    from trunkline.flows import engine
    from trunkline.flows.reconcile import reconcile

    options = options_of(context)
    scope = {"config": options.config_path, "accounts": account or [], "pbxs": pbx or []}
    with watched(options):
        found: Reconciled = run(options, engine.run(reconcile, since=since, until=until, **scope))
    for title, days in _parts(found):
        _print(options, title, days)
    for failure in found.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    options.finish(found.as_json(), found.exit_status)


def _parts(found: Reconciled) -> list[tuple[str, list[Day] | list[CrmDay]]]:
    """A title for each PBX and CRM, with its days."""
    pbxs = itertools.groupby(found.days, key=lambda day: (day.account_id, day.pbx_id))
    crms = itertools.groupby(found.crm_days, key=lambda day: (day.account_id, day.crm_id))
    parts: list[tuple[str, list[Day] | list[CrmDay]]] = [
        (f"account {account}, PBX {pbx}: inbound calls, PBX / lake", list(days)) for (account, pbx), days in pbxs
    ]
    parts += [
        (f"account {account}, CRM {crm}: all calls, by the ledger of what it was told and by its own list", list(days))
        for (account, crm), days in crms
    ]
    return parts


def _print(options: Options, title: str, days: Sequence[Day | CrmDay]) -> None:
    rows = [{"day": f"{day.day}" + ("" if day.is_whole else " part"), **cells(day)} for day in days]
    if options.on_terminal:
        _print_table(title, rows)
    else:
        options.say(title)
        for row in rows:
            counts = ", ".join(f"{name} {value}" for name, value in row.items() if name not in {"day", "state"})
            options.say(f"  {row['day']}: {counts}: {row['state']}")
    for line in [*unknown(days), *differences(one for day in days for one in day.differences)]:
        options.say(f"  {line}")


def _print_table(title: str, rows: list[dict[str, str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for name in rows[0]:
        is_count = name not in {"day", "state"}
        table.add_column(name, justify="right" if is_count else "left", overflow="fold", no_wrap=not is_count)
    for row in rows:
        table.add_row(*(Text(value, _STYLES.get(value, "")) for value in row.values()))
    Console().print(table)
