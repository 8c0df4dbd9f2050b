"""Step 1 of a PBX: what it is, what we may do there, and who its extensions are."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json

from trunkline.adapters.pbx.base import Surface
from trunkline.config import Config
from trunkline.errors import RemoteError, Unsupported
from trunkline.models import Directory, Probe, Problem
from trunkline.store.lake import Lake
from trunkline.store.merge import merge_rows
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now
from trunkline.versions import Version


@step(lambda _work, site, _surface, thorough=False: f"probe {site.pbx.id}")  # noqa: ARG005
async def probe(work: Work, site: Site, surface: Surface, thorough: bool = False) -> Probe:
    """Asks the PBX and notes the answer in `pbxs`; what fails is noted too.

    Whether recordings may be downloaded is tried only if that is not known yet, or if `thorough`: the fetching of
    recordings finds it out by itself.

    Raises:
        Unsupported: Its version is below the floor: nothing is extracted.
        RemoteError: It cannot be asked.
    """
    may_download = await asyncio.to_thread(_known_download, work.lake, site)
    try:
        found = judged(await surface.probe(try_download=thorough or not may_download), work.config)
    except RemoteError as error:
        await asyncio.to_thread(note_failure, work.lake, site, error)
        raise
    if found.can_download_recordings is None and may_download:
        found = dataclasses.replace(found, can_download_recordings=True)
    await asyncio.to_thread(_note, work.lake, site, found)
    if found.supported is False:
        problem = next(problem for problem in found.problems if problem.code == Unsupported.code)
        raise Unsupported(problem.message, where=site.where, mend=problem.mend)
    return found


def _known_download(lake: Lake, site: Site) -> bool | None:
    with lake.read() as connection:
        row = connection.execute("SELECT can_download_recordings FROM pbxs WHERE pbx_id = ?", [site.pbx.id]).fetchone()
    return row[0] if row else None


def judged(found: Probe, config: Config) -> Probe:
    """With `supported`: an unknown version is not an old one (v18 reference §6)."""
    try:
        version = Version.parse(found.version or "")
    except ValueError:
        return found
    floor = config.pbx_floor.v18 if version.major <= 18 else config.pbx_floor.v20
    if version >= floor:
        return dataclasses.replace(found, supported=True)
    old = Problem(
        Unsupported.code,
        f"3CX {version} is below the supported {floor}",
        "upgrade 3CX first (plan an hour of downtime and 3CX's standard upgrade)",
    )
    return dataclasses.replace(found, supported=False, problems=(old, *found.problems))


def _note(lake: Lake, site: Site, found: Probe) -> None:
    row = {name: value for name, value in dataclasses.asdict(found).items() if name != "clock_skew_seconds"}
    _merge_pbx(lake, site, {**row, "problems": _json(found.problems)})


def note_failure(lake: Lake, site: Site, error: RemoteError) -> None:
    """Notes why a PBX could not be asked; what was known of its version and rights stays."""
    _merge_pbx(lake, site, {"problems": _json((Problem(error.code, error.message, error.mend),))})


def _merge_pbx(lake: Lake, site: Site, row: dict[str, object]) -> None:
    own = {"pbx_id": site.pbx.id, "account_id": site.account.id, "hosting": site.pbx.hosting, "checked_at": now()}
    with lake.write() as connection:
        merge_rows(connection, "pbxs", [{**own, **row}])


def _json(problems: tuple[Problem, ...]) -> str:
    return json.dumps([dataclasses.asdict(problem) for problem in problems])


@step(lambda _work, site, _surface: f"directory {site.pbx.id}")
async def directory(work: Work, site: Site, surface: Surface) -> dict[str, str]:
    """DN → kind; today's snapshot goes to `pbx_settings`, the newest one serves where the PBX will not tell today."""
    entries = await surface.directory()
    return await asyncio.to_thread(_keep_directory, work.lake, site, entries, now().date())


def _keep_directory(lake: Lake, site: Site, entries: list[Directory], day: dt.date) -> dict[str, str]:
    by_dn = {entry.dn: {"pbx_id": site.pbx.id, "day": day, **dataclasses.asdict(entry)} for entry in entries}
    if by_dn:
        with lake.write() as connection:
            merge_rows(connection, "pbx_settings", list(by_dn.values()))
    with lake.read() as connection:
        return dict(
            connection.execute(
                "SELECT dn, arg_max(kind, day) FROM pbx_settings WHERE pbx_id = ? GROUP BY dn", [site.pbx.id]
            ).fetchall()
        )
