"""What `reconcile` asks of a PBX and looks up in the lake; nothing is written to either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from trunkline.adapters.crm.kinds import adapter_for
from trunkline.adapters.pbx.base import Surface
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.days import ONE_DAY, LocalDay, midnight
from trunkline.delivery import Listed
from trunkline.errors import SpanError, Unsupported
from trunkline.models import PbxReports, Probe
from trunkline.moments import moment
from trunkline.reconcile.crm import compare_crm
from trunkline.reconcile.days import CrmDay, Day
from trunkline.reconcile.pbx import PbxSide, compare_pbx
from trunkline.store import crm_days as crm_days_store
from trunkline.store.activities import own_numbers
from trunkline.store.reconcile import lake_side, ledger, queues_of
from trunkline.tasks.probe import judged, may_read
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import SETTLE, Window

DEFAULT_DAYS = 7


def span_of(since: str | None, until: str | None, agency_zone: str, zone: str, now: dt.datetime) -> Window:
    """The span asked for, by default the last whole days in the account's zone; what is about to be is left out.

    Raises:
        SpanError: A time that cannot be read, or a span that ends before it begins.
    """
    today = midnight(now.astimezone(ZoneInfo(zone)).date(), zone)
    ends = min(moment(until, agency_zone) if until else today, (now - SETTLE).replace(microsecond=0))
    first = ends.astimezone(ZoneInfo(zone)).date() - DEFAULT_DAYS * ONE_DAY
    begins = moment(since, agency_zone) if since else midnight(first, zone)
    if begins >= ends:
        raise SpanError(
            f"{begins:%Y-%m-%dT%H:%MZ} is not before {ends:%Y-%m-%dT%H:%MZ}",
            mend="correct --since and --until; without --until the span ends with yesterday",
        )
    return Window(begins, ends)


@step(lambda _work, site, _surface: f"look at {site.pbx.id}")
async def look(work: Work, site: Site, surface: Surface) -> Probe:
    """What the PBX is, noted nowhere.

    Raises:
        Unsupported: Its version is below the floor.
        RemoteError: It cannot be asked, or not for its calls.
    """
    found = judged(await surface.probe(try_download=False), work.config)
    if found.supported is False:
        problem = next(problem for problem in found.problems if problem.code == Unsupported.code)
        raise Unsupported(problem.message, where=site.where, mend=problem.mend)
    return may_read(found)


@step(lambda site, _surface, window, _queues: f"reports {site.pbx.id} {window}")
async def reports(
    site: Site,  # noqa: ARG001 — names the task run
    surface: Surface,
    window: Window,
    queues: Sequence[str],
) -> PbxReports | None:
    """The PBX's own reports of a window; null if it has none."""
    return await surface.reports(window, queues)


def known_queues(work: Work, site: Site) -> list[str] | None:
    """The PBX's queues; null if its directory was never read."""
    with work.lake.read() as connection:
        return queues_of(connection, site.pbx.id)


def pbx_days(work: Work, site: Site, span: Window, days: Sequence[LocalDay], pbx: PbxSide) -> list[Day]:
    """What the PBX reported beside what the lake has."""
    with work.lake.read() as connection:
        lake = lake_side(connection, site.pbx.id, span, site.overlap)
    return compare_pbx(site.account.id, site.pbx.id, site.account.country, days, pbx, lake)


@step(lambda _work, account, crm, _span: f"list {account.id} {crm.id}")
async def listed_calls(work: Work, account: Account, crm: Crm, span: Window) -> Sequence[Listed] | None:  # noqa: ARG001
    """The CRM's own list of the span and a day around it, for some CRMs know of days alone; null where it has none.

    Raises:
        ConfigError, RemoteError: It cannot be asked.
    """
    adapter = adapter_for(crm, work.state)
    try:
        return await adapter.list_calls(span.since - ONE_DAY, span.until + ONE_DAY)
    finally:
        await adapter.aclose()


def crm_days(
    work: Work,
    account: Account,
    crm: Crm,
    pbxs: Sequence[str],
    span: Window,
    days: Sequence[LocalDay],
    listed: Sequence[Listed] | None,
) -> list[CrmDay]:
    """What the lake has beside what the ledger says of one CRM, and what the CRM itself lists."""
    with work.lake.read() as connection:
        calls = ledger(connection, account.id, crm.id, pbxs, span)
        own = own_numbers(connection, account.id, account.country)
    return compare_crm(account.id, crm.id, days, calls, own, listed)


def keep_crm_days(work: Work, days: Sequence[CrmDay]) -> None:
    """Writes what was found of CRMs that have a list."""
    if days:
        with work.lake.write() as connection:
            crm_days_store.keep(connection, days, now())
