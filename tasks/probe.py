"""Step 1 of a PBX: what it is, what we may do there, who its extensions are, and when its departments are open."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json

from trunkline.adapters.pbx.base import Surface
from trunkline.adapters.pbx.problems import NO_HISTORY, OLD, said
from trunkline.config import Config
from trunkline.departments import keep_departments
from trunkline.errors import Forbidden, RemoteError, Unsupported
from trunkline.models import Department, Directory, Probe, Problem
from trunkline.settings import looked_up, write_account
from trunkline.store.lake import Lake
from trunkline.store.merge import merge_rows
from trunkline.store.pbx_settings import keep_numbers, keep_pbx, kinds
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


def may_read(found: Probe) -> Probe:
    """The probe, if the call history can be read.

    Raises:
        Forbidden: It cannot, in the words of the problem that the probe found.
    """
    if found.can_history is False:
        problem = next((problem for problem in found.problems if not problem.is_risk), NO_HISTORY)
        raise Forbidden(problem.message, mend=problem.mend)
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
    old = said(OLD, version=version, floor=floor)
    return dataclasses.replace(found, supported=False, problems=(old, *found.problems))


def _note(lake: Lake, site: Site, found: Probe) -> None:
    row = {name: value for name, value in dataclasses.asdict(found).items() if name != "clock_skew_seconds"}
    _merge_pbx(lake, site, {**row, "problems": _json(found.problems)}, found)


def note_failure(lake: Lake, site: Site, error: RemoteError) -> None:
    """Notes why a PBX could not be asked; what was known of its version and rights stays."""
    _merge_pbx(lake, site, {"problems": _json((Problem(error.code, error.message, error.mend),))})


def note_remarks(lake: Lake, site: Site, remarks: tuple[Problem, ...]) -> None:
    """Adds what was noticed while reading to what the probe found."""
    if not remarks:
        return
    with lake.read() as connection:
        row = connection.execute("SELECT problems FROM pbxs WHERE pbx_id = ?", [site.pbx.id]).fetchone()
    known = [Problem(**problem) for problem in json.loads((row and row[0]) or "[]")]
    noticed = {problem.code for problem in remarks}
    kept = (*(problem for problem in known if problem.code not in noticed), *remarks)
    _merge_pbx(lake, site, {"problems": _json(kept)})


def _merge_pbx(lake: Lake, site: Site, row: dict[str, object], found: Probe | None = None) -> None:
    own = {"pbx_id": site.pbx.id, "account_id": site.account.id, "hosting": site.pbx.hosting, "checked_at": now()}
    with lake.write() as connection:
        merge_rows(connection, "pbxs", [{**own, **row}])
        if found:
            keep_pbx(connection, site.pbx.id, found, now().date())


def _json(problems: tuple[Problem, ...]) -> str:
    return json.dumps([dataclasses.asdict(problem) for problem in problems])


@step(lambda _work, site, _surface: f"directory {site.pbx.id}")
async def directory(work: Work, site: Site, surface: Surface) -> dict[str, str]:
    """DN → kind of the numbers inside; what the PBX will not tell today is as it was told last.

    Today's snapshot goes to `pbx_settings`, the departments to `departments`; their hours hold from now on.
    """
    entries, departments = await surface.directory(), await surface.departments()
    return await asyncio.to_thread(_keep_directory, work.lake, site, entries, departments, now())


def _keep_directory(
    lake: Lake, site: Site, entries: list[Directory], departments: list[Department], read_at: dt.datetime
) -> dict[str, str]:
    if entries or departments:
        with lake.write() as connection:
            keep_numbers(connection, site.pbx.id, entries, read_at.date())
            if keep_departments(connection, site.pbx.id, departments, read_at):
                write_account(connection, site.account, looked_up(read_at.year))
    with lake.read() as connection:
        return kinds(connection, site.pbx.id)
