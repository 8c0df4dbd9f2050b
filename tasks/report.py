"""Making the reports of a period; `mailing` mails them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from trunkline import periods
from trunkline.config import Account, Config
from trunkline.errors import ConfigError, SpanError
from trunkline.reports import read
from trunkline.reports.build import build
from trunkline.reports.write import Built
from trunkline.store import excerpt
from trunkline.store.lake import Lake


def make_reports(
    lake: Lake,
    config: Config,
    period_text: str,
    account_ids: Sequence[str],
    out: Path,
    now: dt.datetime,
    with_pdf: bool = False,
) -> list[Built]:
    """Writes the reports of the accounts named (none named: all, and the agency's) to `out`.

    `day`, `week` and `month` are the last completed ones in each reader's own zone.

    Raises:
        SpanError: `period_text` is no period.
        ConfigError: No such account.
        LakeError: The lake cannot be read.
    """
    period = periods.parse(period_text, config.agency.timezone, now)
    if period.since >= now:
        raise SpanError(f"{period.title} lies ahead", mend="choose a period that has begun")
    accounts = _chosen(config, account_ids)
    own = {account.id: periods.parse(period_text, account.timezone, now) for account in accounts}
    every = [period, *own.values()]
    since, until = read.reach(every)
    with lake.read() as connection:
        cut = excerpt.cut(connection, since, until, [account.id for account in accounts], read.trend_since(every))
    with contextlib.closing(cut):
        return build(cut, config, period, accounts, out, now, own, with_pdf)


def _chosen(config: Config, account_ids: Sequence[str]) -> list[Account]:
    known = {account.id: account for account in config.account}
    for account_id in account_ids:
        if account_id not in known:
            raise ConfigError(f"no account {account_id!r}", mend=f"choose from: {', '.join(known)}")
    return [known[account_id] for account_id in dict.fromkeys(account_ids)] or list(config.account)
