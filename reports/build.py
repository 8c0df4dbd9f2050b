"""The reports of a period: rows of the lake → figures, here; figures → files in `write`, several reports at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb

from trunkline.config import Account, Config
from trunkline.periods import Period
from trunkline.reports import hands, index, read, restated, sql, write
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.attached import Rows
from trunkline.reports.brand import wearing
from trunkline.reports.write import Built, Found, Press


def build(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    period: Period,
    accounts: Sequence[Account],
    out: Path,
    now: dt.datetime,
    own: Mapping[str, Period] = MappingProxyType({}),
    with_pdf: bool = False,
) -> list[Built]:
    """Writes the agency's report to `out`, each account's to its folder there, and indexes; the agency's comes last.

    `period` is the agency's; an account's report covers the same days in its own zone, or those of `own` (by account
    id), where its last week is not the agency's. The agency's report is written only if `accounts` are all of the
    config's: a part would read as the whole. The same data and `now` give the same bytes. `with_pdf` needs what
    `pdf.require` looks for; without it a PDF of an earlier run is removed: it may say something else than the page.

    Raises:
        ConfigError: The secret of [links] is absent or too short, or a logo's file is gone.
    """
    press = Press(config, out, now, config.signed_links(), with_pdf)
    out.mkdir(parents=True, exist_ok=True)
    read.snapshot(connection, [period, *own.values()], accounts)
    found: list[AccountFigures] = []
    kept, written, others = {}, [], []
    with hands.several(len(accounts)) as work:
        for account in _taken(connection, accounts):
            days, alone = own.get(account.id, period), _alone(press, account)
            one = _found(connection, press, account, days)
            written.append(work.give(write.account, alone, one))
            if days.days != period.days:  # the agency's table links to the days that it sums up; they are not mailed
                one = _found(connection, press, account, period)
                others.append(work.give(write.account, alone, one))
            found.append(one.figures)
            kept[account.id] = one.kept
        built = [each.result() for each in (*others, *written)][len(others) :]
    if found and len(found) == len(config.account):
        with wearing(config) as worn:
            corrected = restated.of_agency(connection, config.agency, period, found)
            together = AgencyFigures(worn.shown(config.agency), period, tuple(found), corrected)
            built.append(write.agency(press, together, restated.agency_part(together, kept)))
    index.write(out, config, accounts)
    return built


def _taken(connection: duckdb.DuckDBPyConnection, accounts: Sequence[Account]) -> Iterator[Account]:
    """The accounts, the rows of each laid out when it is its turn."""
    for number, account in enumerate(accounts):
        if number % read.AT_ONCE == 0:
            read.take(connection, accounts[number : number + read.AT_ONCE])
        yield account


def _found(connection: duckdb.DuckDBPyConnection, press: Press, account: Account, period: Period) -> Found:
    f = read.account_figures(connection, account, period, press.now)
    with wearing(press.config, account):
        f = dataclasses.replace(f, restated=restated.of_account(connection, f))
    values = {"account_id": account.id, "since": f.period.since, "until": f.period.until}
    calls, before = read.call_rows(connection, f)
    rows = Rows(calls, before, sql.run(connection, "episode_rows", values))
    return Found(f, restated.account_part(connection, f), rows)


def _alone(press: Press, account: Account) -> Press:
    """Without the other accounts: whoever writes this one's report has no need of them."""
    return dataclasses.replace(press, config=press.config.model_copy(update={"account": (account,)}))
