"""The index of the folder of reports: one for the agency over all that is there, one in each account's own folder.

Both are made from the files that are there, so that other runs' reports stay in them and what is deleted goes out of
them. An account's index, like its pages, links to nothing outside its folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline.config import Account, Agency, Config
from trunkline.reports import folder, render, titles
from trunkline.reports.brand import wearing
from trunkline.reports.folder import Facts, Found

MOST_REPORTS = 1000  # of accounts in the agency's index, half a megabyte: their own folders' indexes list all
_LOCK_SECONDS = 30
_MAIN = ("page", "pdf", "workbook", "csv")


@dataclass(frozen=True)
class Line:
    """One report: what it says, where that is shown and known, its files, and the smaller ones, as (name, address)."""

    name: str
    page: str | None
    facts: Facts | None
    files: list[tuple[str, str]]
    small: list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """The reports of one period, the agency's first. `is_newest`: of its kind (day, week, month)."""

    title: str
    lines: list[Line]
    is_newest: bool
    left_out: int = 0


def write(out: Path, config: Config, accounts: Iterable[Account]) -> None:
    """Writes the indexes of these accounts' folders, and the agency's, each in its reader's language.

    One process at a time looks and writes: one that looked earlier could else write later, and lose a report.
    """
    with _alone(out):
        for account in accounts:
            with wearing(config, account):
                _write_accounts(out / account.id)
        with wearing(config) as worn:
            _write_agencys(out, worn.shown(config.agency))


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    lock = FileLock(out / ".index.lock")
    with contextlib.suppress(Timeout):  # another hangs: an index that lacks a report is better than no mail
        lock.acquire(timeout=_LOCK_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _write_accounts(place: Path) -> None:
    reports = folder.found(place, place.name)
    facts = [one.facts() for one in reports]
    name = next((one.name for one in facts if one), place.name)
    lines = [_line(titles.title(one.period), one, said, "") for one, said in zip(reports, facts, strict=True)]
    _put(place, name, "Period", [Section("All reports, newest first", lines, is_newest=True)], [])


def _write_agencys(out: Path, agency: Agency) -> None:
    accounts = _accounts(out)
    names = {reports[0].scope: _name(reports) for reports in accounts}
    accounts.sort(key=lambda reports: names[reports[0].scope].casefold())
    found = [*folder.found(out, agency.id), *(one for reports in accounts for one in reports)]
    found.sort(key=lambda one: folder.age(one.period), reverse=True)  # stable: the agency's first, then by name
    sections: list[Section] = []
    kinds: set[str] = set()
    room = MOST_REPORTS
    for _, group in groupby(found, key=lambda one: folder.age(one.period)):
        reports = list(group)
        own = [one for one in reports if one.folder == out]
        others = reports[len(own) :]
        period, shown = reports[0].period, others[:room]
        is_newest = period.kind not in kinds
        lines = [_line(agency.name, one, one.facts() if is_newest else None, "") for one in own]
        lines += [_line(names[one.scope], one, one.facts() if is_newest else None, f"{one.scope}/") for one in shown]
        sections.append(Section(titles.title(period), lines, is_newest, len(others) - len(shown)))
        kinds.add(period.kind)
        room -= len(shown)
    folders = [(names[scope], f"{scope}/{folder.INDEX}") for scope in (reports[0].scope for reports in accounts)]
    _put(out, agency.name, "Report", sorted(sections, key=lambda one: not one.is_newest), folders)


def _accounts(out: Path) -> list[list[Found]]:
    """The reports in each account's folder, newest first; also of accounts that the config no longer has."""
    found = []
    for place in sorted(one for one in out.iterdir() if one.is_dir()):
        with contextlib.suppress(PermissionError):  # not one of ours: `lost+found`
            found.append(folder.found(place, place.name))
    return [reports for reports in found if reports]


def _name(reports: Sequence[Found]) -> str:
    """What the newest report that says so calls the account."""
    return next((facts.name for one in reports if (facts := one.facts())), reports[0].scope)


def _line(name: str, report: Found, facts: Facts | None, base: str) -> Line:
    links = {kind: (folder.NAMES[kind], base + file) for kind, file in report.files.items()}
    return Line(
        name=name,
        page=base + report.files["page"] if "page" in report.files else None,
        facts=facts,
        files=[link for kind, link in links.items() if kind in _MAIN],
        small=[link for kind, link in links.items() if kind not in _MAIN],
    )


def _put(place: Path, name: str, head: str, sections: list[Section], folders: list[tuple[str, str]]) -> None:
    values = {"name": name, "head": head, "sections": sections, "folders": folders}
    html = render.templates().get_template("index.html.j2").render(values)
    folder.put(place / folder.INDEX, html.encode())
