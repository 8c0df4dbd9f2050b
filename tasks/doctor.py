"""What works and what does not: each PBX, CRM, the mail server and the store, with the step that mends it."""

from __future__ import annotations

import asyncio
import shutil

from trunkline.adapters.blobs import Blobs
from trunkline.adapters.crm.kinds import adapter_for
from trunkline.adapters.mail import check as check_mail
from trunkline.adapters.pbx import fleet, open_surface
from trunkline.adapters.pbx.base import sign_in_folder
from trunkline.adapters.player.check import check as check_player
from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.errors import StorageError, TrunklineError, Unsupported
from trunkline.tasks.doctor_audio import format_checks
from trunkline.tasks.doctor_pbx import Check, pbx_checks
from trunkline.tasks.probe import note_remarks, probe
from trunkline.tasks.work import Site, Work, now

LEAST_FREE_BYTES = 1 * 1024**3


async def examine(work: Work, sites: list[Site], accounts: tuple[Account, ...]) -> list[Check]:
    """All parts side by side; nothing is changed anywhere, and refused credentials are not tried again."""
    crms = [(account, crm) for account in accounts for crm in account.crm]
    groups = await asyncio.gather(
        asyncio.to_thread(_lake, work),
        *(_place(name, blobs) for name, blobs in (("recordings", work.recordings), ("landing", work.landing))),
        *(_pbx(work, site) for site in sites),
        *(_crm(work, account, crm) for account, crm in crms),
        asyncio.to_thread(_mail, work),
        asyncio.to_thread(_links, work),
    )
    checks = [check for group in groups for check in group]
    settings = [one for account in accounts for one in (*format_checks(account), *_outliving(account))]
    return [*checks, *_paused(work), *settings]


def _paused(work: Work) -> list[Check]:
    """The breaker over all PBXs, as it is after this look (v18 reference §8.1)."""
    found = fleet.pause(sign_in_folder(work.state), now())
    return [Check("all PBXs", "sign-ins paused", "fail", found.message, found.mend)] if found else []


def _outliving(account: Account) -> list[Check]:
    """What is kept longer than the calls that it belongs to: a voice of which nobody can tell whose it was."""
    kept = account.retention
    days = {"recordings": kept.recordings_days, "transcripts": kept.transcripts_days}
    longer = [what for what, most in days.items() if kept.calls_days and (most is None or most > kept.calls_days)]
    if not longer:
        return []
    said = f"{' and '.join(longer)} are kept longer than their calls ({kept.calls_days} days)"
    mend = f"set {' and '.join(f'{what}_days' for what in longer)} to {kept.calls_days} or less, unless that is wanted"
    return [Check(f"account {account.id}", "retention", "warn", said, mend)]


async def _pbx(work: Work, site: Site) -> list[Check]:
    try:
        surface = open_surface(site.pbx, site.account, work.state)
    except TrunklineError as error:
        return [Check(site.where, "secret", "fail", error.message, error.mend)]
    try:
        found = await probe(work, site, surface, thorough=True)
        remarks = surface.remarks()
        await asyncio.to_thread(note_remarks, work.lake, site, remarks)
    except Unsupported as error:
        return [Check(site.where, "version", "fail", error.message, error.mend)]
    except TrunklineError as error:
        return [Check(site.where, "reachable and signed in", "fail", error.message, error.mend)]
    finally:
        await surface.aclose()
    problems = [
        Check(site.where, p.code.replace("_", " "), "warn" if p.is_risk else "fail", p.message, p.mend)
        for p in (*found.problems, *remarks)
    ]
    return [*pbx_checks(site, found), *problems]


async def _crm(work: Work, account: Account, crm: Crm) -> list[Check]:
    where = f"account {account.id}, CRM {crm.id}"
    try:
        adapter = adapter_for(crm, work.state)
    except TrunklineError as error:
        return [Check(where, "token", "fail", error.message, error.mend)]
    try:
        return [Check(where, one.what, one.state, one.message, one.mend) for one in await adapter.check()]
    except TrunklineError as error:
        return [Check(where, "reachable and signed in", "fail", error.message, error.mend)]
    finally:
        await adapter.aclose()


def _mail(work: Work) -> list[Check]:
    if work.config.mail is None:
        return [Check("mail", "server", "unknown", "no [mail] in the config", "add it to have reports mailed")]
    try:
        check_mail(work.config.mail, work.config.mail_password())
    except TrunklineError as error:
        return [Check("mail", "server", "fail", error.message, error.mend)]
    return [Check("mail", "server", "ok")]


def _links(work: Work) -> list[Check]:
    """Whether links can be signed, and whether what plays them is there: reports and CRMs are right without it."""
    what = "links to recordings"
    try:
        links = work.config.signed_links()
    except TrunklineError as error:
        return [Check("recordings", what, "fail", error.message, error.mend)]
    if links is None:
        return []
    try:
        check_player(links.url)
    except TrunklineError as error:
        return [Check("recordings", what, "warn", f"{links.url}: {error.message}", error.mend)]
    return [Check("recordings", what, "ok", links.url)]


def _lake(work: Work) -> list[Check]:
    try:
        with work.lake.write():
            return [Check("store", "lake", "ok", str(work.lake.path))]
    except (TrunklineError, OSError) as error:
        return [Check("store", "lake", "fail", str(error), "make its folder writable for this user")]


async def _place(name: str, blobs: Blobs) -> list[Check]:
    """Where recordings or landing files are kept: the room left in a folder, or whether an object store answers."""
    if blobs.folder is None:
        try:
            await blobs.check()
        except StorageError as error:
            return [Check("store", name, "fail", error.message, error.mend)]
        return [Check("store", name, "ok", blobs.place)]
    free = shutil.disk_usage(blobs.folder).free
    state = "ok" if free > LEAST_FREE_BYTES else "warn"
    mend = "" if state == "ok" else "free some space"
    return [Check("store", name, state, f"{free / 1024**3:.1f} GiB free", mend)]
