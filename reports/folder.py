"""The folder of reports: what their files are called, where they lie, and which are there.

The agency's files lie in the folder itself, an account's in one of its own, named after it: a web server can let an
account's people into that one alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from trunkline import periods
from trunkline.errors import SpanError
from trunkline.periods import Period

INDEX = "index.html"
ENDINGS = {
    "page": ".html",
    "pdf": ".pdf",
    "workbook": ".xlsx",
    "csv": ".csv",
    "mail": ".mail.html",
    "text": ".txt",
}
NAMES = {"page": "Full page", "pdf": "PDF", "workbook": "Workbook", "csv": "CSV", "mail": "Mail", "text": "Text"}
_FACTS = ".json"
_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Facts(msgspec.Struct, frozen=True):
    """A report's name and its three key figures as it says them: `38.9%`, `at least 4`, `not read`."""

    name: str
    missed_rate: str
    never_called_back: str
    coverage: str


@dataclass(frozen=True)
class Found:
    """A report that is there: the names of its files by kind, beside each other in `folder`."""

    folder: Path
    scope: str
    period: Period
    files: Mapping[str, str]

    def facts(self) -> Facts | None:
        """What it says; null where that was deleted, or cannot be read."""
        try:
            return msgspec.json.decode(
                (self.folder / (stem(self.scope, self.period) + _FACTS)).read_bytes(), type=Facts
            )
        except (OSError, msgspec.MsgspecError):
            return None


def stem(scope: str, period: Period) -> str:
    """What the names of a report's files begin with."""
    return f"{scope}-{period.label.replace('..', '_')}"  # some web servers refuse two dots in a path


def paths(folder: Path, scope: str, period: Period, kinds: Iterable[str] = ENDINGS) -> dict[str, Path]:
    """Where the files of one report go, by kind."""
    return {kind: folder / f"{stem(scope, period)}{ENDINGS[kind]}" for kind in kinds}


def link(account_id: str, period: Period) -> str:
    """From the agency's page to an account's."""
    return f"{account_id}/{stem(account_id, period)}{ENDINGS['page']}"


def write_facts(folder: Path, scope: str, period: Period, facts: Facts) -> None:
    """Notes what the report says, for the index."""
    put(folder / (stem(scope, period) + _FACTS), msgspec.json.encode(facts) + b"\n")


def found(folder: Path, scope: str) -> list[Found]:
    """The reports of one scope that lie in `folder`, newest first: those that end last, of these the longest."""
    files: dict[str, dict[str, str]] = {}
    for entry in os.scandir(folder):
        kind = next((kind for kind in ("mail", *ENDINGS) if entry.name.endswith(ENDINGS[kind])), None)
        if kind and entry.name.startswith(f"{scope}-"):
            label = entry.name[len(scope) + 1 : -len(ENDINGS[kind])]
            files.setdefault(label, {})[kind] = entry.name
    reports = [
        Found(folder, scope, period, {kind: kinds[kind] for kind in ENDINGS if kind in kinds})
        for label, kinds in files.items()
        if (period := _period(label))
    ]
    return sorted(reports, key=lambda one: age(one.period), reverse=True)


def age(period: Period) -> tuple[dt.date, dt.timedelta, str]:
    """What sorts periods: by their end, and of those that end together the longest is the newest."""
    return period.end, period.end - period.first, period.kind


def _period(label: str) -> Period | None:
    label = label.replace("_", "..")
    with contextlib.suppress(SpanError):
        period = periods.parse(label, "UTC", _ANY_TIME)
        if period.label == label:  # not `week`, which is another one every Monday
            return period
    return None


def put(path: Path, content: bytes) -> None:
    """Writes a file at once: a web server that serves it meanwhile sends the old one or the new one, whole."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
